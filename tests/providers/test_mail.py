"""Mail: a thousand readers in one call with a link each, and a mail server with all its moods."""

import asyncio
import json
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from crisis.alerts import links
from crisis.alerts.couriers import Accepted, GiveUp, Letter, NotAccepted, Outcome, Unknown
from crisis.alerts.outbox import ErrorClass
from crisis.providers import sendgrid, smtp, wire
from crisis.providers.sendgrid import SendGrid
from crisis.providers.smtp import Smtp
from tests.fakes.provider import a_provider
from tests.providers.letters import a_mail, numbered
from tests.providers.mail_server import MailServer, a_mail_server


@pytest.fixture(autouse=True)
def _addresses() -> None:
    links.plug("a key of the tests alone, and of nothing else", "https://nasaq.gov.example")


@pytest.fixture
def server() -> Iterator[MailServer]:
    with a_mail_server() as server:
        yield server


def by_smtp(server: MailServer, *letters: Letter, **more: Any) -> Sequence[Outcome]:
    async def hand_over() -> Sequence[Outcome]:
        usual = {"host": "127.0.0.1", "port": server.port, "security": "none"}
        own = smtp.Server(sender="Centre <alerts@gov.example>", **{**usual, **more})
        courier = Smtp(own)
        try:
            return await courier.send(letters)
        finally:
            await courier.close()

    return asyncio.run(hand_over())


def by_sendgrid(folder: Path, letters: Sequence[Letter]) -> tuple[Sequence[Outcome], list[Any]]:
    """What came of each, and every mail that was asked for."""
    asked: list[Any] = []

    async def hand_over(address: str) -> Sequence[Outcome]:
        courier = SendGrid(sendgrid.Account("SG.key", "Centre <alerts@gov.example>", address))
        real = courier._wire.post

        async def listen(url: str, **told: Any) -> wire.Answer:
            asked.append((url, json.loads(told["body"]), told["headers"]))
            return await real(url, **told)

        courier._wire.post = listen  # type: ignore[method-assign]  # to read what goes out
        try:
            return await courier.send(letters)
        finally:
            await courier.close()

    with a_provider(folder / "journal") as provider:
        return asyncio.run(hand_over(provider.url)), asked


def test_a_thousand_readers_get_one_call_and_a_link_each(tmp_path: Path) -> None:
    letters = numbered(1000)
    outcomes, asked = by_sendgrid(tmp_path, letters)
    assert {type(each) for each in outcomes} == {Accepted}
    assert len(outcomes) == 1000
    ((url, mail, headers),) = asked
    assert url.endswith("/v3/mail/send")
    assert headers["Authorization"] == "Bearer SG.key"
    assert len(mail["personalizations"]) == 1000
    for letter, each in zip(letters, mail["personalizations"], strict=True):
        assert each["to"] == [{"email": letter.address}]
        assert each["custom_args"] == {"delivery_id": str(letter.delivery_id)}
        assert each["substitutions"] == {sendgrid.LINK: letter.link}
    text, html = (each["value"] for each in mail["content"])
    for content in (text, html):
        assert sendgrid.LINK in content
        assert "/k/AbCdEf" not in content, "nobody gets the link of somebody else"
    assert f'href="{sendgrid.LINK}"' in html
    assert 'dir="rtl"' in html
    assert mail["from"] == {"email": "alerts@gov.example", "name": "Centre"}
    assert mail["tracking_settings"]["click_tracking"]["enable"] is False


def test_a_thousand_readers_do_not_hold_up_the_others() -> None:
    letters = numbered(1000)
    general = sendgrid._in_general(letters[0])
    began = time.thread_time()
    assert all(sendgrid._in_general(each) == general for each in letters)
    json.dumps(sendgrid.mail_of("alerts@gov.example", general, letters))
    assert time.thread_time() - began < 0.25


def test_who_has_other_words_goes_apart(tmp_path: Path) -> None:
    one, two = numbered(2)
    other = a_mail(3, text="غير هذا", link="")
    outcomes, asked = by_sendgrid(tmp_path, [one, other, two])
    assert [type(each) for each in outcomes] == [Accepted, NotAccepted, Accepted]
    assert len(asked[0][1]["personalizations"]) == 2


