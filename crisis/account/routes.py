"""The door to one's account: signing in and out, one's own page, a link to set a password."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any, Final, Literal, ParamSpec
from uuid import UUID

import pyotp
import segno
from flask import (
    Blueprint,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import force_locale
from flask_login import current_user
from werkzeug.wrappers import Response

from crisis.account import commands, passwords, queries, sessions
from crisis.account.commands import Browser
from crisis.account.loading import give_cookie, take_cookie, token
from crisis.account.model import LINK_LASTS, Announce, Code, digest, read_code
from crisis.account.passwords import Password
from crisis.kernel import clock, once
from crisis.kernel.errors import Invalid, NotFound
from crisis.kernel.text import Email
from crisis.kernel.words import Message
from crisis.people import routes as people_pages
from crisis.people.model import Ministry, Person, in_language
from crisis.people.queries import the_office
from crisis.policy import Actor
from crisis.settings import Settings
from crisis.web.asking import Form, NothingForm, answers_on, asked, current_actor, see
from crisis.web.locale import language, say
from crisis.web.preferences import remember
from crisis.web.returning import Way, asked_way, go
from crisis.web.security import limiter

bp = Blueprint("account", __name__)
P = ParamSpec("P")

KNOCKS: Final = "60/minute;600/hour"
"""How often one address may try to sign in; a whole ministry can stand behind one address."""
PERSONAS: Final = "600/minute"
PENDING_SECRET: Final = "totp"
"""Where the browser keeps, signed, the secret of a second step that is not confirmed yet."""
ENTERED: Final = "entered"
"""Where it keeps, signed, who signed in here last."""
TOKEN: Final = "csrf_token"
"""Where Flask-WTF keeps what the forms of this browser must carry."""


class SignInForm(Form):
    email: Email
    password: Password
    next: Way = None


class CodeForm(Form):
    code: Code
    next: Way = None


class PersonaForm(Form):
    next: Way = None


class ResetForm(Form):
    password: Password
    again: Password


class ProfileForm(Form):
    lang: Literal["ar", "en", "fr"]
    shortcuts: Literal["yes", "no"] = "no"
    announce: Announce = Announce.ALL


class PasswordForm(Form):
    current: Password | None = None
    password: Password
    again: Password


class SetupForm(Form):
    code: Code


class ConfirmForm(Form):
    password: Password | None = None


class LinkForm(Form):
    removes_second_step: Literal["yes", "no"] = "no"


class EverywhereForm(Form):
    """Whether this very session goes on."""

    but_here: Literal["yes", "no"] = "no"


def each_time(view: Callable[P, Response]) -> Callable[P, Response]:
    """Do what is asked each time it is asked, keeping nothing of the request.

    What is answered here is shown once and made anew, and the digest of a form that carries a
    password must not lie in the table of answered requests.
    """

    @wraps(view)
    def answer(*args: P.args, **kwargs: P.kwargs) -> Response:
        with once.asked(None, b""):
            return view(*args, **kwargs)

    return answer


# ── signing in ───────────────────────────────────────────────────────────────────────────────────


@bp.get("/signin")
def signin() -> Any:
    """Ask for e-mail and password; in a demo office, show whom one can enter as."""
    if current_user.is_authenticated:
        return redirect(asked_way() or "/", code=303)
    return render_template(
        "account/signin.html",
        next=asked_way(),
        personas=_personas(),
        duty_phone=the_office().duty_phone or "",
    )


@bp.post("/signin")
@limiter.limit(KNOCKS)
@answers_on("account.signin")
@each_time
def signin_form() -> Response:
    """Check the password; then begin the session, or ask for the code."""
    sent = asked(SignInForm)
    sessions.begin_attempt(sent.email)
    found = queries.find_credentials(sent.email)
    right = passwords.matches(found.password_hash if found else None, sent.password)
    if found is None or not right:
        raise Invalid(Message("The e-mail or the password is not right."), code="not_known")
    carried = passwords.fresh_token()
    browser = _browser(carried)
    if found.has_second_step:
        sessions.await_code(found.actor.id, browser)
        return give_cookie(see("account.second_step", next=sent.next), carried)
    commands.sign_in(found.actor, found.actor.id, checked_hash=found.password_hash, browser=browser)
    sessions.forgive_attempts(sent.email)
    return _enter(sent.next, carried, found.actor.id)


@bp.get("/signin/code")
def second_step() -> Any:
    """Ask for the code of the second step."""
    pending = queries.find_pending(token())
    if pending is None:
        return redirect(url_for("account.signin", next=asked_way() or None), code=303)
    return render_template("account/totp.html", email=pending.email, next=asked_way())


@bp.post("/signin/code")
@limiter.limit(KNOCKS)
@answers_on("account.second_step")
@each_time
def second_step_form() -> Response:
    """Check the code, and begin the session."""
    sent = asked(CodeForm)
    pending = queries.find_pending(token())
    if pending is None:
        flash(say(commands.too_late().message), "warn")
        return see("account.signin", next=sent.next)
    sessions.begin_attempt(pending.email)
    carried = passwords.fresh_token()
    commands.sign_in_with_code(
        pending.actor,
        pending.actor.id,
        pending_id=pending.sign_in_id,
        code=sent.code,
        browser=_browser(carried),
    )
    sessions.forgive_attempts(pending.email)
    return _enter(sent.next, carried, pending.actor.id)


@bp.post("/signin/as/<uuid:person_id>")
@limiter.limit(PERSONAS)
@each_time
def enter_as(person_id: UUID) -> Response:
    """Enter a demo office as somebody; in any other office there is no such page."""
    sent = asked(PersonaForm)
    persona = queries.find_persona(person_id)
    if persona is None:
        raise NotFound(Message("There is no such page, or it is not open to you."))
    carried = passwords.fresh_token()
    commands.enter_as(persona, person_id, browser=_browser(carried))
    return _enter(sent.next, carried, person_id)


@bp.post("/signout")
def signout() -> Response:
    """End the session of this browser."""
    asked(NothingForm)
    actor = current_actor()
    commands.sign_out(actor, actor.id, sign_in_id=current_user.session_id)
    return take_cookie(see("account.signin"))


@bp.post("/signout-everywhere")
def signout_everywhere() -> Response:
    """End all one's sessions, in every browser; or in every other one."""
    sent, actor = asked(EverywhereForm), current_actor()
    if sent.but_here == "yes":
        commands.sign_out_everywhere(actor, actor.id, keep=current_user.session_id)
        flash(say(Message("You are signed out everywhere else.")), "ok")
        return see("account.me")
    commands.sign_out_everywhere(actor, actor.id)
    return take_cookie(see("account.signin"))


