"""Every sentence people read is there in three languages, with the same places to fill."""

import re

import pytest
from babel.messages import Catalog, Message

from tests.parts import words

PLACE = re.compile(r"\{\w+\}|%\(\w+\)[sd]")


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
