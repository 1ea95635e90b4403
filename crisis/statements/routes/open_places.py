"""How pages show the places of a prepared text that are still to be filled."""

from markupsafe import Markup, escape

from crisis.statements.content import Texts
from crisis.statements.routes.blueprint import bp
from crisis.statements.templates import in_pieces
from crisis.web.locale import language


@bp.app_template_filter("to_fill")
def to_fill(text: str) -> list[dict[str, str]]:
    """Each open place of a text: how it is `written` there, and its `name` for the reader."""
    return [
        {"written": written, "name": _named(name, language())}
        for written, name in in_pieces(text)
        if name
    ]


@bp.app_template_filter("with_places")
def with_places(text: str, spoken: str) -> Markup:
    """A text in the language `spoken`, its open places marked, each under its name."""
    mark = Markup('<mark class="place">[{}]</mark>')
    pieces = (
        mark.format(_named(name, spoken)) if name else escape(written)
        for written, name in in_pieces(text)
    )
    return Markup("").join(pieces)


def _named(name: Texts, spoken: str) -> str:
    return next(said for each, said in name.items() if each == spoken)
