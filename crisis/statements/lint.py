"""What stands in the way of a good statement: findings that block it, and findings that advise."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from crisis.statements.content import LANGUAGES, Content, Language, Texts
from crisis.statements.places import filled
from crisis.statements.rulebook import Rule, rulebook
from crisis.statements.subject import Found, LintContext, Subject

__all__ = ["Finding", "LintContext", "check"]


@dataclass(frozen=True)
class Finding:
    """Something to put right, where it stands, and what to do about it in three languages."""

    rule: str
    practice: int
    severity: Literal["block", "advice"]
    message: Texts
    language: Language | None
    """The language of the text it is about; None when it is about all of it."""
    paragraph: int | None
    """Counted from 1, 0 for the title; None when it is about the whole text."""
    excerpt: str
    """The words it is about, as they were written."""

    def as_json(self) -> dict[str, Any]:
        """The same as plain values, for storing beside a version."""
        return {**vars(self), "message": dict(self.message)}


def check(content: Content, context: LintContext) -> list[Finding]:
    """Everything the rules find in a statement of this type, by rule and then by place."""
    subject = Subject(content, context)
    return [finding for rule in _applicable(content) for finding in _findings(rule, subject)]


def can_be_waived(rule: str) -> bool:
    """Whether anybody may let a finding of this rule pass."""
    return all(each.waivable for each in rulebook().rules if each.id == rule)


def _applicable(content: Content) -> Iterator[Rule]:
    return (rule for rule in rulebook().rules if rule.applies(content))


def _findings(rule: Rule, subject: Subject) -> Iterator[Finding]:
    softened = subject.content.type in rule.advice_for
    for found in rule.check.find(subject):
        yield Finding(
            rule=rule.id,
            practice=rule.practice,
            severity="advice" if found.advice or softened else rule.severity,
            message=_message(found.message or rule.message, found),
            language=found.language,
            paragraph=found.paragraph,
            excerpt=found.excerpt,
        )


def _message(texts: Texts, found: Found) -> Texts:
    return {language: filled(texts[language], found.values, language) for language in LANGUAGES}
