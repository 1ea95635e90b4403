"""What every page needs: who is asking, what they sent, and how to answer."""

import inspect
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar
from uuid import uuid4

from flask import Flask, current_app, g, jsonify, redirect, request, url_for
from flask_login import current_user
from pydantic import BaseModel, ConfigDict, ValidationError
from werkzeug.datastructures import MultiDict
from werkzeug.routing import BaseConverter
from werkzeug.routing import ValidationError as UnknownPath
from werkzeug.wrappers import Response

from crisis.kernel import once
from crisis.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Refusal
from crisis.kernel.text import problem_message
from crisis.kernel.words import Message
from crisis.policy import Actor
from crisis.web.body import ReadRequest, take_body
from crisis.web.locale import say

P = ParamSpec("P")
F = TypeVar("F", bound="Form")

STATUS: Final[dict[type[Refusal], int]] = {
    NotFound: 404,
    Forbidden: 403,
    Conflict: 409,
    Invalid: 422,
}
OURS: Final = frozenset({"csrf_token", "_key", "_form"})
"""Fields that every form carries for the product itself."""
KEY_LENGTH: Final = range(8, 65)
LARGEST_NUMBER: Final = 2**31 - 1
"""Of a line in an address; what both databases can look up."""


class Form(BaseModel):
    """What a form may carry; anything else is refused. Empty fields count as not sent."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_max_length=100_000)


class NothingForm(Form):
    """A button alone."""


class Number(BaseConverter):
    """A whole number in a path, of at most `LARGEST_NUMBER`; a larger one is no such page."""

    regex = "[0-9]{1,10}"

    def to_python(self, value: str) -> int:
        if int(value) > LARGEST_NUMBER:
            raise UnknownPath
        return int(value)


def register(app: Flask) -> None:
    """Read what each request carries, and let templates show what was typed and what is wrong."""
    app.request_class = ReadRequest
    app.url_map.converters["number"] = Number
    app.url_map.merge_slashes = False  # it redirects to whatever host the request names
    app.before_request(take_body)
    app.before_request(remember_request)
    app.teardown_request(forget_request)
    app.jinja_env.globals.update(
        typed=typed,
        typed_all=typed_all,
        problem=problem,
        problems=problems,
        refused=refused,
        needed=needed,
        new_key=new_key,
    )


def current_actor() -> Actor:
    """Who is asking. Raises `Forbidden` (`signed_out`) when nobody is signed in."""
    if not current_user or not current_user.is_authenticated:
        raise Forbidden(Message("Sign in first."), code="signed_out")
    actor: Actor = current_user.actor
    return actor


def asked(shape: type[F]) -> F:
    """What was sent, as `shape`; raises `Invalid` naming each wrong field."""
    try:
        return shape.model_validate(_plain(request.form, shape))
    except ValidationError as error:
        message = Message("Please correct what is marked below.")
        raise Invalid(message, fields=_told(error)) from None


def asked_of_url(shape: type[F]) -> F:
    """The same for the query string; names it does not know are let be.

    Other programs append their own to a link that is passed on.
    """
    known = MultiDict((n, v) for n, v in request.args.items(multi=True) if n in shape.model_fields)
    try:
        return shape.model_validate(_plain(known, shape))
    except ValidationError as error:
        message = Message("Something in this address is not right.")
        raise Invalid(message, fields=_told(error)) from None


def see(endpoint: str, **ids: Any) -> Response:
    """Go to a page after a successful post, so that reloading repeats nothing.

    A script gets the address instead of being sent there.
    """
    address = url_for(endpoint, **ids)
    if wants_json():
        return jsonify(ok=True, to=address)
    return redirect(address, code=303)


def answers_on(endpoint: str) -> Callable[[Callable[P, Response]], Callable[P, Any]]:
    """When the post is refused, show the page of `endpoint` again with what was typed and why.

    Where that page no longer has the form, because its time has passed, an error page shows both.
    """

    def decorate(view: Callable[P, Response]) -> Callable[P, Any]:
        @wraps(view)
        def answer(*args: P.args, **kwargs: P.kwargs) -> Any:
            try:
                return view(*args, **kwargs)
            except Refusal as refusal:
                if wants_json() or isinstance(refusal, NotFound):
                    raise
                g.refusal, g.shown_again = refusal, not what_was_sent()
                page = _page(endpoint, kwargs)
                if not g.shown_again:
                    raise
                return current_app.make_response((page, STATUS[type(refusal)]))

        return answer

    return decorate


def wants_json() -> bool:
    """Whether a script is asking, and not a page."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json"


