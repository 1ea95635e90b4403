"""What the forms of a statement may carry."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Annotated, Any, Final, Literal, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticKnownError

from crisis.kernel import clock
from crisis.kernel.errors import Invalid
from crisis.kernel.text import Whole, line, optional, plain_digits, prose
from crisis.kernel.words import Message
from crisis.policy import Duty
from crisis.statements.content import LANGUAGES, Code, Content, Language, Paragraph, Texts, Type
from crisis.statements.model.slots import SlotSpec
from crisis.statements.model.states import Answer, Ground
from crisis.statements.rulebook import rulebook
from crisis.statements.templates import paragraphs_of_opening
from crisis.statements.translations import Place
from crisis.web.asking import LARGEST_NUMBER, Form

T = TypeVar("T")

LONGEST_PARAGRAPH: Final = 4000
PARAGRAPHS: Final = 60
"""How many a text has in one language at most; a correction has its opening besides, and may be
taken back like any text."""
CELLS: Final = 2 * PARAGRAPHS
"""How many cells a form takes in one language; the text in them is counted by its paragraphs."""
SIGNED_WITHIN_MINUTES: Final = (10, 15, 30, 60, 120, 240, 720)

Number = Annotated[Whole, Field(ge=1, le=LARGEST_NUMBER)]
Reason = Annotated[str, line(500)]
OptionalReason = Annotated[str | None, optional(line(500))]
Words = Annotated[str, prose(4000)]
OptionalWords = Annotated[str | None, optional(prose(4000))]
Title = Annotated[str | None, optional(line(200))]
Cell = Annotated[str | None, optional(prose(LONGEST_PARAGRAPH))]
Cells = Annotated[list[Cell], Field(max_length=CELLS, default_factory=list)]
Owner = Annotated[UUID | None, BeforeValidator(lambda typed: typed or None)]
Owners = Annotated[list[Owner], Field(max_length=CELLS, default_factory=list)]
Ids = Annotated[list[UUID], Field(max_length=60, default_factory=list)]
Codes = Annotated[list[Code], Field(max_length=30, default_factory=list)]
Duties = Annotated[list[Duty], Field(max_length=15, default_factory=list)]
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Rule = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9_.-]{1,8}$"),
    AfterValidator(lambda typed: _of_the_rulebook(typed)),
]
Link = Annotated[str, line(300)]
Confirmed = Annotated[str, Field(pattern=r"^(ar|en|fr)-(0|[1-9][0-9]?)$")]
"""A translation that still holds: its language, and its paragraph counted from 1 (0: the title)."""
LocalTime = Annotated[datetime, BeforeValidator(lambda typed: _clock_face(typed))]
"""As a clock on the wall shows it, in the zone of the incident, unless it names a zone."""


class NewForm(Form):
    """The kind of statement, and the prepared text it begins with, if any."""

    type: Type = Type.UPDATE
    template: Annotated[str | None, optional(line(80))] = None


class EditForm(Form):
    """A whole text: a title and paragraphs in each language, side by side."""

    based_on: Number
    type: Type
    title_ar: Title = None
    title_en: Title = None
    title_fr: Title = None
    ar: Cells
    en: Cells
    fr: Cells
    left_out: Annotated[list[Language], Field(max_length=3, default_factory=list)]
    """Languages this statement does not speak: what is written in them is not taken."""
    owner: Owners
    audiences: Codes
    channels: Codes
    next_update: LocalTime | None = None
    valid: Annotated[list[Confirmed], Field(max_length=3 * CELLS, default_factory=list)]
    then: Literal["stay", "submit"] = "stay"

    def content(self, zone: str) -> Content:
        """What was written in the languages it speaks, each line of a cell a paragraph of its own.

        Raises `Invalid` when it is too long, or when nothing is left of what was written.
        """
        typed = {"ar": self.title_ar, "en": self.title_en, "fr": self.title_fr}
        rows = [row for each in self._typed_rows() for row in _lines(*each)]
        written: dict[Language, tuple[Paragraph, ...]] = {}
        for place, language in enumerate(LANGUAGES):
            if body := _body([(cells[place], owner) for cells, owner in rows]):
                written[language] = body
        titles, bodies = self._spoken(_texts(typed)), self._spoken(written)
        if self.left_out and not titles and not bodies:
            none = Message("A statement speaks at least one language.")
            raise Invalid(none, fields={"left_out": none})
        _must_fit(self.type, bodies)
        return Content(
            type=self.type,
            titles=titles,
            bodies=bodies,
            audiences=frozenset(self.audiences),
            channels=frozenset(self.channels),
            next_update_at=in_zone(self.next_update, zone),
        )

    def confirmed(self) -> list[Place]:
        """The translations somebody read again and found true."""
        told = [each.split("-") for each in self.valid]
        return [(each, int(n)) for spoken, n in told for each in LANGUAGES if each == spoken]

    def _spoken(self, texts: Mapping[Language, T]) -> dict[Language, T]:
        return {each: text for each, text in texts.items() if each not in self.left_out}

    def _typed_rows(self) -> Iterator[tuple[tuple[str, str, str], UUID | None]]:
        for ar, en, fr, owner in zip_longest(self.ar, self.en, self.fr, self.owner):
            yield (ar or "", en or "", fr or ""), owner


class SubmissionForm(Form):
    """Whose signatures are asked for, in which order, and by when."""

    based_on: Number
    ministries: Ids
    roles: Duties
    roles_last: bool = False
    minutes: Annotated[Whole, Field(ge=1, le=7 * 24 * 60)] = 30
    although: bool = False
    """Send it although nobody in the incident can sign for some of them yet."""

    def slots(self) -> list[SlotSpec]:
        """The ministries first; the office's roles beside them, or after them."""
        last = 2 if self.roles_last and self.ministries else 1
        ministries = [SlotSpec(ministry_id=each) for each in dict.fromkeys(self.ministries)]
        return [*ministries, *(SlotSpec(duties=(each,), stage=last) for each in self.roles)]

    def deadline(self) -> datetime:
        return clock.now() + timedelta(minutes=self.minutes)


