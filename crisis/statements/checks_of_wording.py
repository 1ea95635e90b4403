"""Checks that look at the words: long sentences, phrases to avoid, words few people use."""

from collections.abc import Iterator
from functools import cached_property
from typing import Literal

from pydantic import BaseModel, ConfigDict

from crisis.statements.content import Language
from crisis.statements.reading import PhraseBook, Phrases
from crisis.statements.subject import Found, Subject


class Check(BaseModel):
    """The settings of one kind of check; `find` applies them."""

    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid", frozen=True)


class SentenceLength(Check):
    """A sentence of the body has more words than it should."""

    type: Literal["sentence_length"]
    words: dict[Language, int]

    def find(self, subject: Subject) -> Iterator[Found]:
        for language, body in subject.bodies:
            for sentence in body:
                count, most = len(sentence.words), self.words[language]
                if count > most:
                    yield Found.at(sentence, values={"words": count, "max": most})


class ForbiddenPhrases(Check):
    """A phrase that should not be there; `advice` lists those that are only unwise."""

    type: Literal["phrases"]
    phrases: Phrases
    advice: Phrases = PhraseBook({})
    unless: Phrases = PhraseBook({})

    def find(self, subject: Subject) -> Iterator[Found]:
        for sentence in subject.every_sentence:
            if self.unless.within(sentence):
                continue
            for phrase in self.phrases.found(sentence):
                yield Found.at(sentence, phrase, values={"phrase": phrase})
            for phrase in self.advice.found(sentence):
                yield Found.at(sentence, phrase, values={"phrase": phrase}, advice=True)


class Jargon(Check):
    """A word few people use, and what to say instead."""

    type: Literal["jargon"]
    instead: dict[Language, dict[str, str]]

    def find(self, subject: Subject) -> Iterator[Found]:
        for sentence in subject.every_sentence:
            for book, plain_words in self._books[sentence.language]:
                for phrase in book.found(sentence):
                    values = {"phrase": phrase, "instead": plain_words}
                    yield Found.at(sentence, phrase, values=values)

    @cached_property
    def _books(self) -> dict[Language, list[tuple[PhraseBook, str]]]:
        return {
            language: [(PhraseBook({language: [phrase]}), plain) for phrase, plain in words.items()]
            for language, words in self.instead.items()
        }


class OneDigitSystem(Check):
    """Arabic and Latin digits in the text of one language."""

    type: Literal["one_digit_system"]

    def find(self, subject: Subject) -> Iterator[Found]:
        for sentences in subject.sentences.values():
            first = ""
            for sentence in sentences:
                systems = {_digit_system(character) for character in sentence.text} - {""}
                first = first or min(systems, default="")
                if systems - {first}:
                    yield Found.at(sentence)
                    break


def _digit_system(character: str) -> str:
    if not character.isdecimal():
        return ""
    return "0" if character.isascii() else chr(ord(character) - int(character))
