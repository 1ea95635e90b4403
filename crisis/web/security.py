"""What protects every page: who may come in, what a page may load, how much may be sent."""

from http import HTTPStatus
from typing import Final
from uuid import UUID

from flask import Flask, Response, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import current_user
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from crisis.settings import Settings
from crisis.web.asking import current_actor

PUBLIC: Final = frozenset(
    {
        "static",
        "health.alive",
        "health.ready",
        "preferences.keep",
        "account.signin",
        "account.signin_form",
        "account.second_step",
        "account.second_step_form",
        "account.enter_as",
        "account.reset",
        "account.reset_form",
        "newsroom.index",
        "newsroom.show",
        "acknowledgement.show",
        "acknowledgement.answer",
        "hooks.twilio_status",
        "hooks.twilio_inbound",
        "hooks.sendgrid",
    }
)
"""Every page that may be opened without signing in. What is not here asks for an actor."""

SAME_FOR_ALL: Final = frozenset(
    {"newsroom.index", "newsroom.show", "acknowledgement.show", "acknowledgement.answer"}
)
"""What depends on nobody's cookies, as our files do: none is set, caches need not look at any."""

CSP: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS: Final = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
OF_A_PAGE: Final = HEADERS.keys() - {"X-Content-Type-Options", "Cross-Origin-Resource-Policy"}
"""What a look, a script or a font has no use for; a drawing may be opened as a page of its own."""
LARGEST_BODY: Final = 256 * 1024


class _FormSession(SecureCookieSessionInterface):
    """The cookie of forms, left alone by pages that are the same for everybody."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if request.endpoint not in SAME_FOR_ALL and not _is_file(response):
            super().save_session(app, session, response)


limiter = Limiter(get_remote_address, default_limits=[], strategy="fixed-window")
csrf = CSRFProtect()


def register(app: Flask, settings: Settings) -> None:
    """Put the guards in front of every route of `app`."""
    app.config.update(
        SECRET_KEY=settings.signing_key,
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        MAX_FORM_MEMORY_SIZE=LARGEST_BODY,
        MAX_FORM_PARTS=500,
        SESSION_COOKIE_NAME="__Host-form" if settings.secure else "form",
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=settings.secure,
        RATELIMIT_STORAGE_URI=_rate_store(settings),
        RATELIMIT_HEADERS_ENABLED=True,
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,
    )
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # the way Flask documents
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops
        )
    app.session_interface = _FormSession()
    csrf.init_app(app)
    limiter.init_app(app)
    app.before_request(_ask_for_an_actor)
    app.after_request(_guard)


def who_asks() -> str:
    """Whose requests a limit counts: the person's, or the address's before they signed in."""
    if current_user and current_user.is_authenticated:
        person_id: UUID = current_user.actor.id
        return str(person_id)
    return get_remote_address()


def _ask_for_an_actor() -> None:
    if request.endpoint is not None and request.endpoint not in PUBLIC:
        current_actor()


def _guard(response: Response) -> Response:
    spared = OF_A_PAGE if _is_part_of_page(response) else frozenset()
    for name in HEADERS.keys() - spared:
        response.headers.setdefault(name, HEADERS[name])
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if not _is_file(response):
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _is_file(response: Response) -> bool:
    """Whether it is one of our files; the page that says there is none depends on who asks."""
    return request.endpoint == "static" and response.status_code < HTTPStatus.BAD_REQUEST


def _is_part_of_page(response: Response) -> bool:
    kind = response.mimetype or ""
    return _is_file(response) and kind.startswith(("text/css", "text/java", "font/"))


def _rate_store(settings: Settings) -> str:
    return settings.redis_url.get_secret_value() if settings.redis_url else "memory://"
