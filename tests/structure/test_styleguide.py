"""The style guide shows every component there is, so that a change to one is looked at."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from jinja2 import Environment, nodes
from jinja2.runtime import Macro

from tests.given import a_coordinator, an_office, signed_in
from tests.parts.pages import app, client
from tests.structure.tree import ROOT, files

__all__ = ["app", "client"]

Name = tuple[str, str]


@pytest.fixture
def used(monkeypatch: pytest.MonkeyPatch) -> set[Name]:
    """File and name of every macro that is called from now on."""
    called: set[Name] = set()
    invoke = Macro._invoke

    def noting(self: Macro, *args: Any, **kwargs: Any) -> str:
        file = Path(self._func.__code__.co_filename)
        if file.is_absolute() and file.is_relative_to(ROOT / "templates/ui"):
            called.add((file.name, self.name))
        return invoke(self, *args, **kwargs)

    monkeypatch.setattr(Macro, "_invoke", noting)
    return called


def components() -> Iterator[Name]:
    """Every macro of templates/ui/, the frame around pages included."""
    for file in files("templates/ui/*.html"):
        tree = Environment(extensions=["jinja2.ext.i18n"]).parse(file.read_text("utf-8"))
        yield from (
            (file.name, each.name) for each in tree.find_all(nodes.Macro) if top(tree, each)
        )


def top(tree: nodes.Template, macro: nodes.Macro) -> bool:
    """Whether others can import it; what is defined inside a macro belongs to that one."""
    return macro in tree.body


@pytest.mark.parametrize("language", ["ar", "en", "fr"])
def test_every_component_is_shown(client: FlaskClient, used: set[Name], language: str) -> None:
    an_office(is_exercise=True)
    client.set_cookie("lang", language)
    signed_in(client, a_coordinator())
    for query in ("", "?form=refused", "?digits=arab"):
        assert client.get(f"/styleguide{query}").status_code == 200

    missing = sorted(set(components()) - used)
    assert not missing, "\n".join(
        [
            "These components are not in the style guide:",
            *(f"  templates/ui/{file}: {name}" for file, name in missing),
            "What to do: show each in templates/web/styleguide.html, then renew the pictures.",
        ]
    )


def test_components_are_found() -> None:
    assert {("marks.html", "severity"), ("forms.html", "radio_cards")} <= set(components())


def test_digits_are_those_asked_for(client: FlaskClient) -> None:
    an_office()
    signed_in(client, a_coordinator())

    assert "السبت 21 نوفمبر 2026" in client.get("/styleguide?digits=latn").get_data(as_text=True)
    assert "السبت ٢١ نوفمبر ٢٠٢٦" in client.get("/styleguide?digits=arab").get_data(as_text=True)
