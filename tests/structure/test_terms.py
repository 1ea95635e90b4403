"""A sentence that names a thing names it by the word of docs/glossary.md, in every language.

Words that must not be confused (اعتماد, تأكيد, تحقق …) are looked for as well: each belongs to one
English word, and a sentence without that word may not contain it.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

import pytest
from babel.messages.pofile import read_po

from crisis.kernel.text import fold_arabic
from tests.parts import words
from tests.structure.test_glossary import GLOSSARY, Term, glossary
from tests.structure.test_words import PLACE

FORMS_HEADING: Final = "| English | العربية | Français |"
ADDRESS: Final = re.compile(r"\S+@\S+|https?://\S+")
ENDING: Final = {
    "ar": re.compile(r"(?<=\w{3})(?:ون|ين|ات|ان|ه|ي|ا)$"),
    "fr": re.compile(r"(?<=\w{3})(?:ees|ee|es|er|[esx])$"),
}

EVERYDAY: Final = re.split(
    r"[,\s]+",
    "Agency, Attempt, Authority, Back, Call-out, Change, Character, Closed, Connected, Delivered,"
    "Draft, Duplicate, Emergency, False, Group, Lead, Limited, Line, Live, Member, Note, Other,"
    "Person, Recovery, Remark, Report, Reported, Search, Seen, Serious, Significant, Spread, True,"
    "Unknown, Watch",
)
"""Words of every day, which also mean other things ("change the password", "next in line"). Alone
they are translated by the glossary (tests/structure/test_glossary.py); in sentences nobody can
tell. A message that is sent back is no message that is sent."""
IDIOM: Final = re.compile(r"sen[dt](?: it)? back", re.IGNORECASE)

ON_PURPOSE: Final[dict[tuple[str, str], str]] = {
    (language, english): reason
    for languages, english, reason in (
        ("ar fr", "Release a supporting entity", "an entity is let go, not a text"),
        (
            "ar fr",
            "The file needs a part called ministries, people or audiences.",
            "the names stand in the file like this",
        ),
        ("ar", "sent", "said of a version: sent for approval"),
    )
    for language in languages.split()
}
"""(language, English sentence): why it does without the word."""


@dataclass(frozen=True)
class Pair:
    """A word that belongs to one English word only."""

    language: str
    word: str
    belongs_to: str


CONFIRMED: Final = (
    "acknowledg|confirm|answer|repl|asked|second person|said so|got|received|take it|it was good"
)
PAIRS: Final = (
    Pair("ar", r"\bتحقق|\bالتحقق", "verif|check"),
    Pair("ar", r"عتماد|معتمد|\bاعتمد|\bيعتمد", "approv|sign|agreed|asked|submit"),
    Pair("ar", r"\bتاكيد|\bالتاكيد|\bيوكد|\bاكد|موكد", f"{CONFIRMED}|by .*name"),
    Pair("ar", "اشعار|انذار", "notif"),
    Pair("ar", r"\bنشر|\bمنشور|\bالنشر", "publi|post|out on|embargo"),
    Pair("ar", r"\bازمه|\bالازمه|ازمات", "crisi|crise"),
    Pair("ar", r"\bنفي\b|\bالنفي\b", "deni|deny"),
    Pair("ar", "توضيح", "clarif|explan"),
    Pair("ar", r"مهام|\bمهمه|\bالمهمه|واجب", "task|checklist"),
    Pair("ar", r"تقييم|\bيقيم", "evaluat|judged"),
    Pair("fr", "valid", "approv|sign|valid|agreed|stand behind|good"),
    Pair("fr", "approuv", "nothing: the word is valider"),
    Pair("fr", "verifi", "verif|check|look"),
    Pair("fr", "dementi", "deni|deny"),
    Pair("fr", "mise au point", "clarif"),
    Pair("fr", "declaration", "comment"),
    Pair("fr", "notification", "notif"),
)


def folded(text: str, language: str) -> str:
    """The text as it is compared: without case, vowel signs and accents."""
    if language == "ar":
        return fold_arabic(text)
    plain = unicodedata.normalize("NFD", text.casefold())
    return "".join(each for each in plain if not unicodedata.combining(each))


def stems(term: str, language: str) -> list[str]:
    """What the words of a term keep in all their forms."""
    found = re.findall(r"[^\W\d_]{2,}", folded(term, language))
    bare = [re.sub(r"^ال(?=\w{2})", "", each) for each in found]
    return [ENDING[language].sub("", each) for each in bare if len(each) > 2]


@cache
def other_forms() -> dict[str, dict[str, list[str]]]:
    """By English word: what else may stand for it, in Arabic and in French."""
    found: dict[str, dict[str, list[str]]] = {}
    _before, _heading, table = GLOSSARY.read_text("utf-8").partition(FORMS_HEADING)
    for line in table.strip().splitlines():
        if not line.startswith("|"):
            break
        english, arabic, french = (cell.strip() for cell in line.strip("|").split("|"))
        if not set(english) <= set("-"):
            found[english] = {"ar": arabic.split("،"), "fr": french.split("،")}
    return found


def named(english: str) -> list[Term]:
    """The terms in an English sentence; a term inside a longer one is not counted."""
    plain = IDIOM.sub("", ADDRESS.sub("", PLACE.sub("", english)))
    there = [term for term in glossary() if pattern(term.en).search(plain)]
    longest = [
        term
        for term in there
        if not any(
            term.en.casefold() in other.en.casefold() != term.en.casefold() for other in there
        )
    ]
    return [term for term in longest if term.en not in EVERYDAY]


@cache
def pattern(term: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-]){re.escape(term)}s?(?![\w-])", re.IGNORECASE)


def says(said: str, term: Term, language: str) -> bool:
    text = folded(said, language)
    ways = [getattr(term, language), *other_forms().get(term.en, {}).get(language, [])]
    return any(all(stem in text for stem in stems(way, language)) for way in ways)


def wrong_words(language: str, english: str, said: str) -> Iterator[str]:
    """What is wrong with a translation, in words: a term that is missing, a word that belongs to
    another."""
    for term in named(english):
        if not says(said, term, language):
            yield f"“{term.en}” is «{getattr(term, language)}»"
    text = folded(said, language)
    for pair in PAIRS:
        found = re.search(pair.word, text) if pair.language == language else None
        if found and not re.search(pair.belongs_to, english, re.IGNORECASE):
            yield f"«{found[0]}» belongs to: {pair.belongs_to}"


def sentences(language: str) -> Iterator[tuple[str, str]]:
    """Each English sentence with its translation; of a counted one, all its forms together. What
    is not translated yet is the matter of tests/structure/test_words.py."""
    for message in read_po(words.po_file(language).open("rb")):
        if message.id and words.is_translated(message):
            english = message.id if isinstance(message.id, str) else " ".join(message.id)
            yield english, " ".join(words.forms(message))


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_a_sentence_uses_the_words_of_the_glossary(language: str) -> None:
    wrong = [
        f"  {english}\n    {said}\n    {problem}"
        for english, said in sentences(language)
        for problem in wrong_words(language, english, said)
        if (language, english) not in ON_PURPOSE
    ]

    assert not wrong, "\n".join(
        [
            f"{len(wrong)} words of the {language} catalogue are not those of docs/glossary.md:",
            *wrong,
            "What to do: use the glossary's word, add the form to its table of other forms, or say"
            " in ON_PURPOSE why this sentence does without.",
        ]
    )


def test_what_is_done_on_purpose_is_still_there() -> None:
    there = {
        (language, english)
        for language in words.LANGUAGES
        for english, said in sentences(language)
        if any(wrong_words(language, english, said))
    }

    assert not set(ON_PURPOSE) - there, (
        "What to do: these exceptions are needed no more; remove them."
    )


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_an_alert_that_people_acknowledged_is_not_one_that_a_second_person_confirmed(
    language: str,
) -> None:
    said = dict(sentences(language))
    receipt = {"ar": "استلام", "fr": "accus"}[language]

    for english in ("Alert %(n)s acknowledged", "Alert acknowledged in %(n)s min"):
        assert receipt in said[english].casefold()
    assert receipt not in said["Confirm alert %(n)s"].casefold()


def test_a_form_belongs_to_a_term() -> None:
    assert not set(other_forms()) - {term.en for term in glossary()}


@pytest.mark.parametrize(
    ("language", "english", "said"),
    [
        ("ar", "Open the incident", "فتح الأزمة"),
        ("ar", "Approval of statement %(n)s", "تأكيد البيان %(n)s"),
        ("ar", "Confirm alert %(n)s", "اعتماد التنبيه %(n)s"),
        ("ar", "Alert %(n)s", "الإشعار %(n)s"),
        ("ar", "Who hold one of these standing duties", "ممن لهم أحد هذه الواجبات الدائمة"),
        ("ar", "Release the statement", "نشر البيان"),
        ("fr", "The liaison officers", "Les agents de liaison"),
        ("fr", "Approve it", "L’approuver"),
        ("fr", "The dissent stays on record.", "L’avis contraire reste au journal."),
    ],
)
def test_a_wrong_word_is_noticed(language: str, english: str, said: str) -> None:
    assert list(wrong_words(language, english, said))


@pytest.mark.parametrize(
    ("language", "english", "said"),
    [
        ("ar", "For new incidents", "للحوادث الجديدة"),
        ("ar", "By approval", "بالاعتماد"),
        ("ar", "All statements", "كل البيانات"),
        ("ar", "Write one like name@ministry.gov.ly.", "مثال: name@ministry.gov.ly"),
        ("fr", "Supporting entities", "Entités en appui"),
        ("fr", "Approved", "Validées"),
    ],
)
def test_an_inflected_word_is_known(language: str, english: str, said: str) -> None:
    assert not list(wrong_words(language, english, said))