def test_a_subject_of_two_lines_leaves_nowhere(tmp_path: Path) -> None:
    for subject in ("a\r\nBcc: b@c.example", "a\nb", "a\u2028b", "a\x85b"):
        outcomes, asked = by_sendgrid(tmp_path, [a_mail(subject=subject)])
        assert isinstance(outcomes[0], GiveUp)
        assert asked == []


def test_one_bad_address_takes_nobody_with_it() -> None:
    said = {"errors": [{"field": "personalizations.1.to.0.email", "message": "not an address"}]}
    answer = wire.Answer(400, {}, json.dumps(said).encode())
    outcomes = sendgrid.outcomes_of(answer, 3)
    assert outcomes[1] == GiveUp("not an address", "400", ErrorClass.INVALID_NUMBER)
    assert [type(outcomes[0]), type(outcomes[2])] == [NotAccepted, NotAccepted]


@pytest.mark.parametrize("body", [b"", b"[]", b'{"errors": 3}', b'{"errors": ["x"]}', b"\xff"])
def test_a_refusal_without_reasons_is_one(body: bytes) -> None:
    assert sendgrid.outcomes_of(wire.Answer(400, {}, body), 1) == [GiveUp("HTTP 400", "400")]
    assert isinstance(sendgrid.outcomes_of(wire.Answer(401, {}, body), 1)[0], NotAccepted)


# -- a mail server --------------------------------------------------------------------------------


def test_a_mail_arrives_whole_in_both_forms(server: MailServer) -> None:
    letter = a_mail()
    (outcome,) = by_smtp(server, letter)
    assert outcome == Accepted(f"{letter.delivery_id.hex}.1@gov.example", "250")
    ((to, body),) = server.taken
    mail = message_from_bytes(body, policy=SMTP)
    assert isinstance(mail, EmailMessage)
    assert (to, mail["To"], mail["From"]) == (
        letter.address,
        letter.address,
        "Centre <alerts@gov.example>",
    )
    assert mail["Subject"] == letter.subject
    assert mail["Auto-Submitted"] == "auto-generated"
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert ".نقطة في أول السطر" in text.get_content()
    assert letter.link in text.get_content()
    assert 'dir="rtl"' in html.get_content()
    assert max(map(len, body.split(b"\r\n"))) <= 998
    assert b"\n" not in body.replace(b"\r\n", b"")


def test_one_connection_carries_several(server: MailServer) -> None:
    outcomes = by_smtp(server, *numbered(5))
    assert [type(each) for each in outcomes] == [Accepted] * 5
    assert server.connections == 1
    assert len(server.taken) == 5


def test_each_reader_has_an_outcome_of_their_own(server: MailServer) -> None:
    server.manners.recipients = {
        "reader2@gov.example": "550 5.1.1 no such user",
        "reader3@gov.example": "451 4.7.1 come again later",
        "reader4@gov.example": "552 5.2.2 box is full",
    }
    taken, nobody, later, full, last = by_smtp(server, *numbered(5))
    assert isinstance(taken, Accepted)
    assert isinstance(last, Accepted)
    assert isinstance(nobody, GiveUp)
    assert nobody.error_class is ErrorClass.INVALID_NUMBER
    assert isinstance(full, GiveUp)
    assert full.error_class is ErrorClass.UNREACHABLE
    assert later == NotAccepted("451 4.7.1 come again later", smtp.GREYLISTED_SECONDS)
    assert len(server.taken) == 2


def test_no_answer_after_the_text_proves_nothing(server: MailServer) -> None:
    server.manners.end = None
    first, second = by_smtp(server, *numbered(2))
    assert isinstance(first, Unknown)
    assert isinstance(second, Unknown)
    assert len(server.taken) == 2


@pytest.mark.parametrize(
    ("end", "expected"), [("451 4.3.0 not now", NotAccepted), ("554 5.7.1 looks bad", GiveUp)]
)
def test_a_clear_no_after_the_text_is_one(
    server: MailServer, end: str, expected: type[Outcome]
) -> None:
    server.manners.end = end
    (outcome,) = by_smtp(server, a_mail())
    assert isinstance(outcome, expected)
    assert server.taken == []