def _enter(way: str | None, carried: str, person_id: UUID) -> Response:
    """Begin in this browser; whoever was signed in here before no longer is, and what their pages
    still send is not done in the name of the next."""
    if current_user.is_authenticated:
        before: Actor = current_user.actor
        commands.sign_out(before, before.id, sign_in_id=current_user.session_id)
    session.pop(PENDING_SECRET, None)  # it was shown to whoever sat here before
    if session.get(ENTERED, str(person_id)) != str(person_id):
        session.pop(TOKEN, None)
    session[ENTERED] = str(person_id)
    return give_cookie(go(way), carried)


def _browser(carried: str) -> Browser:
    return Browser(
        token_hash=digest(carried),
        agent=browser_label(request.user_agent.string),
        address=request.remote_addr or "",
    )


def browser_label(agent: str) -> str:
    """A browser as its owner would name it: `Firefox · Android`; empty when it does not say."""
    names = (
        next((label for sign, label in signs if sign in agent), "")
        for signs in (_BROWSERS, _SYSTEMS)
    )
    return " · ".join(name for name in names if name)


_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def _personas() -> list[dict[str, Any]]:
    groups: dict[UUID, dict[str, Any]] = {}
    for person, ministry in queries.personas():
        empty = {"label": in_language(ministry.name, language()), "people": []}
        groups.setdefault(ministry.id, empty)["people"].append(_persona(person, ministry))
    return list(groups.values())


def _persona(person: Person, ministry: Ministry) -> dict[str, Any]:
    spoken = language()
    return {
        "id": person.id,
        "name": in_language(person.name, spoken),
        "title": in_language(person.title, spoken),
        "ministry": in_language(ministry.short_name or ministry.name, spoken),
        "duty": person.standing_duty or "",
        "rank": person.rank,
    }


