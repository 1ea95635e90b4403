"""Every courier that reaches the world keeps one promise, whatever its provider does."""

import asyncio
import socket
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crisis.alerts import links
from crisis.alerts.couriers import (
    Accepted,
    CannotTell,
    Courier,
    ExerciseRefusedError,
    Found,
    GiveUp,
    Letter,
    NotAccepted,
    NotFound,
    Outcome,
    Trace,
    Unknown,
)
from crisis.alerts.outbox import ErrorClass
from crisis.providers import sendgrid, smtp, twilio, wire
from crisis.providers.sendgrid import SendGrid
from crisis.providers.smtp import Smtp
from crisis.providers.twilio import Twilio
from tests.fakes.provider import Habit, Provider, a_provider
from tests.providers.letters import a_mail, an_sms

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _addresses() -> None:
    links.plug("a key of the tests alone, and of nothing else", "https://nasaq.gov.example")


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[Provider]:
    with a_provider(tmp_path / "journal") as provider:
        yield provider


def by_twilio(address: str) -> Courier:
    own = twilio.Account("AC" + "0" * 32, "t" * 32, "+15005550006", address)
    return Twilio(own, calls_at_once=8)


def by_sendgrid(address: str) -> Courier:
    return SendGrid(sendgrid.Account("SG.key", "Centre <alerts@gov.example>", address))


def by_smtp(address: str) -> Courier:
    port = int(address.rpartition(":")[2])
    return Smtp(smtp.Server("127.0.0.1", port, "alerts@gov.example", "none"))


OVER_HTTP = [(by_twilio, an_sms), (by_sendgrid, a_mail)]
ALL = [*OVER_HTTP, (by_smtp, a_mail)]
Maker = Callable[[str], Courier]


def sent(courier: Courier, *letters: Letter) -> Sequence[Outcome]:
    async def hand_over() -> Sequence[Outcome]:
        try:
            return await courier.send(letters)
        finally:
            await courier.close()

    return asyncio.run(hand_over())


def looked_up(courier: Courier, letter: Letter, since: datetime) -> Trace:
    async def ask() -> Trace:
        try:
            return await courier.look_up(letter, since)
        finally:
            await courier.close()

    return asyncio.run(ask())


