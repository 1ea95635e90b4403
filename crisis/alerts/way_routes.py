"""The HTTP door to the ways by which messages leave: how they stand, holding one, opening it."""

from typing import Annotated, Final

from flask import Blueprint, flash, render_template
from werkzeug.wrappers import Response

from crisis.alerts import couriers, sending, ways
from crisis.kernel.errors import NotFound
from crisis.kernel.ids import OFFICE_ID
from crisis.kernel.text import line
from crisis.kernel.words import Message
from crisis.policy import Action, allows
from crisis.web.asking import Form, NothingForm, answers_on, asked, current_actor, see
from crisis.web.locale import language, say

bp: Final = Blueprint("ways", __name__)


class HoldForm(Form):
    """Why nothing is to leave."""

    reason: Annotated[str, line(200)]


@bp.get("/office/sending")
def index() -> str:
    """Every provider in use, whether it works, and what waits for it."""
    actor = current_actor()
    return render_template(
        "alerts/ways.html",
        rows=ways.outlets(actor, OFFICE_ID, language=language()),
        may_hold=allows(actor, Action.HOLD_LANE, None),
        may_keep=allows(actor, Action.KEEP_OFFICE, None),
    )


@bp.post("/office/sending/<provider>/hold")
@answers_on("ways.index")
def hold(provider: str) -> Response:
    """Nothing more leaves by it."""
    reason = asked(HoldForm).reason
    sending.hold_lane(current_actor(), OFFICE_ID, provider=_in_use(provider), reason=reason)
    flash(say(Message("Nothing more leaves this way. What waits is kept.")), "ok")
    return see("ways.index")


@bp.post("/office/sending/<provider>/opening")
@answers_on("ways.index")
def open_again(provider: str) -> Response:
    """What waits for it goes on."""
    asked(NothingForm)
    sending.open_lane(current_actor(), OFFICE_ID, provider=_in_use(provider))
    flash(say(Message("The way is open: what waited goes on.")), "ok")
    return see("ways.index")


def _in_use(provider: str) -> str:
    if provider not in {each.name for each in couriers.plugged.values()}:
        raise NotFound(Message("There is no such page, or it is not open to you."))
    return provider