# ── a link to set a password ─────────────────────────────────────────────────────────────────────


@bp.get("/reset/<token>")
@limiter.limit(KNOCKS)
def reset(token: str) -> Any:
    """Ask for a new password; opening the page uses nothing up."""
    owner = queries.find_link_owner(token)
    if owner is None:
        raise commands.dead_link()
    name = in_language(owner[0].name, language())
    page = make_response(
        render_template("account/reset.html", person_name=name, token=token, done=False)
    )
    page.headers["Referrer-Policy"] = "no-referrer"
    return page


@bp.post("/reset/<token>")
@limiter.limit(KNOCKS)
@answers_on("account.reset")
@each_time
def reset_form(token: str) -> Response:
    """Set the password; the link is used up and every session of the person ends."""
    sent = asked(ResetForm)
    owner = queries.find_link_owner(token)
    if owner is None:
        raise commands.dead_link()
    person, actor = owner
    password_hash = _new_hash(person, sent.password, sent.again)
    commands.use_reset_link(actor, actor.id, token_hash=digest(token), password_hash=password_hash)
    flash(say(Message("The password is set. Sign in with it.")), "ok")
    return see("account.signin")


@bp.post("/office/people/<uuid:person_id>/password-reset")
@answers_on("people.person")
@each_time
def reset_link(person_id: UUID) -> Response:
    """Make a link by which somebody sets their password, and show it this once."""
    sent = asked(LinkForm)
    carried = passwords.fresh_token()
    commands.make_reset_link(
        current_actor(),
        person_id,
        token_hash=digest(carried),
        removes_second_step=sent.removes_second_step == "yes",
    )
    path = url_for("account.reset", token=carried)
    link = {"url": _base() + path, "path": path, "until": clock.now() + LINK_LASTS}
    return make_response(people_pages.person_page(person_id, reset_link=link))


def _base() -> str:
    # What a request says of its host is anybody's word (B34); what the settings say is not.
    settings: Settings = current_app.config["SETTINGS"]
    return (settings.public_base_url or request.host_url).rstrip("/")


# ── one's own page ───────────────────────────────────────────────────────────────────────────────


@bp.get("/me")
def me() -> Any:
    """One's own page: language, password, second step, sessions."""
    actor = current_actor()
    account = queries.own_account(actor)
    return render_template(
        "account/me.html",
        profile={
            **_profile(),
            "shortcuts": account.shortcuts,
            "announce": account.announce,
            "has_password": account.password_hash is not None,
        },
        contacts=[{"kind": c.kind, "value": c.value} for c in current_user.person.contacts],
        totp={"on": account.has_second_step, "codes_left": len(account.recovery_hashes)},
        sessions=[
            {
                "id": each.id,
                "device": each.agent,
                "place": each.address,
                "since": each.created_at,
                "seen": each.last_seen_at,
                "current": each.id == current_user.session_id,
            }
            for each in queries.own_sessions(actor)
        ],
    )


@bp.post("/me")
@answers_on("account.me")
def profile() -> Response:
    """Choose in which language one reads, and how pages behave."""
    sent = asked(ProfileForm)
    actor = current_actor()
    commands.choose_preferences(
        actor,
        actor.id,
        language=sent.lang,
        shortcuts=sent.shortcuts == "yes",
        announce=sent.announce,
    )
    with force_locale(sent.lang):
        flash(say(Message("Saved.")), "ok")
    return remember(see("account.me"), "lang", sent.lang)


@bp.post("/me/password")
@limiter.limit(KNOCKS)
@answers_on("account.me")
@each_time
def password() -> Response:
    """Change one's password; all other sessions end."""
    sent = asked(PasswordForm)
    actor = current_actor()
    checked_hash = _checked(actor, sent.current, field="current")
    commands.change_password(
        actor,
        actor.id,
        checked_hash=checked_hash,
        password_hash=_new_hash(current_user.person, sent.password, sent.again),
        keep=current_user.session_id,
    )
    flash(say(Message("The password is changed. All other sessions have ended.")), "ok")
    return see("account.me")


