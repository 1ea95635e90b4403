"""A template is filled once, in every language, and nothing in it is ever evaluated."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from crisis.kernel.errors import Invalid, NotFound
from crisis.statements.content import LANGUAGES, Content, Language, Texts, Type, paragraphs_of
from crisis.statements.elements import Element, elements_found
from crisis.statements.lint import LintContext, check
from crisis.statements.places import Value, filled
from crisis.statements.routes import open_places as routes_of_places
from crisis.statements.routes.open_places import with_places
from crisis.statements.templates import (
    Template,
    fill,
    in_pieces,
    must_be_filled,
    open_places,
    place_names,
    read_template,
    readable,
    template,
    templates,
)

CONFIG = Path(__file__).parents[2] / "config"
PLAYBOOKS = sorted((CONFIG / "playbooks").glob("*.yaml"))
VALUES: dict[str, Value] = yaml.safe_load(
    Path(__file__).with_name("template_values.yaml").read_text("utf-8")
)


def a_template(**body: str) -> Template:
    return read_template("test", Type.UPDATE, {"ar": "اختبار"}, dict(body))


def filled_statement(code: str) -> Content:
    chosen = template(code)
    texts = fill(chosen, {place: VALUES[place] for place in chosen.places})
    bodies = {language: paragraphs_of(text) for language, text in texts.items()}
    return Content(chosen.type, bodies=bodies)


# ── what the product ships ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("code", sorted(templates()))
def test_a_filled_template_may_be_submitted(code: str) -> None:
    noon = datetime(2026, 11, 10, 12, 40, tzinfo=UTC)
    context = LintContext(level=3, now=noon, zone="Africa/Tripoli", country="LY", issued_at=noon)
    content = filled_statement(code)

    assert set(content.languages) == set(LANGUAGES)
    assert [each for each in check(content, context) if each.severity == "block"] == []
    must_be_filled(content)


@pytest.mark.parametrize(
    "code", ["initial", *(code for code in sorted(templates()) if code.endswith("holding"))]
)
def test_first_statements_have_all_six_elements(code: str) -> None:
    content = filled_statement(code)
    for language in LANGUAGES:
        assert all(elements_found(content, language).values()), language


@pytest.mark.parametrize("file", PLAYBOOKS, ids=lambda file: file.stem)
def test_a_playbook_names_the_places_of_its_holding_statement(file: Path) -> None:
    holding = yaml.safe_load(file.read_text("utf-8"))["holding_statement"]

    assert sorted(template(f"{file.stem}.holding").places) == holding["placeholders"]


def test_every_place_has_a_name_and_is_used() -> None:
    used = {place for each in templates().values() for place in each.places}

    assert set(place_names()) == used == set(VALUES)
    assert all(set(names) == set(LANGUAGES) for names in place_names().values())


def test_there_are_eight_playbooks() -> None:
    assert len(PLAYBOOKS) == 8
    with pytest.raises(NotFound):
        template("flood_weather.other")
    with pytest.raises(NotFound):
        template("../secrets.holding")


# ── filling ──────────────────────────────────────────────────────────────────────────────────────


def test_a_value_may_differ_by_language() -> None:
    both = a_template(ar="في {place} عند {time}", en="In {place} at {time}")
    names: Texts = {"ar": "درنة", "en": "Derna"}

    assert fill(both, {"place": names, "time": "14:30"}) == {
        "ar": "في درنة عند 14:30",
        "en": "In Derna at 14:30",
    }


@given(st.text())
def test_what_fills_a_place_is_never_looked_at_again(text: str) -> None:
    assert filled("{a}{b}{a}", {"a": text, "b": "{a}"}, "ar") == text + "{a}" + text


@pytest.mark.parametrize(
    "hostile",
    ["{{config}}", "{% for %}", "${7*7}", "#{x}", "<%= y %>", "%s", "{0.__class__}", "{x!r}", "}{"],
)
def test_code_stays_text(hostile: str) -> None:
    one = a_template(ar="الجديد: {whats_new}")

    assert fill(one, {"whats_new": hostile}) == {"ar": f"الجديد: {hostile}"}
    must_be_filled(Content(Type.UPDATE, bodies={"ar": paragraphs_of(hostile)}))


@pytest.mark.parametrize(
    ("values", "places"),
    [
        ({}, {"place", "time"}),
        ({"place": "", "time": "14:30"}, {"place"}),
        ({"place": {"ar": "درنة"}, "time": "14:30"}, {"place"}),
        ({"place": "x", "time": "14:30", "hotline": "1415"}, {"hotline"}),
        ({"place": "{time}", "time": "14:30"}, {"place"}),
        ({"place": {"ar": "x", "en": "at {time"}, "time": "14:30"}, {"place"}),
    ],
)
def test_a_place_without_words_is_named(values: dict[str, Value], places: set[str]) -> None:
    both = a_template(ar="في {place} عند {time}", en="In {place} at {time}")

    with pytest.raises(Invalid) as refused:
        fill(both, values)
    assert refused.value.code == "places"
    assert set(refused.value.fields) == places


def test_places_may_be_left_to_be_written_by_hand_but_not_submitted() -> None:
    texts = fill(a_template(ar="حتى {time}: {known}"), {"time": "14:30"}, leave_open=True)

    assert texts == {"ar": "حتى 14:30: {known}"}
    with pytest.raises(Invalid) as refused:
        must_be_filled(Content(Type.UPDATE, bodies={"ar": paragraphs_of(texts["ar"])}))
    assert refused.value.code == "open_places"
    assert str(refused.value) == "The text still has places to fill: What we know."


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_place_under_its_name_is_open_as_under_its_code(language: Language) -> None:
    """Whoever writes reads «[الساعة]», and other words in brackets are only words."""
    names = {place: name[language] for place, name in place_names().items()}
    for place, name in names.items():
        assert readable({language: f"a {{{place}}} b"}) == {language: f"a [{name}] b"}
        assert open_places(f"a [{name}] b {{{place}}}") == [f"[{name}]", f"{{{place}}}"]
    assert open_places(f"[{names['time']}") == []
    assert open_places("[sic] [...] [1] {code} [") == []


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("حتى [الساعه] أو [ السّاعة ]", ["[الساعه]", "[ السّاعة ]"]),
        ("until [time] or [ Time ] in [foo {place}", ["[time]", "[ Time ]", "{place}"]),
        ("[foo {place}] [[Time]]", ["{place}", "[Time]"]),
        ("[Ce qu’il ne faut pas dire] {time", ["[Ce qu’il ne faut pas dire]", "{time"]),
        ("في [المكان المعلن] اليوم", []),
        ("[Source: WHO] [Place Vendôme] [Service public] [Date limite: 3] [Number 5]", []),
        ("[" * 20_000 + "{" * 20_000, []),
    ],
)
def test_only_a_name_alone_in_brackets_is_a_place(text: str, places: list[str]) -> None:
    assert open_places(text) == places
    assert "".join(piece for piece, _ in in_pieces(text)) == text


@pytest.mark.parametrize("text", ["حتى [الساعة]", "حتى {time}", "[Time]", "en [ heure ], {time"])
@pytest.mark.parametrize("reader", LANGUAGES)
def test_a_text_is_shown_in_the_very_words_that_are_signed(
    text: str, reader: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fingerprint is for those; what belongs in a place is said beside it."""
    monkeypatch.setattr(routes_of_places, "language", lambda: reader)
    shown = with_places(text, "ar")
    assert shown.striptags() == text
    assert f'title="{place_names()["time"][reader]}"' in shown


