"""The rules a statement is checked against, and the practices of communication they serve."""

from functools import cache
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from crisis.statements import checks_of_facts as facts
from crisis.statements import checks_of_shape as shape
from crisis.statements import checks_of_wording as wording
from crisis.statements.content import Content, Language, Texts, Type
from crisis.statements.written_content import written

AnyCheck = Annotated[
    wording.SentenceLength
    | wording.ForbiddenPhrases
    | wording.Jargon
    | wording.OneDigitSystem
    | facts.FiguresSupported
    | facts.FigureLabels
    | facts.SameNumbers
    | facts.PersonalData
    | facts.ClaimNotFirst
    | facts.CorrectionParts
    | facts.WrongStillSaid
    | shape.CallToAction
    | shape.AdviceEarly
    | shape.OpenPlaces
    | shape.EmpathyFirst
    | shape.HasElements
    | shape.IssueTime
    | shape.NextUpdate
    | shape.OfficialChannel
    | shape.PostLength
    | shape.SmsParts
    | shape.SmsSpelling
    | shape.TranslationsCurrent
    | shape.NotYet,
    Field(discriminator="type"),
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Examples(_Strict):
    """A text the rule finds and one it does not, by language; each is also a test."""

    bad: Texts
    good: Texts
    place: Literal["title", "body"] = Field(default="body", alias="in")
    channels: frozenset[str] = frozenset()


class Rule(_Strict):
    """One rule: what it looks for, where, and what it says."""

    id: str
    practice: int
    severity: Literal["block", "advice"]
    waivable: bool = True
    weight: int = 1
    applies_to: frozenset[Type]
    advice_for: frozenset[Type] = frozenset()
    channels: frozenset[str] = frozenset()
    check: AnyCheck
    message: Texts
    needs: Texts | None = None
    examples: Examples | None = None

    def applies(self, content: Content) -> bool:
        """Whether the rule is meant for such a statement."""
        wanted = not self.channels or bool(self.channels & content.channels)
        return content.type in self.applies_to and wanted


class Rulebook(_Strict):
    """Every rule, and the fourteen practices by number."""

    schema_: Literal["lint/1"] = Field(alias="schema")
    practices: dict[int, dict[Language, str]]
    types: list[list[Type]]
    rules: list[Rule]


@cache
def rulebook() -> Rulebook:
    """The rules of config/statements/lint.yaml."""
    return Rulebook.model_validate(written("statements/lint.yaml"))
