"""Settings are read once, and everything wrong with them is said at once, with what to do."""

import stat
from pathlib import Path
from threading import Barrier, Thread

import pytest

from crisis import settings
from crisis.settings import Settings, SettingsError, is_loopback, load

KEY = "k" * 40
WEBHOOK_KEY = (
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEMuu7fCDvLhkVEG3FcyZFCmQpf8"
    "EQKgroT3Prnj7hX2g9dITFrXjWdsFkHUGc8u7SaiY3YtscdUn7VQ9isYST5g=="
)
LIVE = {
    "CRISIS_DELIVERY": "live",
    "PUBLIC_BASE_URL": "https://nasaq.gov.example",
    "SECRET_KEY": KEY,
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "token",
    "TWILIO_FROM": "+15005550006",
    "SENDGRID_API_KEY": "SG.x",
    "SENDGRID_WEBHOOK_PUBLIC_KEY": WEBHOOK_KEY,
    "MAIL_FROM": "alerts@gov.example",
}


def problems(**environ: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load(environ)
    return caught.value.problems


def written(folder: Path, text: str, name: str = "nasaq.toml") -> str:
    file = folder / name
    file.write_text(text, "utf-8")
    return str(file)


# ── where a setting comes from ───────────────────────────────────────────────────────────────────


def test_nothing_needs_to_be_set() -> None:
    found = load({})

    assert (found.port, found.crisis_delivery, found.secure) == (5000, "local", False)
    assert found.database.startswith(f"sqlite:///{settings.ROOT}/")


def test_the_environment_wins_over_the_file_named_and_that_over_the_defaults(
    tmp_path: Path,
) -> None:
    file = written(tmp_path, 'port = 6000\nmail_from = "a@gov.example"\n')

    found = load({"CRISIS_CONFIG": file, "PORT": "7000"})

    assert (found.port, found.mail_from, found.log_level) == (7000, "a@gov.example", "INFO")


def test_a_file_may_write_names_as_the_environment_does(tmp_path: Path) -> None:
    assert load({"CRISIS_CONFIG": written(tmp_path, "PORT = 6001\n")}).port == 6001


def test_a_secret_may_lie_in_a_file_and_its_line_end_is_no_part_of_it(tmp_path: Path) -> None:
    found = load({"SECRET_KEY_FILE": written(tmp_path, f"{KEY}\n"), "SECRET_KEY": ""})

    assert found.signing_key == KEY


def test_an_empty_variable_counts_as_not_set() -> None:
    assert load({"PORT": "", "PUBLIC_BASE_URL": "", "REDIS_URL": ""}) == load({})


def test_a_setting_of_something_else_is_none_of_our_business() -> None:
    assert load({"LANG": "C", "PORTS": "x"}) == load({})


# ── what is wrong, all of it at once ─────────────────────────────────────────────────────────────


def test_all_problems_are_told_at_once_and_each_names_its_setting(tmp_path: Path) -> None:
    told = problems(
        PORT="70000",
        TRUSTED_PROXIES="two",
        CRISIS_DELIVERY="Live",
        SECRET_KEY="short",
        PUBLIC_BASE_URL="nasaq.gov.example",
        DATABASE_URL="mysql://db/nasaq",
        REDIS_URL="localhost",
        MAIL_FROM_FILE=str(tmp_path / "nowhere"),
        CRISIS_CONFIG=str(tmp_path / "no.toml"),
    )

    named = ["no.toml", "MAIL_FROM_FILE", "PORT", "TRUSTED_PROXIES", "CRISIS_DELIVERY"]
    named += ["DATABASE_URL", "REDIS_URL", "PUBLIC_BASE_URL", "SECRET_KEY"]
    assert len(told) == len(named)
    assert all(any(name in each for each in told) for name in named), told


@pytest.mark.parametrize(
    "address",
    [
        "nasaq.gov.example",
        "ftp://nasaq.gov.example",
        "https://",
        "https://nasaq.gov.example/room",
        "https://nasaq.gov.example?x=1",
        "https://nasaq.gov.example#x",
        "https://user:word@nasaq.gov.example",
        "https://nasaq.gov.example:99999",
        "http://[",
    ],
)
def test_the_public_address_is_a_host_and_nothing_more(address: str) -> None:
    (told,) = problems(PUBLIC_BASE_URL=address)

    assert told.startswith("PUBLIC_BASE_URL must be the address people open")


def test_a_slash_at_the_end_of_the_public_address_is_no_path() -> None:
    assert load({"PUBLIC_BASE_URL": "https://nasaq.gov.example/"}).secure


@pytest.mark.parametrize("address", ["nasaq.db", "mysql://db/x", "sqlite", "http://db/x"])
def test_only_the_two_engines_are_databases(address: str) -> None:
    assert problems(DATABASE_URL=address)[0].startswith("DATABASE_URL is not an address")


def test_what_is_said_of_a_secret_never_quotes_it(tmp_path: Path) -> None:
    told = problems(
        SECRET_KEY="tooshort9",
        DATABASE_URL="mysql://user:hunter2@db/x",
        REDIS_URL="http://:hunter3@redis",
        PORT="x",
    )

    assert not any(word in " ".join(told) for word in ("tooshort9", "hunter2", "hunter3"))


def test_a_setting_given_twice_is_told(tmp_path: Path) -> None:
    file = written(tmp_path, KEY)

    assert problems(SECRET_KEY=KEY, SECRET_KEY_FILE=file) == [
        "SECRET_KEY and SECRET_KEY_FILE are both set. Keep one."
    ]


@pytest.mark.parametrize("content", ["", " \n"])
def test_an_empty_secret_file_is_told(tmp_path: Path, content: str) -> None:
    (told,) = problems(SECRET_KEY_FILE=written(tmp_path, content))

    assert told.startswith("SECRET_KEY_FILE names")
    assert "empty" in told


def test_a_secret_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_bytes(b"\xff\xfe\x00")

    assert problems(SECRET_KEY_FILE=str(file))[0].startswith("SECRET_KEY_FILE names")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("port = ", "is not TOML"),
        ("prot = 5000", "PROT is not a setting of Nasaq"),
        ("[twilio]\nsid = 1", "TWILIO is not a setting of Nasaq"),
        ("port = [1]", "PORT is not acceptable"),
        ("database_url = 5", "DATABASE_URL is not acceptable"),
    ],
)
def test_what_is_wrong_in_the_file_is_told_once(tmp_path: Path, text: str, told: str) -> None:
    found = problems(CRISIS_CONFIG=written(tmp_path, text))

    assert len(found) == 1
    assert told in found[0]