def typed(form_id: str, name: str, default: Any = "") -> Any:
    """What was typed into this field of this form before it was refused, else `default`."""
    if not _was_sent(form_id):
        return default
    return _sent().get(name, "")


def typed_all(form_id: str, name: str, default: list[str]) -> list[str]:
    """The same for a field that may be sent several times."""
    return _sent().getlist(name) if _was_sent(form_id) else default


def problem(form_id: str, name: str = "") -> str:
    """What is wrong with this field of this form, in the reader's language; else nothing.

    Without a name: with the form as a whole.
    """
    refusal: Refusal | None = g.get("refusal")
    if refusal is None or not _was_sent(form_id):
        return ""
    g.shown_again = True
    fields = refusal.fields if isinstance(refusal, Invalid) else {}
    found = fields.get(name) if name else (None if fields else refusal.message)
    return say(found) if found else ""


def problems() -> list[dict[str, str]]:
    """Why the post that this page answers was refused: each field to go to, and what is wrong."""
    refusal: Refusal | None = g.get("refusal")
    if refusal is None:
        return []
    form_id = _sent().get("_form", "")
    fields = refusal.fields if isinstance(refusal, Invalid) else {}
    found = [{"field": f"{form_id}-{n}", "message": say(each)} for n, each in fields.items()]
    return found or [{"field": form_id, "message": say(refusal.message)}]


def show_as_refused(form_id: str, typed: Mapping[str, str], refusal: Refusal) -> None:
    """Show a form as if this had been typed into it and refused: the style guide tells how."""
    g.refusal, g.sample = refusal, MultiDict({**typed, "_form": form_id})


def refused() -> str:
    """The code of the refusal that this page answers; empty when there is none."""
    refusal: Refusal | None = g.get("refusal")
    return refusal.code if refusal else ""


def needed() -> str:
    """The action whose right was missing when the post that this page answers was refused."""
    refusal: Refusal | None = g.get("refusal")
    return refusal.needs if isinstance(refusal, Forbidden) else ""


def new_key() -> str:
    """A name for one sending of a form; kept when the form is shown again after a refusal."""
    return str(uuid4())


def what_was_sent() -> list[tuple[str, str]]:
    """What was typed into the form sent, field by field, less what is for the product itself."""
    return [(n, v) for n, v in request.form.items(multi=True) if n not in OURS and v]


def remember_request() -> None:
    """Before a request: tell the kernel which request its commands belong to."""
    g.serving = ExitStack()
    if request.method != "POST":
        return
    key = request.headers.get("Idempotency-Key") or request.form.get("_key")
    if key is None:
        return
    if len(key) not in KEY_LENGTH or not key.isascii() or not key.isprintable():
        raise Invalid(Message("The request carries a key that is not acceptable."), code="bad_key")
    g.serving.enter_context(once.asked(key, _body()))


def forget_request(_error: BaseException | None) -> None:
    """After a request, whatever came of it."""
    if serving := g.pop("serving", None):
        serving.close()


def _plain(sent: MultiDict[str, str], shape: type[BaseModel]) -> dict[str, Any]:
    """Lists for the fields that are lists, places kept; one value for the others; no empty ones."""
    plain: dict[str, Any] = {}
    for name in sent:
        values = sent.getlist(name)
        written = [value for value in values if value != ""]
        if name in OURS or not written:
            continue
        field = shape.model_fields.get(name)
        if field is not None and str(field.annotation).startswith("list"):
            plain[name] = values
        else:
            plain[name] = written if len(written) > 1 else written[0]
    return plain


def _told(error: ValidationError) -> dict[str, Message]:
    """What is wrong by field, in the order of the form; of several things, the first."""
    found: dict[str, Message] = {}
    for each in error.errors():
        found.setdefault(str(*each["loc"][:1]), problem_message(dict(each)))
    return found


def _was_sent(form_id: str) -> bool:
    return _sent().get("_form") == form_id


def _sent() -> MultiDict[str, str]:
    """The form that this page answers; empty where it answers none."""
    found: MultiDict[str, str] = g.get("sample") or request.form
    return found


def _page(endpoint: str, ids: Mapping[str, Any]) -> Any:
    view = current_app.view_functions[endpoint]
    takes = inspect.signature(view).parameters
    return current_app.ensure_sync(view)(**{k: v for k, v in ids.items() if k in takes})


def _body() -> bytes:
    sent = sorted((name, value) for name, value in request.form.items(multi=True))
    told = [(name, value) for name, value in sent if name not in OURS]
    return repr((request.path, told)).encode("utf-8", "surrogatepass")
