"""The rows of inputs.yaml, read once."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROWS = Path(__file__).with_name("inputs.yaml")


@dataclass(frozen=True)
class Field:
    """A field as its row tells it."""

    name: str
    kind: str
    needed: bool
    several: bool


@dataclass(frozen=True)
class Expected:
    """What is to come of an input in a field: `codes` empty means that it is accepted."""

    codes: tuple[str, ...] = ()
    code_point: str = ""
    matters: bool = True

    @property
    def refused(self) -> bool:
        return bool(self.codes)


ACCEPTED = Expected()
WHATEVER = Expected(matters=False)


@dataclass(frozen=True)
class Input:
    """Something hostile: `sent` holds its values as bytes, one but for lists."""

    id: str
    sent: tuple[bytes, ...]
    core: bool
    page: bool
    by_kind: Mapping[str, str]

    @property
    def typed(self) -> str:
        """What the server reads of it, by the rules of UTF-8."""
        return self.sent[0].decode("utf-8", "replace")

    def names(self, kind: str) -> bool:
        """Whether its row says what is to come of it in this kind of field."""
        return self._told(kind) is not None

    @property
    def stored(self) -> str:
        """What is kept of it where it is accepted."""
        text = self.typed.replace("\r\n", "\n")
        return unicodedata.normalize("NFC", text).strip()

    def at(self, field: Field) -> Expected:
        """What is to come of it in this field."""
        if field.several and len(self.sent) > 1:
            return WHATEVER
        return _expected(self._told(field.kind) or "refused", field)

    def _told(self, kind: str) -> str | None:
        like = KINDS[kind].get("like", kind)
        told = self.by_kind.get(kind) or self.by_kind.get(like)
        if told is None and KINDS[kind].get("words"):
            told = self.by_kind.get("text")
            if told == "accepted" and like not in {"line", "prose"}:
                told = None
        return told


def _expected(told: str, field: Field) -> Expected:
    match told:
        case "accepted":
            return ACCEPTED
        case "any" | "well-formed":
            return WHATEVER
        case "blank":
            return Expected(("text.blank",)) if field.needed else WHATEVER
        case "refused":
            if field.kind in {"ref", "way", "password", "file", "written", "explained"}:
                return WHATEVER
            return Expected(tuple(KINDS[field.kind]["problems"]))
    code, _, code_point = told.partition(" ")
    return Expected((code,), code_point)


@dataclass(frozen=True)
class Door:
    """An address that takes a form."""

    endpoint: str
    form: str
    page: str
    who: str
    state: str
    path: Mapping[str, str]
    valid: Mapping[str, Any]

    @property
    def fields(self) -> list[Field]:
        return FORMS[self.form]


@cache
def rows() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(ROWS.read_text("utf-8"))
    return found


def fields(row: Mapping[str, str]) -> list[Field]:
    """The fields of one row: `{name: kind}`, with `~` for optional and `*` for several."""
    return [
        Field(name, kind.rstrip("~*"), kind.isalpha(), "*" in kind) for name, kind in row.items()
    ]


def _inputs() -> Iterator[Input]:
    for row in rows()["inputs"]:
        yield Input(
            row["id"],
            tuple(_sent(row)),
            row.get("core", False),
            row.get("page", False),
            row["expect"],
        )


def _sent(row: Mapping[str, Any]) -> Iterator[bytes]:
    if "bytes" in row:
        yield row["bytes"].encode("latin-1")
    for line in row.get("lines", [row["text"]] if "text" in row else []):
        yield line.encode("utf-8", "surrogatepass")
    if "repeat" in row:
        parts = iter(row["repeat"])
        yield "".join(text * times for text, times in zip(parts, parts, strict=True)).encode()


def _door(endpoint: str, row: Mapping[str, Any]) -> Door:
    inside = endpoint.startswith("incidents.")
    return Door(
        endpoint=endpoint,
        form=row["form"],
        page=row.get("page", "room.show" if inside else ""),
        who=row.get("as", "coordinator"),
        state=row.get("state", "open"),
        path=row.get("path", {}),
        valid=row.get("valid", {}),
    )


KINDS: Mapping[str, Any] = rows()["kinds"]
FORMS = {name: fields(row) for name, row in rows()["forms"].items()}
INPUTS = list(_inputs())
CORE = [each for each in INPUTS if each.core]
DOORS = [_door(endpoint, row) for endpoint, row in rows()["doors"].items() if row]
