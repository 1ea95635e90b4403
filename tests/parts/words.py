"""The words people read: collected from the code, kept beside it in every language, compiled.

`make words` runs this; the tests compare what it would write with what is committed.
"""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT: Final = Path(__file__).resolve().parents[2]
TRANSLATIONS: Final = ROOT / "crisis" / "translations"
LANGUAGES: Final = ("ar", "fr")  # the code itself is written in English

_SOURCES: Final = {"crisis": [("**.py", "python")], "templates": [("**.html", "jinja2")]}
_ALWAYS: Final = datetime(2026, 1, 1, tzinfo=UTC)  # a compiled file differs only when its words do
_HEADER: Final = r"""msgid ""
msgstr ""
"Language: {language}\n"
"Plural-Forms: {plural_forms}\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"

"""
_KEYWORDS: Final = {"_": None, "Message": None, "ngettext": (1, 2), "plural": (1, 2)}


def main() -> None:
    words = collected()
    for language in LANGUAGES:
        catalog = renewed(language, words)
        file = po_file(language)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(as_po(catalog))
        file.with_suffix(".mo").write_bytes(as_mo(catalog))
        left = sum(1 for message in catalog if message.id and not is_translated(message))
        print(f"{language}: {len(catalog)} sentences, {left} of them still to translate")


def collected() -> Catalog:
    """Every sentence in the code and the templates, in alphabetical order, untranslated."""
    catalog = Catalog(project="Nasaq")
    for folder, methods in _SOURCES.items():
        found = extract_from_dir(
            ROOT / folder,
            methods,
            keywords=_KEYWORDS,
            comment_tags=["NOTE:"],
            strip_comment_tags=True,
        )
        for _file, _line, sentence, comments, context in found:
            catalog.add(sentence, auto_comments=comments, context=context)
    return catalog


def renewed(language: str, words: Catalog) -> Catalog:
    """The present sentences, with the translations that are committed for this language."""
    file = po_file(language)
    committed = io.BytesIO(file.read_bytes() if file.exists() else b"")
    catalog = read_po(committed, locale=language)
    catalog.update(words, no_fuzzy_matching=True)
    catalog.fuzzy = False
    catalog.creation_date = catalog.revision_date = _ALWAYS
    return catalog


def po_file(language: str) -> Path:
    return TRANSLATIONS / language / "LC_MESSAGES" / "messages.po"


def as_po(catalog: Catalog) -> bytes:
    """The file translators edit, with a header that never changes by itself."""
    stream = io.BytesIO()
    write_po(
        stream,
        catalog,
        width=100,
        no_location=True,
        sort_output=True,
        omit_header=True,
        ignore_obsolete=True,
    )
    header = _HEADER.format(language=catalog.locale_identifier, plural_forms=catalog.plural_forms)
    return header.encode() + stream.getvalue()


def as_mo(catalog: Catalog) -> bytes:
    stream = io.BytesIO()
    write_mo(stream, catalog)
    return stream.getvalue()


def is_translated(message: Message) -> bool:
    """Whether every form of the sentence has words of its own, and nobody doubts them."""
    return not message.fuzzy and all(forms(message))


def forms(message: Message) -> Iterator[str]:
    """Its translation; for a sentence with a number, one for each plural form of the language."""
    yield from [message.string] if isinstance(message.string, str) else message.string or [""]


if __name__ == "__main__":
    main()
