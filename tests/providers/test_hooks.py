"""Who reports must prove who they are: forged and broken calls change nothing and break nothing."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from werkzeug.datastructures import MultiDict

from crisis.alerts.model import Alert
from crisis.alerts.outbox import Delivery, InboundMessage, Receipt, State
from crisis.app import create_app
from crisis.kernel import clock
from crisis.kernel.database import bookkeeping, reading
from crisis.providers import callbacks, hooks, signatures
from crisis.settings import load
from tests import given
from tests.alerts import story
from tests.providers import calls
from tests.providers.calls import (
    INBOUND,
    MAIL,
    NEXT_TOKEN,
    SID,
    STATUS,
    event,
    inbound,
    path_of,
    sendgrid,
    signature_of,
    status,
    twilio,
)

REAL = Path(__file__).resolve().parents[3] / "shared" / "real" / "webhooks"


@pytest.fixture
def sent(doors: Flask) -> tuple[Alert, UUID]:
    """An alert, and its one message, of which nobody knows whether it left."""
    incident = given.an_incident()
    alert = story.an_alert(story.somebody(given.a_ministry()), on=incident)
    with bookkeeping() as session:
        own = session.scalars(select(Delivery.id).where(Delivery.alert_id == alert.id)).one()
        change = update(Delivery).where(Delivery.id == own)
        session.execute(change.values(provider="twilio", state=State.UNKNOWN))
    return alert, own


def state(own: UUID) -> str:
    with reading() as session:
        return session.get_one(Delivery, own).state


def count(table: type[Any]) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def by_sendgrid(own: UUID) -> None:
    with bookkeeping() as session:
        session.execute(
            update(Delivery)
            .where(Delivery.id == own)
            .values(provider="sendgrid", state=State.ACCEPTED, reference="CALL")
        )


# -- Twilio ---------------------------------------------------------------------------------------


def test_a_report_to_our_own_address_proves_that_it_left(
    caller: FlaskClient, sent: tuple[Alert, UUID]
) -> None:
    _, own = sent
    answer = twilio(caller, path_of(own), status("sent"))
    assert (answer.status_code, answer.data) == (204, b"")
    with reading() as session:
        found = session.get_one(Delivery, own)
    assert (found.state, found.reference, found.provider_status) == ("sent", SID, "sent")


def test_saying_it_again_is_answered_alike_and_changes_nothing(
    caller: FlaskClient, sent: tuple[Alert, UUID]
) -> None:
    _, own = sent
    for _ in range(50):
        answer = twilio(caller, path_of(own), status(), headers={"I-Twilio-Idempotency-Token": "1"})
        assert answer.status_code == 204
    assert (state(own), count(Receipt)) == ("delivered", 1)


def test_both_tokens_are_good_while_one_replaces_the_other(
    caller: FlaskClient, sent: tuple[Alert, UUID]
) -> None:
    _, own = sent
    assert twilio(caller, path_of(own), status("sent"), token=NEXT_TOKEN).status_code == 204
    assert twilio(caller, path_of(own), status(), token="x" * 32).status_code == 403
    assert state(own) == "sent"


def test_the_signature_is_for_the_public_address_whatever_the_request_says(
    caller: FlaskClient, sent: tuple[Alert, UUID]
) -> None:
    path = path_of(sent[1])
    spoof = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "ftp"}
    assert twilio(caller, path, status("sent"), headers=spoof).status_code == 204
    forged = signature_of(path, status(), base="https://evil.example")
    answer = twilio(caller, path, status(), signature=forged, headers=spoof)
    assert answer.status_code == 403
    plain = signature_of(path, status(), base="http://nasaq.gov.example")
    assert twilio(caller, path, status(), signature=plain).status_code == 403


def test_behind_a_proxy_it_is_the_same(house: str) -> None:
    app = create_app(load({"DATABASE_URL": house, "TRUSTED_PROXIES": "1", **calls.SETTINGS}))
    hops = {"X-Forwarded-For": "198.51.100.7", "X-Forwarded-Proto": "http"}
    answer = twilio(app.test_client(), STATUS, status(), headers=hops)
    assert answer.status_code == 204


@pytest.mark.parametrize("signature", [None, "", "x", "0", "\u00e9", "=" * 28, "A" * 27 + "="])
@pytest.mark.parametrize("path", [STATUS, INBOUND])
def test_a_wrong_signature_is_refused_and_nothing_else(
    caller: FlaskClient, path: str, signature: str | None
) -> None:
    assert twilio(caller, path, status(), signature=signature).status_code == 403


def test_a_signature_given_twice_is_none(caller: FlaskClient) -> None:
    right = signature_of(STATUS, status())
    headers = [("X-Twilio-Signature", right), ("X-Twilio-Signature", right)]
    sent = urlencode(status())
    answer = caller.post(STATUS, data=sent, content_type=calls.FORM, headers=headers)
    assert answer.status_code == 403


def test_another_account_is_refused(caller: FlaskClient) -> None:
    assert twilio(caller, STATUS, status(AccountSid="AC" + "1" * 32)).status_code == 403


@pytest.mark.parametrize(
    "form",
    [
        {"MessageSid": SID},
        {"MessageStatus": "sent"},
        {},
        status("constructor"),
        status(MessageSid="'; DROP TABLE delivery"),
        status(MessageSid=""),
        status(ErrorCode="many"),
        status(**{"__proto__": "x"}),
        status(**{"5ErrorCode": "30003"}),
    ],
)
def test_what_is_signed_and_makes_no_sense_does_nothing(
    caller: FlaskClient, form: dict[str, str]
) -> None:
    assert twilio(caller, STATUS, form).status_code == 400
    assert count(Receipt) == 0


def test_a_field_given_twice_is_refused_before_anything_is_done(caller: FlaskClient) -> None:
    form = [*status().items(), ("MessageStatus", "delivered")]
    answer = twilio(caller, STATUS, form, signature=signature_of(STATUS, status()))
    assert answer.status_code == 400
    assert count(Receipt) == 0


@pytest.mark.parametrize(
    ("gone", "moved"),
    [
        ("ErrorCode", {"ErrorCode3": "0003"}),
        ("ErrorCode", {"ErrorCod": "e30003"}),
        ("MessageStatus", {"MessageStatu": "sundelivered"}),
        ("MessageStatus", {"MessageStatusu": "ndelivered"}),
        ("AccountSid", {"AccountSidA": "C" + "0" * 32}),
        ("MessageSid", {"MessageSidS": SID[1:]}),
    ],
)
def test_names_and_values_cannot_change_places(
    caller: FlaskClient, gone: str, moved: dict[str, str]
) -> None:
    """The scheme signs names and values one behind the other, with nothing in between."""
    form = status("undelivered", ErrorCode="30003")
    signature = signature_of(STATUS, form)
    bent = {**{name: value for name, value in form.items() if name != gone}, **moved}
    assert signature_of(STATUS, bent) == signature
    assert twilio(caller, STATUS, bent, signature=signature).status_code == 400
    assert count(Receipt) == 0


def test_an_address_that_we_did_not_make_names_no_message(
    caller: FlaskClient, sent: tuple[Alert, UUID]
) -> None:
    _, own = sent
    for proof in ("", "0" * 32, callbacks.proof_of(uuid4())):
        path = f"{STATUS}?{urlencode({'delivery': str(own), 'proof': proof})}"
        assert twilio(caller, path, status()).status_code == 204
    assert (state(own), count(Receipt)) == ("unknown", 1)


def test_what_is_too_large_is_not_read(caller: FlaskClient) -> None:
    huge = status(Body="x" * 300_000)
    assert twilio(caller, STATUS, huge).status_code == 413
    assert sendgrid(caller, b"[" + b" " * 5_000_000 + b"]").status_code == 413


def test_doors_take_nothing_but_a_post(caller: FlaskClient) -> None:
    for path in (STATUS, INBOUND, MAIL):
        assert caller.get(path).status_code == 405
        assert caller.post(path + "/").status_code == 404


def test_no_cookie_is_set_and_nothing_is_told(caller: FlaskClient) -> None:
    for path in (STATUS, INBOUND, MAIL):
        answer = caller.post(path)
        assert (answer.status_code, answer.data) == (403, b"")
        assert "Set-Cookie" not in answer.headers


def test_an_sms_is_kept_and_answered_with_nothing(caller: FlaskClient) -> None:
    for _ in range(5):
        answer = twilio(caller, INBOUND, inbound("هل يوجد أحد؟\x00", "+218911234567"))
        assert (answer.status_code, answer.data) == (204, b"")
    with reading() as session:
        (kept,) = session.scalars(select(InboundMessage))
    assert (kept.text, kept.intent) == ("هل يوجد أحد؟\ufffd", "unknown")


def test_work_is_bounded(caller: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hooks, "WAIT_SECONDS", 0.01)
    for _ in range(hooks.AT_ONCE):
        hooks._slots.acquire()
    try:
        answer = twilio(caller, STATUS, status())
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert twilio(caller, STATUS, status(), signature="x").status_code == 403
    finally:
        hooks._slots.release(hooks.AT_ONCE)
    assert twilio(caller, STATUS, status()).status_code == 204


# -- SendGrid -------------------------------------------------------------------------------------


def test_events_of_mails_are_believed_by_their_signature(
    caller: FlaskClient, sent: tuple[Alert, UUID]
) -> None:
    _, own = sent
    by_sendgrid(own)
    events = [event("processed", delivery_id=str(own)), event(delivery_id=str(own))]
    for _ in range(3):
        assert sendgrid(caller, events).status_code == 204
    assert (state(own), count(Receipt)) == ("delivered", 2)


@pytest.mark.parametrize(
    ("opened", "expected"),
    [({"sg_machine_open": True}, "accepted"), ({"sg_machine_open": False}, "read"), ({}, "read")],
)
def test_a_machine_that_opens_a_mail_has_not_read_it(
    caller: FlaskClient, sent: tuple[Alert, UUID], opened: dict[str, bool], expected: str
) -> None:
    _, own = sent
    by_sendgrid(own)
    assert sendgrid(caller, [event("open", delivery_id=str(own), **opened)]).status_code == 204
    assert state(own) == expected


@pytest.mark.parametrize(
    ("word", "more", "expected"),
    [
        ("bounce", {"type": "bounce", "status": "5.1.1"}, ("undelivered", "invalid_number")),
        ("bounce", {"type": "bounce", "status": "5.2.2"}, ("undelivered", "unreachable")),
        ("bounce", {"type": "blocked"}, ("undelivered", "blocked_filter")),
        ("dropped", {"reason": "Unsubscribed Address"}, ("suppressed", "opted_out")),
        ("dropped", {"reason": "Bounced Address"}, ("failed", "invalid_number")),
        ("dropped", {"reason": "whatever"}, ("failed", "unknown")),
        ("spamreport", {}, ("suppressed", "opted_out")),
    ],
)
def test_why_a_mail_did_not_arrive(
    caller: FlaskClient,
    sent: tuple[Alert, UUID],
    word: str,
    more: dict[str, str],
    expected: tuple[str, str],
) -> None:
    _, own = sent
    by_sendgrid(own)
    assert sendgrid(caller, [event(word, delivery_id=str(own), **more)]).status_code == 204
    with reading() as session:
        found = session.get_one(Delivery, own)
    assert (found.state, found.error_class) == expected


def test_good_events_among_bad_ones_have_their_effect(
    caller: FlaskClient, sent: tuple[Alert, UUID]
) -> None:
    _, own = sent
    by_sendgrid(own)
    bad: list[Any] = [
        None,
        [],
        [[]],
        7,
        "x",
        {},
        {"event": "constructor"},
        event(sg_event_id="a\x00b"),
        event(sg_event_id="\ud800"),
        event(sg_event_id=["x"]),
        event(sg_event_id="x" * 300),
        event(timestamp="soon"),
        event(timestamp=10**30),
        event(timestamp=True),
        event(timestamp=-5),
        event(sg_event_id="old", timestamp=1),
        event(sg_event_id="elsewhere", delivery_id="'; DROP TABLE delivery"),
        event(sg_event_id="nobody", delivery_id=str(uuid4()), sg_message_id="\ud800"),
    ]
    good = event(sg_event_id="good", delivery_id=str(own))
    assert sendgrid(caller, [*bad[:9], good, *bad[9:]]).status_code == 204
    assert state(own) == "delivered"


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"null", b"7", b"[", b"\xff", b"[" * 100_000, b'"x"', b"[NaN]x"],
)
def test_what_is_signed_and_no_list_does_nothing(caller: FlaskClient, body: bytes) -> None:
    assert sendgrid(caller, body).status_code in {400, 403}
    assert count(Receipt) == 0


def test_a_thousand_events_are_taken_and_more_are_not(
    caller: FlaskClient, sent: tuple[Alert, UUID]
) -> None:
    def many(number: int) -> list[dict[str, Any]]:
        return [event("processed", sg_event_id=f"e{at}") for at in range(number)]

    assert sendgrid(caller, many(1001)).status_code == 400
    assert count(Receipt) == 0
    assert sendgrid(caller, many(300)).status_code == 204
    assert count(Receipt) == 300


@pytest.mark.parametrize(
    "moment", ["2001", "100000000", "", "1e9", "١٦٠٠١١٢٥٠٢", "99999999999", "x"]
)
def test_a_moment_that_is_none_is_refused(caller: FlaskClient, moment: str) -> None:
    """`100000000` and a body that begins with a digit verify alike: nothing is in between."""
    name = "X-Twilio-Email-Event-Webhook-Timestamp"
    body = b"[]"
    signed = {"X-Twilio-Email-Event-Webhook-Signature": calls.sign(moment, body)}
    answer = caller.post(
        MAIL, data=body, headers={**signed, name: moment.encode().decode("latin1")}
    )
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("ago", "expected"),
    [
        (timedelta(), 204),
        (timedelta(hours=47), 204),
        (timedelta(hours=49), 403),
        (timedelta(seconds=-200), 204),
        (timedelta(minutes=-10), 403),
        (timedelta(days=9000), 403),
    ],
)
def test_what_was_signed_too_long_ago_is_refused(
    caller: FlaskClient, ago: timedelta, expected: int
) -> None:
    at = int((datetime.now(UTC) - ago).timestamp())
    assert sendgrid(caller, [event()], at=at).status_code == expected


# -- ten thousand forgeries -----------------------------------------------------------------------


def forgeries(seed: int) -> Iterator[tuple[str, dict[str, str], bytes]]:
    """Without end: a right call with one thing changed in it."""
    random_ = random.Random(seed)
    form, moment = status(), str(int(datetime.now(UTC).timestamp()))
    mail = json.dumps([event(sg_event_id="forged")]).encode()
    right = signature_of(STATUS, form)
    signed = calls.sign(moment, mail)
    while True:
        yield _bent_form(random_, form, right)
        yield _bent_mail(random_, mail, signed, moment)


def _bent_form(
    random_: random.Random, form: dict[str, str], right: str
) -> tuple[str, dict[str, str], bytes]:
    path, headers, sent = STATUS, {"X-Twilio-Signature": right}, dict(form)
    match random_.randrange(5):
        case 0:
            headers["X-Twilio-Signature"] = _bent(random_, right)
        case 1:
            headers.clear()
        case 2:
            name = random_.choice(sorted(sent))
            sent[name] = _bent(random_, sent[name])
        case 3:
            path += "?" + _bent(random_, "delivery=1")
        case _:
            sent[_bent(random_, "Extra")] = "x"
    return path, headers, urlencode(sent).encode()


def _bent_mail(
    random_: random.Random, mail: bytes, signed: str, moment: str
) -> tuple[str, dict[str, str], bytes]:
    signature = "X-Twilio-Email-Event-Webhook-Signature"
    headers = {signature: signed, "X-Twilio-Email-Event-Webhook-Timestamp": moment}
    match random_.randrange(4):
        case 0:
            headers[signature] = _bent(random_, signed)
        case 1:
            headers["X-Twilio-Email-Event-Webhook-Timestamp"] = str(int(moment) + 1)
        case 2:
            at = random_.randrange(len(mail))
            mail = mail[:at] + bytes([mail[at] ^ random_.randrange(1, 256)]) + mail[at + 1 :]
        case _:
            headers.pop(random_.choice(sorted(headers)))
    return MAIL, headers, mail


def _bent(random_: random.Random, text: str) -> str:
    """The same with one letter changed, added or taken away."""
    at, letter = random_.randrange(len(text)), random_.choice("ABCxyz019+/=% &é")
    changed = random_.choice([text[:at] + letter + text[at + 1 :], text[:at] + text[at + 1 :]])
    return changed if changed.strip() != text else text + "z"


def refused(caller: FlaskClient, number: int, seed: int) -> None:
    before = count(Receipt)
    for _, (path, headers, body) in zip(range(number), forgeries(seed), strict=False):
        kind = "application/json" if path == MAIL else calls.FORM
        latin = {name: value.encode().decode("latin1") for name, value in headers.items()}
        answer = caller.post(path, data=body, content_type=kind, headers=latin)
        assert 400 <= answer.status_code < 500, (seed, path, headers, body)
    assert count(Receipt) == before


def test_forgeries_are_refused(caller: FlaskClient) -> None:
    refused(caller, 600, seed=1)


@pytest.mark.slow
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # none of them gets that far
def test_ten_thousand_forgeries_are_refused(doors: Flask) -> None:
    refused(doors.test_client(), 10_000, seed=2)


# -- what others have seen ------------------------------------------------------------------------


@pytest.fixture
def real() -> Path:
    if not REAL.is_dir():
        pytest.skip("not shown here: real calls of Twilio and SendGrid are read as they came")
    return REAL


def test_real_reports_of_twilio(doors: Flask, real: Path) -> None:
    for each in json.loads((real / "twilio_status_callbacks.json").read_text("utf-8")):
        form = each.get("form") or dict(parse_qsl(each["raw"]))
        own = {"twilio_account_sid": form.get("AccountSid")}
        doors.config["SETTINGS"] = doors.config["SETTINGS"].model_copy(update=own)
        answer = twilio(doors.test_client(), STATUS, form)
        assert answer.status_code == (400 if "must-400" in each["id"] else 204), each["id"]


def test_real_signatures_of_twilio(real: Path) -> None:
    vectors = json.loads((real / "twilio_signature_vectors.json").read_text("utf-8"))
    told = vectors["signature_vectors"]
    for each in told["cases"]:
        if "params" in each:
            form = MultiDict(each["params"])
            right, token = each["signature"], told["auth_token"]
            assert signatures.is_twilio(each["url"], form, right, ["other", token])
            assert not signatures.is_twilio(each["url"] + "x", form, right, [token])
            assert not signatures.is_twilio(each["url"], form, right, [])


def test_real_signatures_of_sendgrid(real: Path) -> None:
    for each in json.loads((real / "sendgrid_signed_event_vectors.json").read_text("utf-8"))[
        "vectors"
    ]:
        signed = each["payload"].encode(), each["signature"], each["timestamp"], each["public_key"]
        with clock.at(datetime.fromtimestamp(int(each["timestamp"]), UTC)):
            assert signatures.is_sendgrid(*signed) is each["valid"], each["name"]
        assert not signatures.is_sendgrid(*signed), "that was years ago"


def test_real_events_of_sendgrid(caller: FlaskClient, real: Path) -> None:
    for each in json.loads((real / "sendgrid_events_anymail.json").read_text("utf-8")):
        (told,) = each["events"]
        with clock.at(datetime.fromtimestamp(told["timestamp"] + 5, UTC)):
            answer = sendgrid(caller, [told], at=told["timestamp"])
        assert answer.status_code == 204
        with reading() as session:
            kept = session.scalars(
                select(Receipt).where(Receipt.event_key == told["sg_event_id"])
            ).one()
        assert kept.provider_status == told["event"]
        assert kept.outcome == "parked"
