"""The forms a statement leaves in: plain text, a text message; and how long it is to read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from crisis.statements.content import Content, Language
from crisis.statements.elements import Element, elements_of
from crisis.statements.reading import Sentence, has_short_number, sentences_of
from crisis.statements.sms import SmsLength, sms_length
from crisis.statements.templates import paragraphs_of_opening

EXERCISE: Final[dict[Language, str]] = {"ar": "تمرين: ", "en": "EXERCISE: ", "fr": "EXERCICE : "}
"""Stands once before every text of an exercise. The spaces are ordinary ones: a hard one is not in
the GSM alphabet, and would make every French SMS of an exercise dearer."""
_WORDS_A_MINUTE: Final[dict[Language, int]] = {"ar": 120, "en": 150, "fr": 150}
"""How a newsreader reads aloud."""


def marked(text: str, language: Language, *, is_exercise: bool) -> str:
    """The text with the prefix of an exercise before it, once, if it belongs to one."""
    prefix = EXERCISE[language]
    return prefix + text.removeprefix(prefix) if is_exercise else text


def plain_text(content: Content, language: Language, *, below: Sequence[str] = ()) -> str:
    """Title and body for a mail or the clipboard, a blank line between paragraphs.

    `below` are lines to stand under it: who issued it, when, the code to verify it by.
    """
    blocks = [content.titles.get(language, ""), content.text(language), "\n".join(below)]
    return "\n\n".join(block for block in blocks if block)


def word_count(text: str) -> int:
    """Words between white space that hold a letter or a digit."""
    return sum(1 for word in text.split() if any(map(str.isalnum, word)))


def reading_seconds(text: str, language: Language) -> int:
    """How long a newsreader takes to read it aloud, in whole seconds."""
    return round(word_count(text) * 60 / _WORDS_A_MINUTE[language])


@dataclass(frozen=True)
class ShortForm:
    """A statement as a text message."""

    text: str
    length: SmsLength
    left_out: tuple[str, ...]
    """Sentences there was no room for, in reading order."""
    advice_left_out: bool


def short_form(
    content: Content,
    language: Language,
    *,
    parts: int = 2,
    before: str = "",
    below: str = "",
    never_bare: bool = False,
    pressing_parts: int = 0,
) -> ShortForm:
    """The title and as many whole sentences as `parts` have room for, in reading order.

    Room goes first to what people should do, then to when we speak again, whom to call, what is
    known; in a correction or retraction before all that to what it takes back. `before` is a prefix
    (of an exercise), `below` a last line of its own (a link); both are counted. Nothing is ever cut
    short: with a title too long for `parts`, the text is longer.
    `never_bare`: where no sentence has room beside the title, the title gives way; where not even
    that helps, the most urgent sentence stands there whole, in more parts.
    `pressing_parts`: so many may be taken by what nobody may miss, which then comes before anything
    else: what to do, and what is known. The title gives way to what to do as well.
    """
    body = [sentence for sentence in sentences_of(content, language) if sentence.paragraph]
    opening = paragraphs_of_opening(content.type)
    order = _most_urgent(body, opening)
    room = dict.fromkeys(order, parts)
    if pressing_parts:
        room |= dict.fromkeys(_pressing(body, order, opening), max(parts, pressing_parts))
        order.sort(key=lambda place: room[place] == parts)
    frame = _Frame(content.titles.get(language, ""), before, below)
    chosen = _fitting(body, order, frame, room)
    advice = [place for place in order if Element.ADVICE in elements_of(body[place])]
    is_short_of_it = pressing_parts > 0 and not set(advice) <= set(chosen)
    if never_bare and body and (not chosen or is_short_of_it):
        frame = _Frame("", before, below)
        chosen = _fitting(body, order, frame, room) or order[:1]
        if is_short_of_it and not set(advice) & set(chosen):
            chosen = advice[:1]
    text = frame.around([body[each] for each in chosen])
    left_out = [sentence for place, sentence in enumerate(body) if place not in chosen]
    return ShortForm(
        text,
        sms_length(text),
        tuple(sentence.text for sentence in left_out),
        advice_left_out=any(Element.ADVICE in elements_of(sentence) for sentence in left_out),
    )


def _fitting(
    body: Sequence[Sentence], order: Sequence[int], frame: "_Frame", room: Mapping[int, int]
) -> list[int]:
    """The places of the sentences that have room together, in reading order: each may make it so
    many parts, or as many as it takes already."""
    chosen: list[int] = []
    taken = 0
    for place in order:
        wider = sorted([*chosen, place])
        count = sms_length(frame.around([body[each] for each in wider])).count
        if count <= max(room[place], taken):
            chosen, taken = wider, count
    return chosen


def _pressing(body: Sequence[Sentence], order: Sequence[int], opening: int) -> list[int]:
    """What takes back an error, what people should do, and what is known."""
    told = {Element.ADVICE, Element.FACTS}
    return [
        place
        for place in order
        if (body[place].paragraph or 0) <= opening or told & elements_of(body[place])
    ]


def _most_urgent(body: Sequence[Sentence], opening: int) -> list[int]:
    def urgency(place: int) -> int:
        opens = (body[place].paragraph or 0) <= opening
        return -1 if opens else _urgency(body[place])

    return sorted(range(len(body)), key=urgency)


@dataclass(frozen=True)
class _Frame:
    title: str
    before: str
    below: str

    def around(self, sentences: Sequence[Sentence]) -> str:
        pieces = [each for each in [self.title, *(each.text for each in sentences)] if each]
        line = " ".join([*map(_ended, pieces[:-1]), *pieces[-1:]])
        return self.before + "\n".join(filter(None, [line, self.below]))


def _ended(piece: str) -> str:
    """What ended with its line ends with a full stop where the next follows it in the same one."""
    is_open = piece.rstrip('»”")’')[-1:] not in set(".:!?؟…؛;،,")
    return f"{piece}." if is_open else piece


def _urgency(sentence: Sentence) -> int:
    """What people should do, when we speak again, whom to call, what is known, the rest."""
    carried = elements_of(sentence)
    order = (
        Element.ADVICE in carried,
        Element.NEXT_UPDATE in carried,
        has_short_number(sentence),
        Element.FACTS in carried,
    )
    return order.index(True) if any(order) else len(order)
