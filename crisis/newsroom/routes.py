"""The public pages: no cookies, no scripts, the same for everybody, and kept by caches."""

from itertools import groupby
from typing import Final

from flask import Blueprint, current_app, g, make_response, render_template, request, url_for
from flask_babel import force_locale
from werkzeug.wrappers import Response

from crisis.newsroom import queries
from crisis.people.model import in_language
from crisis.people.queries import the_office
from crisis.statements.content import LANGUAGES, Language
from crisis.statements.forms_of_text import EXERCISE
from crisis.web.asking import Form, asked_of_url
from crisis.web.locale import day

bp: Final = Blueprint("newsroom", __name__)
KEPT: Final = "public, max-age=60"


class LanguageForm(Form):
    """The language of a page; Arabic unless another is asked for."""

    lang: Language = "ar"


@bp.get("/newsroom")
def index() -> Response:
    """Everything that was released, by day; what goes on now on top."""
    lang = asked_of_url(LanguageForm).lang
    with force_locale(lang):
        days = _by_day(queries.published(lang))
    return _page("newsroom/list.html", lang, live=queries.live(lang), days=days)


@bp.get("/newsroom/<ref>/<number:number>")
def show(ref: str, number: int) -> Response:
    """One released statement."""
    lang = asked_of_url(LanguageForm).lang
    article = queries.article(ref, number, lang)
    drill = bool(g.get("office_drill")) or article.shown.is_exercise
    prefix = EXERCISE[article.language] if drill else ""
    return _page("newsroom/statement.html", lang, drill=drill, article=article, prefix=prefix)


def _by_day(found: list[queries.Published]) -> list[tuple[str, list[queries.Published]]]:
    grouped = groupby(found, key=lambda each: day(each.at, each.zone))
    return [(date, list(group)) for date, group in grouped]


def _page(template: str, lang: Language, *, drill: bool = False, **shown: object) -> Response:
    g.drill = drill or bool(g.get("office_drill"))
    with force_locale(lang):
        name = in_language(the_office().name, lang)
        text = render_template(
            template,
            spoken=lang,
            languages=LANGUAGES,
            office_name=name,
            whole=_whole_address,
            **shown,
        )
    answer = make_response(text)
    answer.headers["Cache-Control"] = KEPT
    answer.add_etag()
    return answer.make_conditional(request)


def _whole_address(lang: Language | None = None) -> str:
    """Of this page in that language, for machines: they follow nothing but whole addresses."""
    base: str = current_app.config["SETTINGS"].public_base_url or request.host_url
    return base.rstrip("/") + url_for(request.endpoint or "", **request.view_args or {}, lang=lang)