class WaiverForm(Form):
    """Why a finding should be let pass."""

    rule: Rule
    reason: Reason


class WaiverAnswerForm(Form):
    """Whether it is let pass."""

    rule: Rule
    granted: bool
    reason: Reason


class CommentForm(Form):
    """A remark."""

    text: Words


class CompareForm(Form):
    """Two versions; 0 is the draft."""

    since: Annotated[Whole, Field(ge=0, le=LARGEST_NUMBER)] | None = None
    to: Annotated[Whole, Field(ge=0, le=LARGEST_NUMBER)] | None = None


class TextForm(Form):
    """Which form of the text, in which language."""

    lang: Language | None = None
    form: Literal["plain", "sms"] = "plain"


class ApprovalForm(Form):
    """The very text that was read."""

    version: Number
    text_hash: Hash


class AnswerForm(ApprovalForm):
    """What an approver says of it when they do not approve."""

    answer: Literal[Answer.CHANGE, Answer.OBJECT, Answer.REFUSE]
    quick: Literal["figure", "wording", "not_ours", "timing"] | None = None
    reason: OptionalWords = None


class ResolutionForm(Form):
    """How one's own objection was settled."""

    resolution: Reason


class SlotForm(Form):
    """A signature, and the page from which somebody is reminded of it."""

    slot_id: UUID
    then: Literal["room", "statement"] = "statement"


class OverruleForm(Form):
    """Which objection is overruled, and why."""

    slot_id: UUID
    rationale: Words


class ReasonForm(Form):
    """An act that needs a reason."""

    reason: Reason


class ReleaseForm(Form):
    """Letting a text out: which version, where to, and when we speak again."""

    version: Number
    channels: Codes
    next_update: LocalTime | None = None
    although: bool = False
    """Let it out although its text promises another hour."""


