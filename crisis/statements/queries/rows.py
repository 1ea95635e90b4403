"""A text as people read it: its title, and its paragraphs side by side in every language."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import zip_longest
from uuid import UUID

from crisis.people.model import in_language
from crisis.statements.content import LANGUAGES, Content, Paragraph, Texts
from crisis.timeline.naming import Naming


@dataclass(frozen=True)
class Row:
    """One paragraph in every language, and the ministry it belongs to."""

    number: int
    owner_id: UUID | None
    owner: str
    texts: Texts


def rows_of(content: Content, naming: Naming) -> list[Row]:
    """The paragraphs side by side, the first of each language together."""
    columns = [content.bodies.get(language, ()) for language in LANGUAGES]
    return [_row(number, cells, naming) for number, cells in enumerate(zip_longest(*columns), 1)]


def title_in(content: Content, language: str) -> str:
    """The title, in another language when it has none in this one."""
    names = {str(each): title for each, title in content.titles.items()}
    return in_language(names, language) if names else ""


def _row(number: int, cells: Iterable[Paragraph | None], naming: Naming) -> Row:
    present = dict(zip(LANGUAGES, cells, strict=True))
    owner = next((each.owner_ministry_id for each in present.values() if each), None)
    return Row(
        number=number,
        owner_id=owner,
        owner=naming.ministry(owner),
        texts={language: each.text if each else "" for language, each in present.items()},
    )
