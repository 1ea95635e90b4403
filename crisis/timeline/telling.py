"""What it takes to tell a kind of event, and the sentences that many kinds are told with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from crisis.kernel.words import Message
from crisis.timeline.naming import Naming

Facts = Mapping[str, Any]
Sentence = Callable[[Facts, Naming], Message]
WHY: Final = (("reason", Message("Reason")),)


@dataclass(frozen=True)
class Telling:
    """How lines of one kind are told."""

    icon: str
    kind: Message
    sentence: Callable[[Facts, Naming], Message | None] = lambda _f, _n: None
    body: str | None = None
    details: tuple[tuple[str, Message], ...] = ()
    tone: str = ""
    by_answer: Mapping[str, tuple[str, Message]] = field(default_factory=dict[str, Any])
    """Icon and kind of the answers that are not what the others are."""

    def look(self, facts: Facts) -> tuple[str, Message]:
        """The icon and the kind of this line."""
        return self.by_answer.get(facts.get("answer", ""), (self.icon, self.kind))


def plain(sentence: Message) -> Sentence:
    return lambda _facts, _names: sentence


def named(sentence: Message, key: str) -> Sentence:
    return lambda facts, names: sentence.filled(name=names.of(facts[key]))


def either(key: str, yes: Message, no: Message, name: str) -> Sentence:
    return lambda facts, names: (yes if facts[key] else no).filled(name=names.of(facts[name]))


def numbered(sentence: Message) -> Sentence:
    return lambda facts, _names: sentence.filled(number=int(facts["number"]))
