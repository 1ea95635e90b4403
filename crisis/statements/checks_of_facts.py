"""Checks that look at what is claimed: figures, names of people, denials and corrections."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final, Literal

from crisis.kernel.text import ALIKE, similar
from crisis.statements.checks_of_wording import Check
from crisis.statements.content import Language, Texts
from crisis.statements.figures import figure_words
from crisis.statements.mobile_numbers import mobile_numbers
from crisis.statements.places import listed
from crisis.statements.reading import PhraseBook, Phrases, Sentence, says
from crisis.statements.subject import Found, Subject


class FiguresSupported(Check):
    """A figure without who confirmed it, or without as of when.

    A label (confirmed, provisional) stands in for the source, with the advice to name it. The time
    may stand in another sentence of the paragraph, the source in a line of its own.
    """

    type: Literal["figures"]
    unsourced: Texts

    def find(self, subject: Subject) -> Iterator[Found]:
        words = figure_words()
        for _language, body in subject.bodies:
            signed = any(words.source_lines.within(sentence) for sentence in body)
            timed = {each.paragraph for each in body if words.is_timed(each)}
            for sentence in body:
                sourced = signed or words.is_sourced(sentence)
                vouched = sourced or words.is_labelled(sentence)
                for figure in words.figures(sentence):
                    values = {"figure": figure.written}
                    if not vouched or sentence.paragraph not in timed:
                        yield Found.at(sentence, values=values)
                    elif not sourced:
                        yield Found.at(sentence, values=values, message=self.unsourced, advice=True)


class FigureLabels(Check):
    """An approximate figure that is not called provisional."""

    type: Literal["figure_label"]

    def find(self, subject: Subject) -> Iterator[Found]:
        words = figure_words()
        for sentence in subject.every_sentence:
            if words.approximate.within(sentence) and not words.provisional.within(sentence):
                for figure in words.figures(sentence):
                    yield Found.at(sentence, values={"figure": figure.written})


class SameNumbers(Check):
    """A translation that has other numbers than the original."""

    type: Literal["same_numbers"]

    def find(self, subject: Subject) -> Iterator[Found]:
        bodies = list(subject.bodies)
        if not bodies:
            return
        original = _numbers(bodies[0][1])
        for language, body in bodies[1:]:
            here = _numbers(body)
            if odd := sorted(((here - original) | (original - here)).elements()):
                yield Found(language, values={"numbers": ", ".join(dict.fromkeys(odd))})


def _numbers(body: list[Sentence]) -> Counter[str]:
    text = _HOUR_SIGN.sub(":", " ".join(sentence.folded for sentence in body))
    for many, zeros in _MANY.items():
        text = many.sub(f" {zeros}", text)
    return Counter(_GROUPED.sub("", number) for number in _ANY_NUMBER.findall(text))


_HOUR_SIGN: Final = re.compile(r"(?<=[0-9])\s?h\s?(?=[0-9]{2})")
_MANY: Final = {
    re.compile(r"(?<=[0-9]) (?:الف|الاف|thousand|mille)(?!\w)"): "000",
    re.compile(r"(?<=[0-9]) (?:مليون|ملايين|millions?)(?!\w)"): "000 000",
}
_GROUPED: Final = re.compile(r"[ ,.٬](?=[0-9]{3}(?![0-9]))")
_ANY_NUMBER: Final = re.compile(r"[0-9]+(?:[ ,.:٬٫][0-9]{2,3}(?![0-9]))*")


# ── people ───────────────────────────────────────────────────────────────────────────────────────


class PersonalData(Check):
    """The name of somebody dead, injured or missing, an identity number, or a private telephone.

    Names may stand once the families have been told; numbers never.
    """

    type: Literal["personal_data"]
    titles_of_the_dead: Phrases
    titles: Phrases
    harmed: Phrases
    no_names: Phrases
    places: Phrases

    def find(self, subject: Subject) -> Iterator[Found]:
        context = subject.context
        official = context.official_numbers
        victims = PhraseBook(dict.fromkeys(subject.content.languages, sorted(context.victims)))
        for sentence in subject.every_sentence:
            phrases = [*_identity_numbers(sentence)]
            mobiles = mobile_numbers(sentence.plain, context.country)
            phrases += [each.written for each in mobiles if each.e164 not in official]
            if not context.family_informed:
                phrases += victims.found(sentence)
                phrases += self._names(sentence)
            for phrase in dict.fromkeys(phrases):
                yield Found.at(sentence, phrase, values={"phrase": phrase})

    def _names(self, sentence: Sentence) -> Iterator[str]:
        yield from self._named_after(self.titles_of_the_dead, sentence)
        if self.harmed.within(sentence):
            yield from self._named_after(self.titles, sentence)
            yield from self._names_alone(sentence)

    def _named_after(self, titles: PhraseBook, sentence: Sentence) -> Iterator[str]:
        for start, end in titles.spans(sentence):
            name_end = sentence.word_end(end + 1)
            name = sentence.written(end + 1, name_end) if name_end > end + 1 else ""
            if name and self._is_name(name, sentence) and not self._is_place(sentence, start):
                yield sentence.written(start, name_end)

    def _names_alone(self, sentence: Sentence) -> Iterator[str]:
        pattern = _SON_OF if sentence.language == "ar" else _TWO_CAPITALS
        for found in pattern.finditer(sentence.text):
            next_words = sentence.text[found.end() : found.end() + _NEARBY]
            behind = Sentence(sentence.language, sentence.paragraph, next_words)
            begins = any(start == 0 for start, _end in self.harmed.spans(behind))
            if sentence.language == "ar" or begins:
                yield found.group()

    def _is_name(self, word: str, sentence: Sentence) -> bool:
        if sentence.language != "ar":
            return word[:1].isupper()
        alone = Sentence("ar", sentence.paragraph, word)
        return not word.startswith("ال") and not self.no_names.within(alone)

    def _is_place(self, sentence: Sentence, start: int) -> bool:
        before = sentence.folded[max(0, start - _NEARBY) : start].rstrip().rpartition(" ")[2]
        return self.places.within(Sentence(sentence.language, sentence.paragraph, before))


_NEARBY: Final = 40
"""Characters before or behind a name that say whose it is."""
_SON_OF: Final = re.compile(r"\b\w+ (?:بن|بنت|ابن|ابنة) \w+")
_TWO_CAPITALS: Final = re.compile(r"(?<![\w'’-])[A-ZÀ-Þ][\w'’-]+(?: [A-ZÀ-Þ][\w'’-]+)+(?= )")
_IDENTITY: Final = re.compile(r"(?<![0-9+])(?:[12](?:19|20)[0-9]{9}|[12][0-9]{9})(?![0-9])")


def _identity_numbers(sentence: Sentence) -> Iterator[str]:
    """Twelve digits as in Libya, ten as in Saudi Arabia."""
    return (found.group() for found in _IDENTITY.finditer(sentence.plain))


# ── a claim and its answer ───────────────────────────────────────────────────────────────────────


class ClaimNotFirst(Check):
    """A rebuttal whose title or first sentence repeats what it denies."""

    type: Literal["claim_not_first"]
    denials: Phrases

    def find(self, subject: Subject) -> Iterator[Found]:
        claim = subject.context.claim
        for language in subject.content.languages:
            titles = [each for each in subject.sentences[language] if not each.paragraph]
            for sentence in [*titles, *subject.body(language)[:1]]:
                denial = next(self.denials.found(sentence), None)
                if denial or (claim and similar(claim, sentence.text) >= ALIKE):
                    yield Found.at(sentence)


class CorrectionParts(Check):
    """A correction that leaves out what was wrong, what is right, why, or in which statement."""

    type: Literal["correction_parts"]
    parts: dict[str, "CorrectionPart"]

    def find(self, subject: Subject) -> Iterator[Found]:
        for language, body in subject.bodies:
            missing = [
                part.name
                for part in self.parts.values()
                if not any(part.phrases.within(sentence) for sentence in body)
            ]
            if missing:
                yield Found(language, values={"missing": listed(missing)})


class CorrectionPart(Check):
    """One thing a correction says, and how it is recognised."""

    name: Texts
    phrases: Phrases


class WrongStillSaid(Check):
    """What a correction puts right still stands in it, not said to be wrong or to be why.

    Digits, spelling, punctuation and white space are compared as alike.
    """

    type: Literal["wrong_still_said"]
    told_as_wrong: list[Phrases]
    in_title: Texts

    def find(self, subject: Subject) -> Iterator[Found]:
        correction = subject.content.correction
        wrong = correction.what_was_wrong if correction else {}
        for language, words in wrong.items():
            for number, said in self._said(subject, language):
                if says(" ".join(each.text for each in said), words):
                    alone = (each.excerpt for each in said if says(each.text, words))
                    yield Found(
                        language,
                        number,
                        next(alone, said[0].excerpt),
                        values={"paragraph": number},
                        message=None if number else self.in_title,
                    )

    def _said(self, subject: Subject, language: Language) -> Iterator[tuple[int, list[Sentence]]]:
        """By paragraph, what it says as true."""
        sentences = subject.sentences.get(language, [])
        for number in sorted({each.paragraph for each in sentences}):
            here = [each for each in sentences if each.paragraph == number]
            yield number, [each for each in here if not self._as_wrong(each)]

    def _as_wrong(self, sentence: Sentence) -> bool:
        return any(each.within(sentence) for each in self.told_as_wrong)
