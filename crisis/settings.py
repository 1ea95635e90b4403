"""What this installation runs with: read and checked once, at the start."""

import ipaddress
import os
import re
import secrets
import tomllib
from base64 import b64decode
from collections.abc import Mapping
from contextlib import suppress
from decimal import Decimal
from email.utils import parseaddr
from pathlib import Path
from tempfile import mkstemp
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

ROOT: Final = Path(__file__).resolve().parent.parent
FILE_SUFFIX: Final = "_FILE"

_ENGINES: Final = frozenset({"sqlite", "postgresql", "postgres"})
_REDIS: Final = re.compile(r"(rediss?|unix)://.")

_SID: Final = re.compile(r"AC[0-9a-fA-F]{32}")
_P256_BYTES: Final = 91
"""A public key of that curve, as DER."""
_SENDER: Final = re.compile(r"\+[1-9]\d{6,14}|MG[0-9a-fA-F]{32}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")

Port = Annotated[int, Field(ge=1, le=65535)]


class SettingsError(Exception):
    """The settings cannot be used. `problems` names each one and what to do about it."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Settings(BaseModel):
    """Every setting, by the name it has in the environment in capital letters."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    database_url: SecretStr
    redis_url: SecretStr | None = None
    host: str = "0.0.0.0"  # noqa: S104 - phones on the same network must reach it
    port: Port = 5000
    public_base_url: str | None = None
    trusted_proxies: Annotated[int, Field(ge=0, le=5)] = 0
    secret_key: SecretStr | None = None
    crisis_delivery: Literal["local", "live"] = "local"
    twilio_account_sid: str | None = None
    twilio_auth_token: SecretStr | None = None
    twilio_from: str | None = None
    twilio_api_base_url: str | None = None
    twilio_auth_token_next: SecretStr | None = None
    twilio_calls_at_once: Annotated[int, Field(ge=1, le=1000)] = 100
    email_courier: Literal["sendgrid", "smtp"] = "sendgrid"
    sendgrid_api_key: SecretStr | None = None
    sendgrid_api_base_url: str | None = None
    sendgrid_webhook_public_key: str | None = None
    smtp_host: str | None = None
    smtp_port: Port = 587
    smtp_tls: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_certificates: str | None = None
    mail_from: str | None = None
    sms_part_price: Annotated[Decimal, Field(ge=0, le=100)] = Decimal("0.10")
    sms_currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "USD"
    web_threads: Annotated[int, Field(ge=8, le=4096)] = 256
    max_sockets: Annotated[int, Field(ge=1, le=4000)] = 200
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        problems = [*self._address_problems(), *self._live_problems()]
        if problems:
            raise ValueError("\n".join(problems))
        return self

    @property
    def secure(self) -> bool:
        """Whether people reach this installation over https only."""
        return (self.public_base_url or "").startswith("https://")

    @property
    def database(self) -> str:
        """The database address; a relative SQLite file lies inside the installation."""
        address = make_url(self.database_url.get_secret_value())
        name = address.database
        if address.get_backend_name() == "sqlite" and name and not Path(name).is_absolute():
            address = address.set(database=str(ROOT / name))
        return address.render_as_string(hide_password=False)

    @property
    def signing_key(self) -> str:
        """`SECRET_KEY`; without one, a key of this machine's own, made at the first start."""
        return self.secret_key.get_secret_value() if self.secret_key else _own_key()

    def _address_problems(self) -> list[str]:
        problems = []
        if not _is_database(self.database_url.get_secret_value()):
            problems.append(
                "DATABASE_URL is not an address of a database. Write sqlite:///file.db or "
                "postgresql://user:password@host/database."
            )
        if self.redis_url and not _REDIS.match(self.redis_url.get_secret_value()):
            problems.append("REDIS_URL is not an address of Redis. Write redis://host:6379/0.")
        if self.public_base_url and not _is_base(self.public_base_url):
            problems.append(
                "PUBLIC_BASE_URL must be the address people open, like https://nasaq.gov.example, "
                "without a path."
            )
        if self.secret_key and len(self.secret_key.get_secret_value()) < 32:
            problems.append(
                "SECRET_KEY is shorter than 32 characters. Make one with: "
                'python -c "import secrets; print(secrets.token_urlsafe(48))"'
            )
        return [*problems, *self._carrier_problems()]

    def _carrier_problems(self) -> list[str]:
        """What is wrong with the way to a provider, whether or not it is used now."""
        problems = []
        if self.twilio_account_sid and not _SID.fullmatch(self.twilio_account_sid):
            problems.append(
                "TWILIO_ACCOUNT_SID is not an account: AC and 32 hexadecimal digits. "
                "Copy it from the Twilio console."
            )
        if self.twilio_from and not _SENDER.fullmatch(self.twilio_from):
            problems.append(
                "TWILIO_FROM is no sender. Write a number like +218911234567, a name of up to 11 "
                "letters and digits, or a messaging service (MG and 32 hexadecimal digits)."
            )
        if self.mail_from and not _is_mail_sender(self.mail_from):
            problems.append(
                "MAIL_FROM is no sender of mail. Write an address, or a name and an address: "
                "Government Centre <alerts@gov.example>."
            )
        problems += [
            f"{name} must be the address of a provider, like https://api.twilio.com, without a "
            "path; plain http is for this machine alone."
            for name, value in (
                ("TWILIO_API_BASE_URL", self.twilio_api_base_url),
                ("SENDGRID_API_BASE_URL", self.sendgrid_api_base_url),
            )
            if value and not _is_provider(value)
        ]
        if self.sendgrid_webhook_public_key and not _is_key(self.sendgrid_webhook_public_key):
            problems.append(
                "SENDGRID_WEBHOOK_PUBLIC_KEY is not the key that SendGrid shows under Mail "
                "Settings, Event Webhook. Copy it whole."
            )
        return [*problems, *self._smtp_problems()]

    def _smtp_problems(self) -> list[str]:
        problems = []
        if bool(self.smtp_user) != bool(self.smtp_password):
            problems.append("SMTP_USER and SMTP_PASSWORD belong together. Set both, or neither.")
        if self.smtp_host and self.smtp_tls == "none" and not is_loopback(self.smtp_host):
            problems.append(
                "SMTP_TLS=none would send mail in the open. Set starttls or tls; none is for a "
                "mail server on this very machine."
            )
        if self.smtp_certificates and not Path(self.smtp_certificates).is_file():
            problems.append(
                f"SMTP_CERTIFICATES names {self.smtp_certificates}, which is no file. Name a file "
                "of certificates, or remove it."
            )
        return problems

    def _live_problems(self) -> list[str]:
        """What live delivery needs, so that no alert fails for want of a setting."""
        if self.crisis_delivery == "local":
            return []
        needed = {
            "SECRET_KEY": self.secret_key,
            "TWILIO_ACCOUNT_SID": self.twilio_account_sid,
            "TWILIO_AUTH_TOKEN": self.twilio_auth_token,
            "TWILIO_FROM": self.twilio_from,
            "MAIL_FROM": self.mail_from,
        }
        if self.email_courier == "smtp":
            needed["SMTP_HOST"] = self.smtp_host
        else:
            needed["SENDGRID_API_KEY"] = self.sendgrid_api_key
            needed["SENDGRID_WEBHOOK_PUBLIC_KEY"] = self.sendgrid_webhook_public_key
        problems = [
            f"{name} is not set, and CRISIS_DELIVERY=live needs it. Set it, or set "
            "CRISIS_DELIVERY=local."
            for name, value in needed.items()
            if not value
        ]
        if not self.secure:
            problems.append(
                "PUBLIC_BASE_URL must begin with https:// when CRISIS_DELIVERY=live: receipts and "
                "acknowledgement links come back to it."
            )
        return problems


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings from `config/default.toml`, then `CRISIS_CONFIG`, then the environment.

    Raises `SettingsError` with every problem at once.
    """
    problems: list[str] = []
    given = _from_toml(ROOT / "config" / "default.toml", problems)
    if extra := environ.get("CRISIS_CONFIG"):
        given |= _from_toml(Path(extra), problems)
    given |= _from_environment(environ, problems)
    settings = _checked(given, problems)
    if settings is None or problems:
        raise SettingsError(problems)
    return settings


def is_loopback(host: str) -> bool:
    """Whether only this machine itself can reach `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_database(address: str) -> bool:
    try:
        return make_url(address).drivername.partition("+")[0] in _ENGINES
    except ArgumentError:
        return False


def _is_base(address: str) -> bool:
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname, parts.port
    except ValueError:  # brackets that do not pair, a port that is none
        return False
    beside = parts.path.strip("/") or parts.query or parts.fragment or parts.username
    return parts.scheme in {"http", "https"} and bool(host) and not beside


def _is_provider(address: str) -> bool:
    if not _is_base(address):
        return False
    parts = urlsplit(address)
    return parts.scheme == "https" or is_loopback(parts.hostname or "")


def _is_mail_sender(sender: str) -> bool:
    address = parseaddr(sender)[1]
    local, _, domain = address.rpartition("@")
    is_one_line = sender.isprintable() and address.isascii() and " " not in address
    return is_one_line and bool(local) and "." in domain


def _is_key(key: str) -> bool:
    try:
        return len(b64decode(key, validate=True)) == _P256_BYTES
    except ValueError:
        return False


def _checked(given: dict[str, Any], problems: list[str]) -> Settings | None:
    try:
        return Settings(**given)
    except ValidationError as error:
        errors: list[dict[str, Any]] = [dict(each) for each in error.errors()]
    problems += [text for each in errors for text in _say(each)]
    wrong = {each["loc"][0] for each in errors if each["loc"]}
    if wrong & given.keys():  # without them, so that what depends on several is checked as well
        rest = {key: value for key, value in given.items() if key not in wrong}
        said = {f"{str(key).upper()} is not set. Set it." for key in wrong}
        further: list[str] = []
        _checked(rest, further)
        problems += [text for text in further if text not in said]
    return None


def _from_toml(path: Path, problems: list[str]) -> dict[str, Any]:
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
        return {name.lower(): value for name, value in found.items()}
    except OSError as error:
        problems.append(f"{path} cannot be read ({error.strerror}). Correct CRISIS_CONFIG.")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(f"{path} is not TOML: {error}.")
    return {}


def _from_environment(environ: Mapping[str, str], problems: list[str]) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for field in Settings.model_fields:
        name = field.upper()
        if value := environ.get(name):
            given[field] = value
        if not (path := environ.get(name + FILE_SUFFIX)):
            continue
        if value:
            problems.append(f"{name} and {name}{FILE_SUFFIX} are both set. Keep one.")
        try:
            given[field] = Path(path).read_text(encoding="utf-8").strip()
            if not given[field]:
                problems.append(f"{name}{FILE_SUFFIX} names {path}, which is empty. Fill it.")
        except (OSError, UnicodeDecodeError) as error:
            problems.append(f"{name}{FILE_SUFFIX} names {path}, which cannot be read: {error}.")
    return given


def _say(error: dict[str, Any]) -> list[str]:
    if not error["loc"]:
        return str(error["ctx"]["error"]).splitlines()
    name = str(error["loc"][0]).upper()
    if error["type"] == "extra_forbidden":
        return [f"{name} is not a setting of Nasaq. Remove it from the configuration file."]
    if error["type"] == "missing":
        return [f"{name} is not set. Set it."]
    return [f"{name} is not acceptable: {error['msg']}. Correct it."]


def _own_key() -> str:
    path = ROOT / "var" / "secret_key"
    path.parent.mkdir(exist_ok=True)
    if not path.exists():
        # Written aside first: another process that starts now must find a whole key or none.
        file, fresh = mkstemp(dir=path.parent)
        with open(file, "w", encoding="utf-8") as aside:
            aside.write(secrets.token_urlsafe(48))
        with suppress(FileExistsError):
            path.hardlink_to(fresh)
        os.unlink(fresh)
    return path.read_text(encoding="utf-8")