@pytest.mark.parametrize(
    ("manners", "expected"),
    [
        ({"greeting": "554 not today"}, NotAccepted),
        ({"sender": "451 later"}, NotAccepted),
        ({"sender": "550 who are you"}, GiveUp),
        ({"data": "451 later"}, NotAccepted),
    ],
)
def test_before_the_text_nothing_has_left(
    server: MailServer, manners: dict[str, str], expected: type[Outcome]
) -> None:
    for name, value in manners.items():
        setattr(server.manners, name, value)
    outcomes = by_smtp(server, *numbered(2))
    assert [type(each) for each in outcomes] == [expected] * 2
    assert server.taken == []


def test_a_wrong_password_leaves_everything_for_later(server: MailServer) -> None:
    server.manners.login = "535 5.7.8 no"
    (outcome,) = by_smtp(server, a_mail(), user="nasaq", password="wrong")
    assert isinstance(outcome, NotAccepted)
    assert "wrong" not in outcome.why


def test_an_address_in_arabic_goes_to_a_server_that_takes_it(server: MailServer) -> None:
    letter = a_mail(address="ليلى@gov.example")
    (outcome,) = by_smtp(server, letter)
    assert isinstance(outcome, Accepted)
    assert server.taken[0][0] == "ليلى@gov.example"
    assert any("SMTPUTF8" in line for line in server.lines)


def test_an_address_in_arabic_is_given_up_where_none_takes_it(server: MailServer) -> None:
    server.manners.utf8 = False
    (outcome,) = by_smtp(server, a_mail(address="ليلى@gov.example"))
    assert isinstance(outcome, GiveUp)
    assert outcome.error_class is ErrorClass.INVALID_NUMBER


def test_hostile_headers_leave_nowhere(server: MailServer) -> None:
    for subject in ("a\r\nBcc: b@c.example", "a\nb"):
        (outcome,) = by_smtp(server, a_mail(subject=subject))
        assert isinstance(outcome, GiveUp)
    (outcome,) = by_smtp(server, a_mail(address="a@b.example\r\nRCPT TO:<x@y.example>"))
    assert isinstance(outcome, GiveUp)
    assert server.taken == []


def test_the_same_attempt_has_the_same_name() -> None:
    letter = a_mail(delivery_id=UUID(int=7))
    assert smtp.message_id(letter, "a@b.example") == f"<{UUID(int=7).hex}.1@b.example>"


def test_what_does_not_fit_in_the_time_waits(
    server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "ENOUGH_SECONDS", -1.0)
    outcomes = by_smtp(server, *numbered(3))
    assert outcomes == [NotAccepted("not begun", 0.0)] * 3


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for this machine that nobody else trusts, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    own = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(own)
        .issuer_name(own)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = tmp_path / "public.pem", tmp_path / "private.pem"
    public.write_bytes(signed.public_bytes(Encoding.PEM))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return public, private


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_mail_is_sealed_on_its_way_and_only_to_whom_we_trust(
    certificate: tuple[Path, Path], security: smtp.Security
) -> None:
    public, _ = certificate
    with a_mail_server(certificate, at_once=security == "tls") as server:
        (outcome,) = by_smtp(server, a_mail(), security=security)
        assert isinstance(outcome, NotAccepted), "nobody told us to trust it"
        trusted = {"security": security, "certificates": str(public), "host": "localhost"}
        (outcome,) = by_smtp(server, a_mail(), **trusted)
        assert isinstance(outcome, Accepted)
        (outcome,) = by_smtp(server, a_mail(), **{**trusted, "host": "127.0.0.1"})
        assert isinstance(outcome, NotAccepted), "that is not the name in its certificate"
    assert len(server.taken) == 1


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_no_mail_goes_in_the_open_to_a_server_without_seals(
    server: MailServer, security: smtp.Security
) -> None:
    (outcome,) = by_smtp(server, a_mail(), security=security)
    assert isinstance(outcome, NotAccepted)
    assert server.taken == []
