"""The product's own words for statements, kept as files in config/: rules, templates, playbooks."""

from pathlib import Path
from typing import Any, Final

import yaml

CONFIG: Final = Path(__file__).resolve().parents[2] / "config"
_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def written(path: str) -> Any:
    """What the YAML file `path` of config/ says, unchecked."""
    with (CONFIG / path).open("rb") as file:
        return yaml.load(file, Loader=_LOADER)  # noqa: S506  the loader is a safe one


def names_in(folder: str) -> list[str]:
    """The names of the YAML files in a folder of config/, without their ending, in order."""
    return sorted(file.stem for file in (CONFIG / folder).glob("*.yaml"))