@bp.get("/me/totp")
def totp_setup() -> Any:
    """Show the secret of a second step, to be confirmed with its first code."""
    if queries.own_account(current_actor()).has_second_step:
        return redirect(url_for("account.me"), code=303)
    secret = session.setdefault(PENDING_SECRET, pyotp.random_base32())
    return render_template("account/totp_setup.html", secret=_grouped(secret), qr=_picture(secret))


@bp.post("/me/totp")
@limiter.limit(KNOCKS)
@answers_on("account.totp_setup")
@each_time
def totp_setup_form() -> Response:
    """Switch the second step on, and show the recovery codes this once."""
    sent = asked(SetupForm)
    actor = current_actor()
    codes = passwords.fresh_recovery_codes()
    commands.enable_second_step(
        actor,
        actor.id,
        secret=session.get(PENDING_SECRET) or pyotp.random_base32(),
        code=sent.code,
        recovery_hashes=_kept(codes),
    )
    session.pop(PENDING_SECRET, None)
    return make_response(render_template("account/recovery_codes.html", codes=codes))


@bp.post("/me/totp/removal")
@limiter.limit(KNOCKS)
@answers_on("account.me")
@each_time
def totp_removal() -> Response:
    """Switch the second step off, with the password."""
    sent = asked(ConfirmForm)
    actor = current_actor()
    checked_hash = _checked(actor, sent.password)
    commands.disable_second_step(actor, actor.id, checked_hash=checked_hash)
    return see("account.me")


@bp.post("/me/recovery-codes")
@limiter.limit(KNOCKS)
@answers_on("account.me")
@each_time
def recovery_codes() -> Response:
    """Make new recovery codes, with the password, and show them this once."""
    sent = asked(ConfirmForm)
    actor = current_actor()
    checked_hash = _checked(actor, sent.password)
    codes = passwords.fresh_recovery_codes()
    commands.replace_recovery_codes(
        actor, actor.id, checked_hash=checked_hash, recovery_hashes=_kept(codes)
    )
    return make_response(render_template("account/recovery_codes.html", codes=codes))


@bp.post("/me/sessions/<uuid:session_id>/end")
@answers_on("account.me")
def session_end(session_id: UUID) -> Response:
    """End one of one's own sessions."""
    asked(NothingForm)
    actor = current_actor()
    commands.sign_out(actor, actor.id, sign_in_id=session_id)
    flash(say(Message("That session has ended.")), "ok")
    response = see("account.me")
    return take_cookie(response) if session_id == current_user.session_id else response


def _profile() -> dict[str, Any]:
    person: Person = current_user.person
    ministry: Ministry | None = current_user.standing.ministry
    return {
        "email": person.email or "",
        "lang": current_user.language,
        "rank": person.rank,
        "duty": person.standing_duty or "",
        "title": in_language(person.title, language()),
        "ministry": in_language(ministry.name, language()) if ministry else "",
    }


def _checked(actor: Actor, password: str | None, *, field: str = "password") -> str | None:
    """The hash that this password was found to match; None for somebody who has none yet."""
    known = queries.own_account(actor).password_hash
    if known is None:
        return None
    sessions.begin_attempt(str(actor.id))
    if not passwords.matches(known, password or ""):
        wrong = Message("This is not your password.")
        raise Invalid(wrong, code="wrong_password", fields={field: wrong})
    sessions.forgive_attempts(str(actor.id))
    return known


def _new_hash(person: Person, password: str, again: str) -> str:
    if password != again:
        differs = Message("The two passwords are not the same.")
        raise Invalid(differs, fields={"again": differs})
    return passwords.fresh_hash(password, about=passwords.known_of(person.email or "", person.name))


def _kept(codes: list[str]) -> list[str]:
    return [digest(read_code(code)) for code in codes]


def _grouped(secret: str) -> str:
    return " ".join(re.findall(".{1,4}", secret))


def _picture(secret: str) -> dict[str, Any]:
    """The address that authenticator applications read, as the path of one SVG shape."""
    office = in_language(the_office().name, language())
    login = current_user.person.email or in_language(current_user.person.name, "en")
    uri = pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=f"Nasaq {office}")
    rows = list(segno.make(uri, error="m").matrix_iter(border=4))
    path = "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
    )
    return {"size": len(rows), "path": path}
