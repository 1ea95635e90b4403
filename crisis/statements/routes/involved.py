"""The ministries a statement may name, those of the incident first."""

from typing import Any

from crisis.incidents.queries import ministry_choices
from crisis.web.locale import language


def involved_first(incident: dict[str, Any]) -> list[dict[str, Any]]:
    """Every ministry to choose from, those of the incident first."""
    order = {each: place for place, each in enumerate(incident["involved"])}
    choices = ministry_choices(language())
    return sorted(choices, key=lambda each: order.get(each["id"], len(order)))
