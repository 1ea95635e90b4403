"""Every sentence people read is there in three languages, with the same places to fill."""

import re
from collections.abc import Iterator
from gettext import c2py

import pytest
import yaml
from babel.messages import Catalog, Message

from tests.parts import words
from tests.structure.tree import ROOT

CONFIG = ROOT / "config"
UNSAID = {"examples", "phrases"}

# Commands as they begin a button or a sentence, unlike the passive verbs («أُوقف», «سُجّل»).
COMMAND = (
    r"(?:^|[.:؛،] )و?(?:"
    r"ا(?:بدأ|تصل|تصلوا|حذف|حفظ|ختر|ذكر|ستعمل|سأل|سحب|شرح|طلب|عرض|فتح|قرأ|كتب|ملأ|نظر)|"
    r"أ(?:بلغ|بقِ|خرج|رسل|ضف|صدر|عد|عدّ|وقف)|ألغِ|ا(?:ستخدم|ختصر)|بيّن|جرّب|حدّث|حدّد|حرّر|ذكّر|سمِّ"
    r"|طابق|عدّل|غيّر|قارن|قرّب|قسّم|قل|لا ترسل"
    r")(?:ها?|هما|ي)?(?=[ .،:؛'\"]|$)|(?:^|[.:؛،] )ضع(?= )"
    r"|(?:^|[.:؛،] |أو )(?:أ(?:رسل|سند|ضيف|عيد|بلغ|كّد)|ا(?:ضغط|كتب|ختار|قرأ|فتح|نتظر))"
    r"وا?ه?(?=[ .]|$)"
)
# Titles that name a man: whoever holds the rank or the duty may be a woman.
TITLES = {
    "ar": (
        r"(?<!\w)[ولب]?(?:ال|لل)?"
        r"(?:مدير|منسّ?ق|ضابط|ضبّ?اط|مناوب|متحدث|ناطق|مدقق|محرر|مدوّ?ن|مترجم|مطّلع|عضو|نائب|مفوَّض)"
        r"(?:ون|ين|ان|اً)?(?!\w)"
    ),
    "fr": (
        r"(?<!\w)(?:officiers?|administrateurs?|coordinateurs?|directeurs?|suppléants?|auditeurs?"
        r"|rédacteurs?|vérificateurs?|conseillers?|relecteurs?|traducteurs?|approbateurs?|lecteurs?"
        r"|opérateurs? d’alerte|agents? de|chargés? d|teneurs?)(?!\w| d’écran)"
    ),
}
TITLED = "a rank or duty is named by what is done: «تنسيق الحادثة», « Coordination de l’incident »"
COUNTS = ("%(num)s", "{n}", "%(n)s")
COUNTED = re.compile(r"# ([\u0621-\u0652]+)( [\u0621-\u0652]+)?")  # a noun, and what it rules
PLACE = re.compile(r"\{\w+\}|%\(\w+\)[sd]")
NEVER = {
    "ar": {
        r"[٠-٩۰-۹]": "digits stay Latin here; the office's own digits are put in when it is said",
        r"[,;?\"“”]": "Arabic writes ، ؛ ؟ and «…»",
        r"\bتم\b|\bيتم\b": "a verb says what was done: «سُجّل», not «تم تسجيل»",
        r"!(?!\))": "no exclamation marks",
        r"\u064b\u0627": "tanwin stands on the letter before its alif: «حرفاً»",
        COMMAND: "nobody is commanded, man or woman: a verbal noun («حفظ») or «يلزم…»",
        TITLES["ar"]: TITLED,
    },
    "fr": {
        r"['\"]": "French writes ’ and « … »",
        r"[^\u00a0(][;?!»]|[^\u00a0(\d]:(?!//)|\d:(?!\d)|«(?!\u00a0)": (
            "a no-break space stands beside : ; ? ! « »"
        ),
        r"\(e\)": "a person is named so that no ending has to be chosen",
        TITLES["fr"]: TITLED,
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
        if message.id and re.search(pattern, PLACE.sub("", form), re.IGNORECASE)
    ]

    assert not wrong, "\n".join([f"{len(wrong)} translations break a rule of writing:", *wrong])


def test_what_is_written_for_writers_and_colleagues_names_and_commands_no_man() -> None:
    wrong = [
        f"{file.name}: {text}\n  ({found[0].strip()})"
        for file in (CONFIG / "statements" / "lint.yaml", CONFIG / "alerts" / "notices.yaml")
        for language, text in told(yaml.safe_load(file.read_text("utf-8")))
        for pattern in (TITLES[language], *([COMMAND] if language == "ar" else []))
        if (found := re.search(pattern, PLACE.sub("", text), re.IGNORECASE))
        and not found[0].endswith("وا")
    ]

    assert not wrong, "\n".join(["A verbal noun («يلزم حذفها») or a plural («سمّوا»):", *wrong])


def told(part: object, key: str = "") -> Iterator[tuple[str, str]]:
    """Language and text of everything said in three languages. Examples and lists of words are
    not said to anybody."""
    if isinstance(part, dict):
        if all(isinstance(part.get(each), str) for each in ("ar", "fr")) and key not in UNSAID:
            yield from ((each, part[each]) for each in ("ar", "fr"))
        for name, each in part.items():
            if name not in UNSAID:
                yield from told(each, name)
    elif isinstance(part, list):
        for each in part:
            yield from told(each, key)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ar", "وتغييرها لدى مدير النظام."),
        ("ar", "تعيين منسّق آخر"),
        ("ar", "الاتصال بالمناوب"),
        ("ar", "دون ضابط اتصال"),
        ("fr", "Officier de liaison"),
        ("fr", "Un administrateur peut le faire."),
    ],
)
def test_a_masculine_title_is_noticed(language: str, text: str) -> None:
    assert re.search(TITLES[language], text, re.IGNORECASE)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ar", "إدارة النظام"),
        ("ar", "هاتف المناوبة"),
        ("ar", "أعضاء الفريق"),
        ("fr", "Coordination de l’incident"),
        ("fr", "Le lecteur d’écran"),
        ("fr", "Remise à l’opérateur"),
    ],
)
def test_what_is_done_is_no_title(language: str, text: str) -> None:
    assert not re.search(TITLES[language], text, re.IGNORECASE)


