"""Which parts of the language of scenarios the product can play and judge, as a committed list."""

from functools import cache
from pathlib import Path
from typing import Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

_FILE: Final = Path(__file__).resolve().parents[2] / "config" / "replay" / "supported.yaml"


class Supported(BaseModel):
    """The list, as config/replay/supported.yaml has it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_: Literal["supported/1"] = Field(alias="schema")
    events: list[str]
    expects: dict[str, list[str]]
    """By key, the types of events it is judged for; `*` stands for every one."""
    timers: list[str]
    later: list[str]
    later_expects: list[str]


@cache
def supported() -> Supported:
    """What can be played and judged by now, and the types that are known and will be later."""
    return Supported.model_validate(yaml.safe_load(_FILE.read_text("utf-8")))