# ── live delivery ────────────────────────────────────────────────────────────────────────────────


def test_live_delivery_starts_when_it_has_all_it_needs() -> None:
    assert load(LIVE).crisis_delivery == "live"


@pytest.mark.parametrize("name", sorted(LIVE.keys() - {"CRISIS_DELIVERY"}))
def test_live_delivery_does_not_start_without(name: str) -> None:
    (told,) = problems(**{key: value for key, value in LIVE.items() if key != name})

    assert told.startswith(name)


def test_live_delivery_needs_https() -> None:
    (told,) = problems(**LIVE | {"PUBLIC_BASE_URL": "http://nasaq.gov.example"})

    assert "https://" in told


def test_what_live_delivery_lacks_is_told_beside_what_is_wrong() -> None:
    told = problems(CRISIS_DELIVERY="live", PORT="x")

    assert len(told) == 9
    assert told[0].startswith("PORT")


# ── the key of this machine ──────────────────────────────────────────────────────────────────────


def test_sixteen_processes_that_start_at_once_share_one_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "ROOT", tmp_path)
    together, keys = Barrier(16), []

    def start() -> None:
        together.wait()
        keys.append(Settings.model_validate({"database_url": "sqlite:///x.db"}).signing_key)

    threads = [Thread(target=start) for _ in range(16)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert len(set(keys)) == 1
    assert len(keys[0]) >= 32
    file = tmp_path / "var" / "secret_key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [each.name for each in file.parent.iterdir()] == ["secret_key"]


@pytest.mark.parametrize(
    ("host", "alone"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("x", False)],
)
def test_whether_only_this_machine_can_reach_it(host: str, alone: bool) -> None:
    assert is_loopback(host) is alone


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TWILIO_ACCOUNT_SID", "SK" + "0" * 32),
        ("TWILIO_ACCOUNT_SID", "AC12"),
        ("TWILIO_FROM", "0912345678"),
        ("TWILIO_FROM", "A sender of many letters"),
        ("TWILIO_FROM", "12345678901"),
        ("TWILIO_FROM", "+21891\r\n2345678"),
        ("TWILIO_API_BASE_URL", "http://api.twilio.com"),
        ("TWILIO_API_BASE_URL", "https://api.twilio.com/2010-04-01"),
        ("TWILIO_CALLS_AT_ONCE", "0"),
        ("SENDGRID_API_BASE_URL", "http://api.sendgrid.com"),
        ("SENDGRID_WEBHOOK_PUBLIC_KEY", "-----BEGIN PUBLIC KEY-----"),
        ("SENDGRID_WEBHOOK_PUBLIC_KEY", WEBHOOK_KEY[:-8]),
        ("MAIL_FROM", "alerts"),
        ("MAIL_FROM", "alerts@gov"),
        ("MAIL_FROM", "Centre <alerts@gov.example>\r\nBcc: a@b.example"),
        ("SMTP_USER", "nasaq"),
        ("SMTP_PASSWORD", "secret"),
        ("SMTP_PORT", "0"),
        ("SMTP_TLS", "maybe"),
        ("SMTP_CERTIFICATES", "/nowhere/ca.pem"),
        ("EMAIL_COURIER", "pigeon"),
    ],
)
def test_a_way_to_a_provider_that_cannot_work_is_said_at_the_start(name: str, value: str) -> None:
    (told,) = problems(**LIVE | {name: value})
    assert name in told
    assert "secret" not in told


def test_mail_is_never_sent_in_the_open() -> None:
    (told,) = problems(SMTP_HOST="mail.gov.example", SMTP_TLS="none", SECRET_KEY=KEY)
    assert "SMTP_TLS" in told
    assert load({"SMTP_HOST": "127.0.0.1", "SMTP_TLS": "none"}).smtp_host == "127.0.0.1"


@pytest.mark.parametrize("sender", ["+15005550006", "Nasaq", "GCC Libya", "MG" + "0" * 32])
def test_an_sms_comes_from_a_number_a_name_or_a_service(sender: str) -> None:
    assert load(LIVE | {"TWILIO_FROM": sender}).twilio_from == sender


def test_with_a_mail_server_of_ones_own_sendgrid_is_not_needed() -> None:
    without = {name: value for name, value in LIVE.items() if not name.startswith("SENDGRID")}
    by_smtp = without | {"EMAIL_COURIER": "smtp"}
    (told,) = problems(**by_smtp)
    assert "SMTP_HOST" in told
    assert load(by_smtp | {"SMTP_HOST": "mail.gov.example"}).smtp_port == 587
