"""A text as words, the way a reader compares two versions of it."""

import re
from dataclasses import dataclass
from typing import Final

from crisis.statements.graphemes import may_part

_OPENING: Final = "([{«“‘\"'¿¡"
_CLOSING: Final = ".,;:!?…)]}»”’\"'،؛؟۔"
_RUN: Final = re.compile(r"(\S*)(\s*)")


@dataclass(frozen=True)
class Token:
    """A word, or the punctuation before or behind one, and the white space that follows it.

    Arabic particles written onto a word (و، ف، ب، ل، ال) are part of it; so is punctuation inside
    a word or a number, as in 14:30, 31% or gcc.ly/a.
    """

    word: str
    space: str

    @property
    def text(self) -> str:
        return self.word + self.space


def tokens_of(text: str) -> list[Token]:
    """The text in tokens; joined, their texts are the text. No grapheme is ever parted."""
    tokens: list[Token] = []
    for run, space in _RUN.findall(text):
        *front, last = _pieces(run)
        for piece in front:
            _add(tokens, Token(piece, ""))
        _add(tokens, Token(last, space))
    return tokens


def _pieces(run: str) -> list[str]:
    opened = run.lstrip(_OPENING)
    word = opened.rstrip(_CLOSING)
    pieces = (run[: len(run) - len(opened)], word, opened[len(word) :])
    return [piece for piece in pieces if piece] or [""]


def _add(tokens: list[Token], token: Token) -> None:
    if not token.text:
        return
    if tokens and not may_part(tokens[-1].text[-1], token.text[0]):
        token = Token(tokens.pop().text + token.word, token.space)
    if token.word and token.space and not may_part(token.word[-1], token.space[0]):
        token = Token(token.text, "")
    tokens.append(token)