def nobody_there() -> str:
    """An address at which nobody listens."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{closed.getsockname()[1]}"


@pytest.mark.parametrize(("make", "letter"), ALL)
def test_an_exercise_is_refused_before_anything_is_opened(
    make: Maker, letter: Callable[..., Letter]
) -> None:
    courier = make(nobody_there())
    assert courier.reaches_the_world
    with pytest.raises(ExerciseRefusedError):
        sent(courier, letter(), letter(is_exercise=True))


@pytest.mark.parametrize(("make", "letter"), ALL)
def test_a_refused_connection_proves_that_nothing_left(
    make: Maker, letter: Callable[..., Letter]
) -> None:
    (outcome,) = sent(make(nobody_there()), letter())
    assert isinstance(outcome, NotAccepted)
    assert "0x" not in outcome.why


@pytest.mark.parametrize(("make", "letter"), OVER_HTTP)
def test_a_name_that_is_nowhere_proves_it_too(make: Maker, letter: Callable[..., Letter]) -> None:
    (outcome,) = sent(make("http://nowhere.invalid"), letter())
    assert isinstance(outcome, NotAccepted)


@pytest.mark.parametrize(("make", "letter"), OVER_HTTP)
def test_a_handshake_that_fails_proves_it_too(
    provider: Provider, make: Maker, letter: Callable[..., Letter]
) -> None:
    (outcome,) = sent(make(provider.url.replace("http:", "https:")), letter())
    assert isinstance(outcome, NotAccepted)
    assert provider.count == 0


EXPECTED = {
    Habit.ACCEPTS: (Accepted, 1),
    Habit.LIMITS: (NotAccepted, 0),
    Habit.REFUSES: (GiveUp, 0),
    Habit.FAILS: (Unknown, 0),
    Habit.FAILS_AFTER: (Unknown, 1),
    Habit.RESETS: (Unknown, 1),
    Habit.HTML: (Unknown, 1),
    Habit.MOVED: (Unknown, 0),
}


@pytest.mark.parametrize(("make", "letter"), OVER_HTTP)
@pytest.mark.parametrize("habit", EXPECTED)
def test_what_an_answer_proves(
    provider: Provider, make: Maker, letter: Callable[..., Letter], habit: Habit
) -> None:
    provider.habit = habit
    expected, taken = EXPECTED[habit]
    (outcome,) = sent(make(provider.url), letter())
    assert isinstance(outcome, expected), outcome
    assert provider.count == taken
    assert len(provider.asked) == 1, "nothing is tried again by itself"


@pytest.mark.parametrize(("make", "letter"), OVER_HTTP)
def test_silence_is_not_waited_for_for_ever_and_proves_nothing(
    provider: Provider,
    make: Maker,
    letter: Callable[..., Letter],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert wire.CONNECT_SECONDS == 3
    assert wire.READ_SECONDS == 10
    assert wire.TOTAL_SECONDS == 15
    monkeypatch.setattr(wire, "READ_SECONDS", 0.3)
    provider.habit = Habit.HANGS
    try:
        (outcome,) = sent(make(provider.url), letter())
    finally:
        provider.let_go.set()
    assert isinstance(outcome, Unknown)
    assert provider.count == 1


@pytest.mark.parametrize(("make", "letter"), OVER_HTTP)
def test_how_long_to_wait_is_heard(
    provider: Provider, make: Maker, letter: Callable[..., Letter]
) -> None:
    provider.habit, provider.retry_after = Habit.LIMITS, 7
    assert sent(make(provider.url), letter()) == [NotAccepted("HTTP 429", 7.0)]


def test_half_a_document_of_twilio_proves_nothing(provider: Provider) -> None:
    provider.habit = Habit.CUT
    (outcome,) = sent(by_twilio(provider.url), an_sms())
    assert outcome == Unknown("an answer that cannot be read")


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("7", 7.0),
        ("0.5", 0.5),
        ("9" * 9, wire.LONGEST_REST),
        ("Mon, 01 Jan 2001 00:00:00 GMT", 0.0),
        ("-3", None),
        ("soon", None),
        ("", None),
        ("Mon, 01 Jan 2001 00:00:00", None),
    ],
)
def test_a_moment_to_come_again_is_read_in_both_ways(told: str, seconds: float | None) -> None:
    assert wire.retry_after(wire.Answer(429, {"Retry-After": told}, b"")) == seconds


def test_a_moment_ahead_is_a_number_of_seconds() -> None:
    until = datetime.now(UTC) + timedelta(seconds=90)
    told = until.strftime("%a, %d %b %Y %H:%M:%S GMT")
    seconds = wire.retry_after(wire.Answer(429, {"Retry-After": told}, b""))
    assert seconds is not None
    assert 85 < seconds <= 90


# -- Twilio ---------------------------------------------------------------------------------------


def test_twilio_gets_the_words_to_the_letter_and_is_told_where_to_report(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    bodies: list[bytes] = []
    real = wire.Wire.post

    async def listen(self: wire.Wire, url: str, **told: object) -> wire.Answer:
        bodies.append(bytes(told["body"]))  # type: ignore[call-overload]  # it is bytes
        return await real(self, url, **told)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(wire.Wire, "post", listen)
    letter = an_sms()
    (outcome,) = sent(by_twilio(provider.url), letter)
    assert isinstance(outcome, Accepted)
    assert outcome.reference.startswith("SM")
    assert list(provider.accepted) == [(letter.address, letter.text)]
    assert f"delivery%3D{letter.delivery_id}%26proof%3D".encode() in bodies[0]
    assert b"SmartEncoded=false" in bodies[0]
    assert b"StatusCallback=https%3A%2F%2Fnasaq.gov.example%2Fhooks%2Ftwilio" in bodies[0]


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (400, 21211, ErrorClass.INVALID_NUMBER),
        (400, 21614, ErrorClass.INVALID_NUMBER),
        (400, 21408, ErrorClass.NOT_ALLOWED),
        (403, 21612, ErrorClass.NOT_ALLOWED),
        (400, 21657, ErrorClass.NOT_ALLOWED),
        (400, 21610, ErrorClass.OPTED_OUT),
        (400, 99999, ErrorClass.UNKNOWN),
        (404, 20404, ErrorClass.UNKNOWN),
    ],
)
def test_what_twilio_will_never_take_is_given_up_with_its_reason(
    status: int, code: int, expected: ErrorClass
) -> None:
    body = f'{{"code": {code}, "message": "no"}}'.encode()
    outcome = twilio.outcome_of(wire.Answer(status, {}, body))
    assert outcome == GiveUp("no", str(code), expected)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (429, b""),
        (429, b'{"code": 20429}'),
        (400, b'{"code": 21611, "message": "queue full"}'),
        (401, b'{"code": 20003, "message": "Authenticate"}'),
        (403, b""),
    ],
)
def test_what_is_no_fault_of_the_message_is_tried_again(status: int, body: bytes) -> None:
    assert isinstance(twilio.outcome_of(wire.Answer(status, {}, body)), NotAccepted)


@pytest.mark.parametrize("status", [100, 301, 302, 500, 502, 503, 504, 599])
def test_any_other_answer_proves_nothing(status: int) -> None:
    assert twilio.outcome_of(wire.Answer(status, {}, b"")) == Unknown(f"HTTP {status}")


def test_twilio_is_asked_for_exactly_these_words(provider: Provider) -> None:
    letter = an_sms()
    provider.take(letter.address, letter.text + " ")
    provider.take("+218919999999", letter.text)
    assert looked_up(by_twilio(provider.url), letter, LONG_AGO) == NotFound()
    reference = provider.take(letter.address, letter.text)
    assert looked_up(by_twilio(provider.url), letter, LONG_AGO) == Found(reference, "queued")


def test_the_same_words_of_yesterday_are_another_message(provider: Provider) -> None:
    letter = an_sms()
    provider.take(letter.address, letter.text)
    later = datetime.now(UTC) + timedelta(hours=1)
    assert looked_up(by_twilio(provider.url), letter, later) == NotFound()


def test_a_list_that_does_not_come_tells_nothing(provider: Provider) -> None:
    provider.lists = False
    assert looked_up(by_twilio(provider.url), an_sms(), LONG_AGO) == CannotTell("HTTP 503")
    trace = looked_up(by_twilio(nobody_there()), an_sms(), LONG_AGO)
    assert isinstance(trace, CannotTell)