def test_what_a_place_is_called_is_not_read_as_if_it_were_said() -> None:
    texts = readable(template("holding").body)
    bodies = {each: paragraphs_of(text) for each, text in texts.items()}
    content = Content(Type.HOLDING, bodies=bodies)
    assert not elements_found(content, "ar")[Element.EMPATHY]
    assert not elements_found(content, "en")[Element.EMPATHY]


@pytest.mark.parametrize("unfinished", ["{known}", "حتى {time", "{ {place} }"])
def test_an_open_place_is_seen_in_a_title_and_unclosed(unfinished: str) -> None:
    with pytest.raises(Invalid):
        must_be_filled(Content(Type.UPDATE, titles={"ar": unfinished}))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("حتى {time", "A brace at place 5 of the text (ar) opens or closes no place."),
        ("حتى time}", "A brace at place 9 of the text (ar) opens or closes no place."),
        ("حتى {{time}}", "A brace at place 5 of the text (ar) opens or closes no place."),
        ("حتى {0.__class__}", "A brace at place 5 of the text (ar) opens or closes no place."),
        ("حتى {secret}", "“secret” is not a place that can be filled."),
    ],
)
def test_a_template_with_a_broken_place_is_refused(text: str, told: str) -> None:
    with pytest.raises(Invalid) as refused:
        a_template(ar=text)
    assert str(refused.value).startswith(told)
    assert refused.value.code == "template"


def test_a_template_has_the_same_places_in_every_language() -> None:
    with pytest.raises(Invalid) as refused:
        a_template(ar="حتى {time} في {place}", en="At {time}")
    assert "(en) lacks the place “place”" in str(refused.value)
