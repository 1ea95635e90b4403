"""The style guide: every component of the pages on one page, in each language, theme and digits."""

from dataclasses import replace
from typing import Final, Literal

from flask import Blueprint, g, render_template

from crisis.kernel import clock
from crisis.kernel.errors import Forbidden, Invalid
from crisis.kernel.words import Message
from crisis.policy import Action, allows
from crisis.web.asking import Form, asked_of_url, current_actor, show_as_refused
from crisis.web.locale import language, style
from crisis.web.samples import NOW, samples

bp: Final = Blueprint("styleguide", __name__)

TYPED: Final = {
    **{"title": "", "reason": "نعم", "email": "duty@", "phone": "+999 50 555 0142"},
    **{"level": "3", "when": "", "answer": "10", "digits": "latn", "channels": "a", "sure": "yes"},
}
WRONG: Final = Invalid(
    Message("Please correct what is marked below."),
    fields={
        "title": Message("This cannot be left empty."),
        "email": Message("This is not an e-mail address. Write one like name@ministry.gov.ly."),
        "kind": Message("Choose one of the options offered."),
    },
)
"""What the form of the style guide looks like once it has been refused."""


class StyleAsked(Form):
    digits: Literal["latn", "arab"] | None = None
    form: Literal["refused"] | None = None


@bp.get("/styleguide")
def show() -> str:
    """All components, at one moment that never passes, so that two pictures of them compare."""
    if not allows(current_actor(), Action.SEE_STYLEGUIDE, None):
        message = Message("You do not have the duty that this needs.")
        raise Forbidden(message, needs=Action.SEE_STYLEGUIDE)
    wanted = asked_of_url(StyleAsked)
    if wanted.digits:
        g.style = replace(style(), arabic_digits=wanted.digits == "arab")
    if wanted.form:
        show_as_refused("sample", TYPED, WRONG)
    with clock.at(NOW):
        return render_template("web/styleguide.html", wanted=wanted, **samples(language()))
