"""Checks that look at the whole: advice, times, the order of things, length, languages."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Final, Literal

from crisis.statements.checks_of_wording import Check
from crisis.statements.content import Texts
from crisis.statements.elements import Element, element_names, elements_found, elements_of
from crisis.statements.forms_of_text import plain_text, short_form
from crisis.statements.places import listed
from crisis.statements.reading import Phrases, Sentence, clock_times, has_short_number
from crisis.statements.sms import gsm_spelling, outside_gsm
from crisis.statements.subject import Found, LintContext, Subject
from crisis.statements.templates import in_pieces


class CallToAction(Check):
    """No word of what people should do; or more than they will keep in mind.

    A sentence that gives a number to call does not count as one more thing to do.
    """

    type: Literal["call_to_action"]
    most: int
    too_many: Texts

    def find(self, subject: Subject) -> Iterator[Found]:
        for language, body in subject.bodies:
            advising = [sentence for sentence in body if _advises(sentence)]
            count = sum(1 for each in advising if not has_short_number(each))
            if not advising:
                yield Found(language)
            elif count > self.most:
                values = {"count": count, "max": self.most}
                yield Found(language, values=values, message=self.too_many, advice=True)


class OpenPlaces(Check):
    """A place of a prepared text was not filled."""

    type: Literal["open_places"]

    def find(self, subject: Subject) -> Iterator[Found]:
        content = subject.content
        for language in content.languages:
            body = [paragraph.text for paragraph in content.bodies.get(language, ())]
            for number, text in enumerate([content.titles.get(language, ""), *body]):
                for place, named in in_pieces(text):
                    if named:
                        yield Found(language, number, place, values={"place": named})


class AdviceEarly(Check):
    """What people should do comes after so many sentences."""

    type: Literal["advice_early"]
    within_sentences: int

    def find(self, subject: Subject) -> Iterator[Found]:
        for _language, body in subject.bodies:
            first = next((n for n, each in enumerate(body) if _advises(each)), 0)
            if first >= self.within_sentences:
                yield Found.at(body[first])


def _advises(sentence: Sentence) -> bool:
    return Element.ADVICE in elements_of(sentence)


class EmpathyFirst(Check):
    """No word to those affected within the first sentences."""

    type: Literal["empathy_first"]
    within_sentences: int

    def find(self, subject: Subject) -> Iterator[Found]:
        for language, body in subject.bodies:
            opening = body[: self.within_sentences]
            if not any(Element.EMPATHY in elements_of(sentence) for sentence in opening):
                yield Found(language, paragraph=1)


class HasElements(Check):
    """Some of these elements are missing."""

    type: Literal["elements"]
    elements: list[Element]

    def find(self, subject: Subject) -> Iterator[Found]:
        for language, _body in subject.bodies:
            found = elements_found(subject.content, language)
            names = [element_names()[each] for each in self.elements if not found[each]]
            if names:
                yield Found(language, values={"missing": listed(names)})


# ── time ─────────────────────────────────────────────────────────────────────────────────────────


class IssueTime(Check):
    """Neither the product nor the text itself says when it was issued."""

    type: Literal["issue_time"]

    def find(self, subject: Subject) -> Iterator[Found]:
        said = any(clock_times(sentence.folded) for sentence in subject.every_sentence)
        if subject.context.issued_at is None and not said:
            yield Found()


class LongerLater(Check):
    """From `after_min` at this level on, updates may be further apart."""

    level: int
    after_min: int
    longest_min: int


class NextUpdate(Check):
    """The next update is not promised, is past, or is further off than the level allows.

    The span counts from when the statement goes out.
    """

    type: Literal["next_update"]
    longest_min: dict[int, int]
    later: LongerLater
    grace_min: int
    too_far: Texts

    def find(self, subject: Subject) -> Iterator[Found]:
        context = subject.context
        promised = subject.promised_at()
        if promised is None or promised <= context.now:
            yield Found()
            return
        longest = self._longest(context)
        minutes = (promised - (context.issued_at or context.now)) // timedelta(minutes=1)
        if longest is not None and minutes > longest + self.grace_min:
            yield Found(values={"minutes": minutes, "max": longest}, message=self.too_far)

    def _longest(self, context: LintContext) -> int | None:
        since = context.level_since or context.now
        long_at_it = context.now - since >= timedelta(minutes=self.later.after_min)
        if context.level == self.later.level and long_at_it:
            return self.later.longest_min
        return self.longest_min.get(context.level)


# ── reaching people ──────────────────────────────────────────────────────────────────────────────


class OfficialChannel(Check):
    """No number to call and no official address."""

    type: Literal["official_channel"]
    phrases: Phrases
    hotline: Phrases

    def find(self, subject: Subject) -> Iterator[Found]:
        for language, body in subject.bodies:
            if not any(self._leads_there(sentence) for sentence in body):
                yield Found(language)

    def _leads_there(self, sentence: Sentence) -> bool:
        # A number alone, as behind a question («أعراض؟ 1415.»), is one to call.
        called = len(sentence.words) <= _ALONE or self.hotline.within(sentence)
        return (
            (called and has_short_number(sentence))
            or bool(_ADDRESS.search(sentence.folded))
            or self.phrases.within(sentence)
        )


_ALONE: Final = 2
_ADDRESS: Final = re.compile(r"(?<![\w.-])(?:[a-z0-9-]+\.)+[a-z]{2,}(?![\w@])")


class PostLength(Check):
    """A post is longer than its channel takes."""

    type: Literal["post_length"]
    characters: dict[str, int]

    def find(self, subject: Subject) -> Iterator[Found]:
        for language in subject.content.languages:
            length = len(plain_text(subject.content, language))
            for channel, most in self.characters.items():
                if channel in subject.content.channels and length > most:
                    values = {"characters": length, "channel": channel, "max": most}
                    yield Found(language, values=values)


class SmsParts(Check):
    """The title and what people should do do not fit into a text message."""

    type: Literal["sms_parts"]
    most: int

    def find(self, subject: Subject) -> Iterator[Found]:
        for language in subject.content.languages:
            short = short_form(subject.content, language, parts=self.most)
            if short.advice_left_out or short.length.count > self.most:
                yield Found(language)


class SmsSpelling(Check):
    """Characters that halve what a text message holds, where another spelling avoids them."""

    type: Literal["sms_spelling"]

    def find(self, subject: Subject) -> Iterator[Found]:
        for language in subject.content.languages:
            text = short_form(subject.content, language).text
            characters = outside_gsm(text)
            instead = gsm_spelling("".join(characters))
            if characters and not outside_gsm(instead):
                values = {"characters": " ".join(characters), "instead": " ".join(instead)}
                yield Found(language, values=values)


class TranslationsCurrent(Check):
    """A translation is older than its original."""

    type: Literal["translations_current"]

    def find(self, subject: Subject) -> Iterator[Found]:
        for language in subject.content.languages:
            for stale, paragraph in sorted(subject.context.stale):
                if stale == language:
                    yield Found(language, paragraph)


class NotYet(Check):
    """What cannot be looked at yet; its rule says what is missing."""

    type: Literal["later"]

    def find(self, subject: Subject) -> Iterator[Found]:
        return iter(())
