"""The HTTP door to the simulator: two phones, a mailbox, and the hands of whoever plays carrier."""

from typing import Final
from uuid import UUID

from flask import Blueprint, current_app, g, make_response, redirect, render_template
from werkzeug.wrappers import Response

from crisis.alerts import letters
from crisis.alerts.outbox import Channel
from crisis.kernel.errors import Conflict, NotFound
from crisis.kernel.ids import OFFICE_ID
from crisis.kernel.words import Message
from crisis.people.model import Names, in_language
from crisis.people.queries import the_office
from crisis.settings import Settings
from crisis.simulator import commands, forms, queries
from crisis.simulator.model import LONGEST_DELAY, Act
from crisis.simulator.queries import Phone, Shown
from crisis.web.asking import NothingForm, answers_on, asked, asked_of_url, current_actor, see
from crisis.web.locale import language
from crisis.web.security import CSP

bp: Final = Blueprint("simulator", __name__)

WITH_FRAME: Final = f"{CSP}; frame-src 'self'"
IN_FRAME: Final = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; "
    "form-action 'none'; base-uri 'none'"
)
"""A mail has its own colours inline, like every mail; it may do nothing else, and leads nowhere."""
ACTS: Final = {"delivered": Act.DELIVERED, "undelivered": Act.UNDELIVERED}


def is_simulated() -> bool:
    """Whether this office has a simulator: nothing of it leaves for real, or all is an exercise."""
    settings: Settings = current_app.config["SETTINGS"]
    return settings.crisis_delivery == "local" or bool(g.get("office_drill"))


@bp.before_request
def _only_where_it_is() -> None:
    if not is_simulated():
        raise NotFound(Message("Messages leave this office for real: there is no simulator."))


@bp.get("/simulator")
def show() -> Response:
    """Everything on one page; its parts are fetched again every two seconds."""
    actor, wanted = current_actor(), asked_of_url(forms.BoxAsked)
    box = queries.box(actor, OFFICE_ID, actor, chosen=[wanted.one, wanted.two], language=language())
    mail = next((each for each in box.mails if each.id == wanted.mail), None)
    page = render_template(
        "simulator/show.html",
        box=box,
        hands=[_hand(each, wanted.focus) for each in box.phones],
        mail=mail or next(iter(box.mails), None),
        wanted=wanted,
        where=_where(),
        longest=LONGEST_DELAY,
        sender=the_office().name,
        named=_named,
    )
    answer = make_response(page)
    answer.headers["Content-Security-Policy"] = WITH_FRAME
    return answer


@bp.post("/simulator/messages/<uuid:message_id>/report")
@answers_on("simulator.show")
def report(message_id: UUID) -> Response:
    """The carrier reports this message as delivered, lost, or says its last word once more."""
    told = asked(forms.ReportForm).report
    message = _known(message_id)
    if told == "open":
        return _opened(message)
    if told == "again":
        commands.repeat(message.id)
    else:
        commands.report(message.id, ACTS[told])
    return see("simulator.show", **_where())


@bp.post("/simulator/messages/<uuid:message_id>/reply")
@answers_on("simulator.show")
def reply(message_id: UUID) -> Response:
    """Somebody answers from the phone that has this message."""
    text = asked(forms.ReplyForm).text
    message = _known(message_id)
    if message.letter.channel is not Channel.SMS:
        raise Conflict(Message("A mail is not answered here."), code="no_reply")
    commands.reply(message.letter.address, text)
    return see("simulator.show", **_where())


@bp.post("/simulator/network")
@answers_on("simulator.show")
def network() -> Response:
    """Tune the carrier and the people behind it."""
    queries.may_play(current_actor(), OFFICE_ID)
    commands.tune(**asked(forms.NetworkForm).model_dump())
    return see("simulator.show", **_where())


@bp.post("/simulator/emptying")
@answers_on("simulator.show")
def emptying() -> Response:
    """Begin with empty phones and an empty mailbox."""
    asked(NothingForm)
    queries.may_play(current_actor(), OFFICE_ID)
    commands.empty()
    return see("simulator.show")


@bp.get("/simulator/mails/<uuid:mail_id>/<any(page, text, source):form>")
def mail(mail_id: UUID, form: str) -> Response:
    """One mail as its program shows it, as plain text, or as it is written."""
    letter = _known(mail_id).letter
    if letter.channel is not Channel.EMAIL:
        raise NotFound(Message("There is no such message."))
    answer = make_response(letters.text(letter) if form == "text" else letters.html(letter))
    answer.mimetype = "text/html" if form == "page" else "text/plain"
    answer.headers["Content-Security-Policy"] = IN_FRAME
    return answer


def _named(names: Names) -> str:
    return in_language(names, language())


def _known(message_id: UUID) -> Shown:
    """The message, for somebody who may use the simulator and know of it."""
    actor = current_actor()
    return queries.message(actor, OFFICE_ID, actor, message_id)


def _hand(phone: Phone, focus: UUID | None) -> Shown:
    """The message that the buttons below a phone are for: the chosen one, else the last."""
    return next((each for each in phone.messages if each.id == focus), phone.messages[-1])


def _opened(message: Shown) -> Response:
    if not message.path.startswith("/") or message.path.startswith("//"):
        raise Conflict(Message("This message has no link."), code="no_link")
    return redirect(message.path, code=303)


def _where() -> dict[str, str]:
    """The phones and the mail that were looked at, to be looked at again."""
    wanted = asked_of_url(forms.BoxAsked).model_dump(exclude_none=True)
    return {name: str(value) for name, value in wanted.items()}
