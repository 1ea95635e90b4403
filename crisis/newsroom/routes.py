"""The public pages: no cookies, no scripts, the same for everybody, and kept by caches."""

from itertools import groupby
from typing import Any, Final, Literal, get_args

from flask import (
    Blueprint,
    current_app,
    g,
    has_request_context,
    make_response,
    render_template,
    request,
    url_for,
)
from flask_babel import force_locale
from pydantic import model_validator
from werkzeug.wrappers import Response

from crisis.newsroom import queries
from crisis.people.model import in_language
from crisis.people.queries import the_office
from crisis.statements.content import LANGUAGES, Language
from crisis.statements.forms_of_text import EXERCISE
from crisis.web.asking import Form, asked_of_url
from crisis.web.locale import day, language
from crisis.web.security import SAME_FOR_ALL

bp: Final = Blueprint("newsroom", __name__)
KEPT: Final = "public, max-age=60"
Look = Literal["light", "dark", "dim"]


class LanguageForm(Form):
    """The language of a page; Arabic unless another is asked for. Its look: as the device has it,
    unless the address names one that there is."""

    lang: Language = "ar"
    theme: Look | None = None

    @model_validator(mode="before")
    @classmethod
    def _without_an_unknown_look(cls, typed: dict[str, Any]) -> dict[str, Any]:
        return typed if typed.get("theme") in get_args(Look) else typed | {"theme": None}


@bp.url_defaults
def as_the_reader_has_it(_endpoint: str, values: dict[str, Any]) -> None:
    """Whoever chose a language and a look elsewhere finds them here by the address they come by:
    what is the same for everybody asks for no cookie."""
    if has_request_context():
        alike = request.endpoint in SAME_FOR_ALL
        look = g.get("look") if alike else request.cookies.get("theme")
        values.setdefault("lang", language())
        if look in get_args(Look):
            values.setdefault("theme", look)


@bp.get("/newsroom")
def index() -> Response:
    """Everything that was released, by day; what goes on now on top."""
    wanted = asked_of_url(LanguageForm)
    with force_locale(wanted.lang):
        days = _by_day(queries.published(wanted.lang))
    return _page("newsroom/list.html", wanted, live=queries.live(wanted.lang), days=days)


@bp.get("/newsroom/<ref>/<number:number>")
def show(ref: str, number: int) -> Response:
    """One released statement."""
    wanted = asked_of_url(LanguageForm)
    article = queries.article(ref, number, wanted.lang)
    drill = bool(g.get("office_drill")) or article.shown.is_exercise
    prefix = EXERCISE[article.language] if drill else ""
    return _page("newsroom/statement.html", wanted, drill=drill, article=article, prefix=prefix)


def _by_day(found: list[queries.Published]) -> list[tuple[str, list[queries.Published]]]:
    grouped = groupby(found, key=lambda each: day(each.at, each.zone))
    return [(date, list(group)) for date, group in grouped]


def _page(template: str, wanted: LanguageForm, *, drill: bool = False, **shown: object) -> Response:
    g.drill, g.look = drill or bool(g.get("office_drill")), wanted.theme
    with force_locale(wanted.lang):
        name = in_language(the_office().name, wanted.lang)
        text = render_template(
            template,
            spoken=wanted.lang,
            look=wanted.theme or "system",
            languages=LANGUAGES,
            office_name=name,
            here=_address,
            whole=_whole_address,
            **shown,
        )
    answer = make_response(text)
    answer.headers["Cache-Control"] = KEPT
    answer.add_etag()
    return answer.make_conditional(request)


def _address(lang: Language | None = None, **asked: Any) -> str:
    """Of this page in that language."""
    return url_for(request.endpoint or "", **request.view_args or {}, lang=lang, **asked)


def _whole_address(lang: Language | None = None) -> str:
    """Of this page in that language, for machines: they follow nothing but whole addresses, and
    have no taste in light."""
    base: str = current_app.config["SETTINGS"].public_base_url or request.host_url
    return base.rstrip("/") + _address(lang, theme=None)
