"""Translations after approval."""

from flask import render_template
from werkzeug.wrappers import Response as Answered

from crisis.statements import forms
from crisis.statements.commands import renditions
from crisis.statements.routes.address import known_language, statement_at, statement_id_at, view_at
from crisis.statements.routes.blueprint import bp
from crisis.statements.routes.outgoing import outgoing, release_context
from crisis.web.asking import answers_on, asked, current_actor, see


@bp.get("/i/<ref>/statements/<number:number>/renditions/<lang>")
def rendition(ref: str, number: int, lang: str) -> str:
    """Translating the signed text, or reading a translation before it goes out."""
    incident, statement = statement_at(ref, number)
    spoken = known_language(lang)
    written = next((each for each in statement.renditions if each.language == spoken), None)
    return render_template(
        "statements/rendition.html",
        incident=incident,
        statement=statement,
        spoken=spoken,
        written=written,
        original=outgoing(statement),
        release=release_context(statement, incident),
    )


@bp.post("/i/<ref>/statements/<number:number>/renditions/<lang>")
@answers_on("statements.rendition")
def write_rendition(ref: str, number: int, lang: str) -> Answered:
    statement = view_at(ref, number)
    sent, spoken = asked(forms.RenditionForm), known_language(lang)
    renditions.write_rendition(
        current_actor(),
        statement.id,
        language=spoken,
        content=sent.content(spoken, outgoing(statement)),
    )
    return see("statements.rendition", ref=ref, number=number, lang=lang)


@bp.post("/i/<ref>/statements/<number:number>/renditions/<lang>/review")
@answers_on("statements.rendition")
def review_rendition(ref: str, number: int, lang: str) -> Answered:
    text_hash = asked(forms.ReviewForm).text_hash
    renditions.review_rendition(
        current_actor(),
        statement_id_at(ref, number),
        language=known_language(lang),
        text_hash=text_hash,
    )
    return see("statements.rendition", ref=ref, number=number, lang=lang)


@bp.post("/i/<ref>/statements/<number:number>/renditions/<lang>/release")
@answers_on("statements.rendition")
def release_rendition(ref: str, number: int, lang: str) -> Answered:
    channels = asked(forms.ChannelsForm).channels
    renditions.release_rendition(
        current_actor(),
        statement_id_at(ref, number),
        language=known_language(lang),
        channels=channels,
    )
    return see("statements.show", ref=ref, number=number)
