"""What the rules and the counters say of a text, and what was let pass."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy.orm import Session

from crisis.incidents.model import Incident
from crisis.kernel import clock
from crisis.kernel.command import query
from crisis.policy import Action
from crisis.statements.circumstances import circumstances
from crisis.statements.content import Content, Language, fingerprint
from crisis.statements.elements import element_names, elements_found
from crisis.statements.forms_of_text import ShortForm, reading_seconds, short_form, word_count
from crisis.statements.lint import Finding, can_be_waived, check
from crisis.statements.model.statement import Statement
from crisis.statements.queries.stored import numbered
from crisis.statements.sms import SmsLength, sms_length

SIGNED_WITHIN: Final = timedelta(minutes=30)


@dataclass(frozen=True)
class FindingView:
    """Something the rules found, and whether it was let pass."""

    rule: str
    severity: str
    message: str
    language: str | None
    paragraph: int | None
    excerpt: str
    waivable: bool
    waiver: str
    """Empty, `asked`, `granted` or `denied`."""
    why: str


@dataclass(frozen=True)
class Lengths:
    """How long a text is in one language."""

    language: Language
    words: int
    seconds: int
    sms: SmsLength


@dataclass(frozen=True)
class Checked:
    """What the rules and the counters say of a text."""

    findings: list[FindingView]
    elements: list[tuple[str, bool]]
    lengths: list[Lengths]
    short: ShortForm

    @property
    def blocking(self) -> list[FindingView]:
        found = [each for each in self.findings if each.severity == "block"]
        return [each for each in found if each.waiver != "granted"]

    @property
    def carried(self) -> int:
        """How many of the six elements are there."""
        return sum(there for _name, there in self.elements)


@query(Action.FOLLOW_INCIDENT, on=Incident)
def checked(incident: Incident, session: Session, *, number: int, language: Language) -> Checked:
    """What the rules find in the draft, in the reader's language."""
    statement = numbered(session, incident.id, number)
    return check_of(session, incident, statement, statement.content, language)


def check_of(
    session: Session,
    incident: Incident,
    statement: Statement,
    content: Content,
    language: Language,
) -> Checked:
    """What the rules and the counters say of this content of a statement."""
    original: Language = content.languages[0] if content.languages else language
    now = clock.now()
    about = circumstances(
        session, incident, statement, content, now=now, issued_at=now + SIGNED_WITHIN
    )
    names = element_names()
    there = elements_found(content, original)
    return Checked(
        findings=[_finding(each, statement, language) for each in check(content, about)],
        elements=[(names[each][language], found) for each, found in there.items()],
        lengths=[
            Lengths(
                each,
                word_count(content.text(each)),
                reading_seconds(content.text(each), each),
                sms_length(short_form(content, each).text),
            )
            for each in content.languages
        ],
        short=short_form(content, original),
    )


def _finding(found: Finding, statement: Statement, language: Language) -> FindingView:
    asked = [each for each in statement.waivers if each.rule == found.rule]
    waiver = next(
        (each for each in reversed(asked) if each.text_hash == fingerprint(statement.draft)), None
    )
    said = {None: "asked", True: "granted", False: "denied"}
    return FindingView(
        rule=found.rule,
        severity=found.severity,
        message=found.message[language],
        language=found.language,
        paragraph=found.paragraph,
        excerpt=found.excerpt,
        waivable=can_be_waived(found.rule),
        waiver=said[waiver.granted] if waiver else "",
        why=waiver.reason if waiver else "",
    )
