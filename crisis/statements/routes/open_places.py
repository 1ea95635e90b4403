"""How pages show the places of a prepared text: those still to be filled, and what is right."""

from markupsafe import Markup, escape

from crisis.statements.content import Content, Language, Texts
from crisis.statements.routes.blueprint import bp
from crisis.statements.templates import in_pieces, right_in
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
    """A text in the language `spoken`, in its very words: people sign what they see. Its open
    places are marked, and say to the reader what belongs there."""
    mark = Markup('<mark class="place" lang="{}" title="{}"><span lang="{}">{}</span></mark>')
    reader = language()
    pieces = (
        mark.format(reader, _named(name, reader), spoken, written) if name else escape(written)
        for written, name in in_pieces(text)
    )
    return Markup("").join(pieces)


@bp.app_template_filter("put_right")
def put_right(content: Content, spoken: Language) -> str:
    """What a correction says is right in this language, where its text gives it."""
    return right_in(content, spoken)


def _named(name: Texts, reader: str) -> str:
    return next(said for each, said in name.items() if each == reader)