def test_arabic_gives_each_count_a_form_of_its_own(collected: Catalog) -> None:
    wrong = [
        f"{problem}:\n  {' | '.join(words.forms(message))}"
        for message in words.renewed("ar", collected)
        if message.pluralizable and message.id
        for problem in miscounted(list(words.forms(message)))
    ]

    assert not wrong, "\n".join([f"{len(wrong)} sentences miscount:", *wrong])


@pytest.mark.parametrize(
    "forms",
    [
        ["لا أجزاء", "جزء واحد", "جزآن", "{n} أجزاء", "{n} جزء", "{n} جزء"],
        ["لا أجزاء", "جزء واحد", "جزآن", "{n} أجزاء", "{n} جزءاً", "{n} جزءاً"],
        ["{n} أجزاء", "جزء واحد", "جزآن", "{n} أجزاء", "{n} جزءاً", "{n} جزء"],
        ["لا أجزاء", "{n} جزء", "جزآن", "{n} أجزاء", "{n} جزءاً", "{n} جزء"],
        ["لا أجزاء", "جزء واحد", "جزآن", "أجزاء", "{n} جزءاً", "{n} جزء"],
    ],
)
def test_a_miscount_is_noticed(forms: list[str]) -> None:
    assert list(miscounted(forms))


def test_a_right_count_is_left_alone() -> None:
    for forms in (
        ["لا أجزاء", "جزء واحد", "جزآن", "{n} أجزاء", "{n} جزءاً", "{n} جزء"],
        ["لا رسائل", "رسالة واحدة", "رسالتان", "{n} رسائل", "{n} رسالة", "{n} رسالة"],
        ["{n} د"] * 6,
        ["لا أحد", "واحد لم يؤكّد", "اثنان لم يؤكّدا"] + ["{n} لم يؤكّدوا"] * 3,
    ):
        assert not list(miscounted(forms))


def test_arabic_counts_in_the_usual_order(collected: Catalog) -> None:
    forms = c2py(words.renewed("ar", collected).plural_expr)
    order = [forms(n) for n in (0, 1, 2, 3, 10, 11, 99, 100, 102, 103, 111, 1000)]

    assert order == [0, 1, 2, 3, 3, 4, 4, 5, 5, 3, 4, 5], (
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


def miscounted(forms: list[str]) -> Iterator[str]:
    """What is wrong with the six forms: 3 to 10 take the plural, 11 to 99 the accusative singular,
    from 100 on the singular; none, one and two are words. An abbreviation or a verb never changes.
    """
    number = next((each for each in COUNTS if any(each in form for form in forms)), "")
    if len(set(forms)) == 1 or not number:
        return
    if not all(number in form for form in forms[3:]):
        yield "3 and more need their number"
    if any(number in form for form in forms[:3]):
        yield "none, one and two are words, not figures"
    few, many, hundred = (COUNTED.search(form.replace(number, "#")) for form in forms[3:])
    if not (few and many and hundred) or few[1] == many[1]:
        return
    if not many[1].endswith(("اً", "ة", "ءً")) and not many[2]:
        yield f"11 to 99 take the accusative singular, not «{many[1]}»"
    if many[1].endswith("اً") and hundred[1].endswith("اً"):
        yield f"from 100 on stands the plain singular, not «{hundred[1]}»"


def places(sentence: str) -> set[str]:
    return set(PLACE.findall(sentence))