class EmergencyForm(Form):
    """Why it must go out before everybody signed."""

    ground: Ground
    justification: Words


class ConfirmationForm(ReleaseForm):
    """The second person's yes, to the very text before them."""

    text_hash: Hash


class RatificationForm(Form):
    """Standing behind an emergency release, or not."""

    ratified: bool
    reason: OptionalReason = None


class EvidenceForm(Form):
    """Where a released text can be seen."""

    channel: Code
    evidence: Link


class CorrectionForm(Form):
    """What was wrong, in each language the text went out in."""

    wrong_ar: OptionalWords = None
    wrong_en: OptionalWords = None
    wrong_fr: OptionalWords = None

    def texts(self) -> Texts:
        """Raises `Invalid` when nothing was said in any language."""
        given = _texts({"ar": self.wrong_ar, "en": self.wrong_en, "fr": self.wrong_fr})
        if not given:
            missing = Message("Say it in at least one language.")
            raise Invalid(missing, fields={"wrong_ar": missing})
        return given


class RenditionForm(Form):
    """A translation: its title, and its text line by line."""

    title: Title = None
    text: Annotated[str, prose(20_000)]

    def content(self, language: Language, original: Content) -> Content:
        """The translation as a content of its own, paragraph by paragraph as typed."""
        lines = [each.strip() for each in self.text.split("\n") if each.strip()]
        owners = [each.owner_ministry_id for each in next(iter(original.bodies.values()), ())]
        body = tuple(
            Paragraph(text, owner)
            for text, owner in zip_longest(lines, owners[: len(lines)], fillvalue=None)
            if text is not None
        )
        return Content(
            type=original.type,
            titles=_texts({language: self.title}),
            bodies={language: body},
            audiences=original.audiences,
            channels=original.channels,
        )


class ReviewForm(Form):
    """Vouching for the very translation one has read."""

    text_hash: Hash


class ChannelsForm(Form):
    """Where a translation goes out."""

    channels: Codes


def in_zone(at: datetime | None, zone: str) -> datetime | None:
    """A time typed without a zone is meant in the incident's."""
    if at is None or at.tzinfo is not None:
        return at
    return at.replace(tzinfo=ZoneInfo(zone))


def _clock_face(typed: object) -> object:
    """With digits 0-9; a bare number is no time, though it could count seconds since 1970."""
    if not isinstance(typed, str):
        return typed
    plain = plain_digits(typed).strip()
    if "T" not in plain:
        raise PydanticKnownError("datetime_parsing", {"error": "it has no T"})
    return plain


def _texts(given: dict[Any, str | None]) -> Texts:
    return {language: text for language, text in given.items() if text}


def _lines(
    cells: tuple[str, str, str], owner: UUID | None
) -> Iterator[tuple[tuple[str, ...], UUID | None]]:
    columns = [[each.strip() for each in cell.split("\n") if each.strip()] for cell in cells]
    for row in zip_longest(*columns, fillvalue=""):
        yield row, owner


def _body(cells: Sequence[tuple[str, UUID | None]]) -> tuple[Paragraph, ...]:
    """Without what is empty at the end; an empty paragraph before keeps its translations level."""
    written = max((place for place, (text, _) in enumerate(cells, 1) if text), default=0)
    return tuple(Paragraph(text, owner) for text, owner in cells[:written])


def _must_fit(type: Type, bodies: Mapping[Language, Sequence[Paragraph]]) -> None:
    takes_back = type in {Type.CORRECTION, Type.RETRACTION}
    most = PARAGRAPHS + (paragraphs_of_opening(Type.CORRECTION) if takes_back else 0)
    words = Message("A text has {most} paragraphs at most.", most=most)
    fields: dict[str, Message] = {each: words for each, body in bodies.items() if len(body) > most}
    if fields:
        raise Invalid(words, fields=fields)


def _of_the_rulebook(typed: str) -> str:
    if typed not in {rule.id for rule in rulebook().rules}:
        raise PydanticKnownError("string_pattern_mismatch", {"pattern": "L01"})
    return typed
