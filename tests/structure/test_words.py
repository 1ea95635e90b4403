"""Every sentence people read is there in three languages, with the same places to fill."""

import re
from gettext import c2py

import pytest
from babel.messages import Catalog, Message

from tests.parts import words

PLACE = re.compile(r"\{\w+\}|%\(\w+\)[sd]")
NEVER = {
    "ar": {
        r"[٠-٩۰-۹]": "digits stay Latin here; the office's own digits are put in when it is said",
        r"[,;?\"“”]": "Arabic writes ، ؛ ؟ and «…»",
        r"\bتم\b|\bيتم\b": "a verb says what was done: «سُجّل», not «تم تسجيل»",
        r"!(?!\))": "no exclamation marks",
    },
    "fr": {
        r"['\"]": "French writes ’ and « … »",
        r"[^\u00a0(](?:[;?!»]|:(?!//))|«(?!\u00a0)": "a no-break space stands beside : ; ? ! « »",
    },
}


@pytest.fixture(scope="module")
def collected() -> Catalog:
    return words.collected()


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_sentence_is_translated(collected: Catalog, language: str) -> None:
    catalog = words.renewed(language, collected)
    missing = [str(m.id) for m in catalog if m.id and not words.is_translated(m)]

    assert not missing, "\n".join(
        [
            f"{len(missing)} sentences have no words in {language}:",
            *missing,
            f"What to do: `make words`, then translate them in {words.po_file(language)}.",
        ]
    )


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_a_translation_fills_the_same_places(collected: Catalog, language: str) -> None:
    wrong = [str(m.id) for m in words.renewed(language, collected) if m.id and not same_places(m)]

    assert not wrong, "\n".join(
        [
            f"These sentences lose or invent a place in {language}:",
            *wrong,
            "What to do: keep every {name} and %(name)s; a plural form may leave out the number.",
        ]
    )


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_a_translation_is_written_as_its_language_is(collected: Catalog, language: str) -> None:
    wrong = [
        f"{form}\n  ({why})"
        for message in words.renewed(language, collected)
        for form in words.forms(message)
        for pattern, why in NEVER[language].items()
        if message.id and re.search(pattern, PLACE.sub("", form))
    ]

    assert not wrong, "\n".join([f"{len(wrong)} translations break a rule of writing:", *wrong])


def test_arabic_counts_in_the_usual_order(collected: Catalog) -> None:
    forms = c2py(words.renewed("ar", collected).plural_expr)
    order = [forms(n) for n in (0, 1, 2, 3, 10, 11, 99, 100, 103, 111)]

    assert order == [0, 1, 2, 3, 3, 4, 4, 5, 3, 4], (
        "What to do: keep the Plural-Forms line of the Arabic file as the GNU manual has it."
    )


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_what_is_compiled_is_what_was_translated(collected: Catalog, language: str) -> None:
    catalog = words.renewed(language, collected)
    file = words.po_file(language)

    assert file.read_bytes() == words.as_po(catalog), "What to do: `make words`, and commit."
    assert file.with_suffix(".mo").read_bytes() == words.as_mo(catalog), "What to do: `make words`."


def same_places(message: Message) -> bool:
    """The forms fill what the sentence fills; "two people" need not repeat the number."""
    sentences = [message.id] if isinstance(message.id, str) else message.id
    wanted = set().union(*map(places, sentences))
    optional = {"{n}", "%(num)s", "%(n)s"} if message.pluralizable else set()
    written = [form for form in words.forms(message) if form]
    return all(wanted - optional <= places(form) <= wanted for form in written)


def places(sentence: str) -> set[str]:
    return set(PLACE.findall(sentence))
