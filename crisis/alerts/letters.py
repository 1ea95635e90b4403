"""A mail as its reader meets it: as a page in their direction of writing, and as plain text.

It is made from the letter alone, so that whoever carries it, and whoever looks at what was sent,
has the same. What people wrote is text in it and nothing else.
"""

from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from pydantic import BaseModel, ConfigDict, Field

from crisis.alerts import links
from crisis.alerts.couriers import Letter
from crisis.alerts.notices import InLanguages, spoken
from crisis.alerts.outbox import Purpose
from crisis.statements.written_content import written
from crisis.web.straight import marked

_TEMPLATES: Final = Path(__file__).resolve().parents[2] / "templates" / "email"


class Around(BaseModel):
    """config/alerts/letters.yaml: what stands around the text of every mail."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_: Literal["letters/1"] = Field(alias="schema")
    exercise: InLanguages
    buttons: dict[Purpose | Literal["own"], InLanguages]
    own_link: InLanguages
    if_no_button: InLanguages
    sender: InLanguages


def html(letter: Letter) -> str:
    """The page: right to left in Arabic, readable on a dark screen, nothing in it fetched.

    The recipient's own link, or the address that stands alone in the last line, becomes the button.
    `letter.link` may be any text that the carrier puts the address in place of.
    """
    return _environment().get_template("letter.html").render(_parts(letter))


def text(letter: Letter) -> str:
    """The same for whoever reads plain text, with a line end after each line."""
    return _environment().get_template("letter.txt").render(_parts(letter))


@cache
def around() -> Around:
    """What stands around every mail, as the file has it."""
    return Around.model_validate(written("alerts/letters.yaml"))


@cache
def _environment() -> Environment:
    # Its own, beside the one of the pages: couriers work where there is no web application.
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=select_autoescape(default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["straight"] = marked
    return environment


def _parts(letter: Letter) -> dict[str, Any]:
    address = letter.link or _last_address(letter.text)
    language, said = spoken(letter.language), around()
    button = said.buttons["own" if letter.link else letter.purpose]
    return {
        "language": language,
        "dir": "rtl" if language == "ar" else "ltr",
        "subject": letter.subject,
        "paragraphs": _paragraphs(letter.text, address),
        "address": address,
        "is_own": bool(letter.link),
        "is_exercise": letter.is_exercise,
        "words": {
            "button": button.of(language),
            "exercise": said.exercise.of(language),
            "own_link": said.own_link.of(language),
            "if_no_button": said.if_no_button.of(language),
            "sender": said.sender.of(language),
        },
    }


def _last_address(body: str) -> str:
    """The address of one of our own pages, where the text ends in one that stands alone."""
    last = body.rstrip().rpartition("\n")[2].strip()
    ours = links.plugged.base + "/"
    return last if last.startswith(ours) and " " not in last else ""


def _paragraphs(body: str, address: str) -> list[list[str]]:
    """Lines by paragraph, without the line that becomes the button."""
    paragraphs: list[list[str]] = [[]]
    for line in body.strip().split("\n"):
        if not line.strip():
            paragraphs.append([])
        elif not address or line.strip() != address:
            paragraphs[-1].append(line)
    return [each for each in paragraphs if each]
