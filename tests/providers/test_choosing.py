"""Which courier carries what: what is rehearsed never reaches the world, whatever is set."""

import subprocess
import sys

import pytest

from crisis.alerts.outbox import Channel
from crisis.providers import couriers
from crisis.settings import Settings, load
from tests.test_settings import LIVE

BOTH = {
    "local": {},
    "sendgrid": LIVE,
    "smtp": LIVE | {"EMAIL_COURIER": "smtp", "SMTP_HOST": "mail.gov.example"},
}


@pytest.mark.parametrize("mail", BOTH)
def test_what_is_rehearsed_never_leaves(mail: str) -> None:
    found = couriers(settings(mail))
    assert found.keys() == {(channel, drill) for channel in Channel for drill in (True, False)}
    for (channel, is_exercise), courier in found.items():
        assert courier.channel == channel
        if is_exercise:
            assert courier.name == "local"
            assert not courier.reaches_the_world


@pytest.mark.parametrize(
    ("mail", "names"),
    [
        ("local", ("local", "local")),
        ("sendgrid", ("twilio", "sendgrid")),
        ("smtp", ("twilio", "smtp")),
    ],
)
def test_what_is_real_goes_where_the_settings_say(mail: str, names: tuple[str, str]) -> None:
    found = couriers(settings(mail))
    assert (found[Channel.SMS, False].name, found[Channel.EMAIL, False].name) == names
    assert found[Channel.SMS, False].reaches_the_world is (mail != "local")


def test_nobody_waits_for_libraries_that_are_not_used_yet() -> None:
    program = (
        "import sys\n"
        "from crisis.providers import couriers\n"
        "from crisis.settings import load\n"
        f"couriers(load({LIVE!r}))\n"
        "print([each for each in ('twilio', 'sendgrid', 'aiohttp') if each in sys.modules])\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ended.stdout.strip() == "[]", ended.stderr


def settings(mail: str) -> Settings:
    return load(BOTH[mail])
