"""A name in letters that run the other way than the words around it, kept apart from those: else a
number beside it is drawn to its wrong side, and “Wadi Zahr 22:44” begins with the time."""

import re
from collections.abc import Mapping
from typing import Final

from crisis.kernel.words import isolated
from crisis.statements.content import Language

LEFT_TO_RIGHT: Final = "\u200e"
_RIGHT_TO_LEFT: Final = "\u200f"
_ARABIC: Final = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_LATIN: Final = re.compile("[A-Za-z\u00c0-\u024f]")
_OTHER: Final[Mapping[Language, re.Pattern[str]]] = {"ar": _LATIN, "en": _ARABIC, "fr": _ARABIC}


def in_sms(name: str, language: Language) -> str:
    """Between marks of the language: two signs, in a text that takes the wide alphabet anyway."""
    mark = _RIGHT_TO_LEFT if language == "ar" else LEFT_TO_RIGHT
    return f"{mark}{name}{mark}" if _OTHER[language].search(name) else name


def in_mail(name: str, language: Language) -> str:
    """Isolated, whatever else is in it."""
    return isolated(name) if _OTHER[language].search(name) else name
