"""Who comes in, with what ticket, and into which room."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from crisis.account.commands import sign_out
from crisis.incidents.commands import add_note
from crisis.kernel import clock
from crisis.policy import Duty, Rank
from crisis.realtime import tickets
from crisis.realtime.tickets import GOOD_FOR
from tests import given
from tests.parts.sockets import QUERY, Page, RefusedError, SignedIn, Wire, signed_in
from tests.parts.visitor import Visitor
from tests.realtime.conftest import House

INCIDENT = "the incident of the test"


def test_a_page_hears_what_is_written_after_it_came_in(running: House) -> None:
    who = signed_in(running.coordinator, language="fr")
    page = Page(running.port, who)
    answer = page.enter(running.incident.id)
    note = add_note(running.coordinator, running.incident.id, text="Les eaux montent")
    page.wait_for(lambda: len(page.news) == 1)

    assert answer["ok"]
    assert page.numbers == [answer["head"] + 1]
    assert note.text in page.news[0]["entry"]


def test_a_ticket_from_the_page_opens_the_socket_once(running: House) -> None:
    who = signed_in(running.coordinator)
    given_out = Visitor(running.port, who).post("/ws-ticket").json()

    assert given_out["expires_in"] == GOOD_FOR.total_seconds()
    assert Page(running.port, who, ticket=given_out["ticket"]).connected is True
    assert Page(running.port, who, ticket=given_out["ticket"]).connected is False


def test_whoever_is_not_signed_in_gets_no_ticket(running: House) -> None:
    nobody = Visitor(running.port, SignedIn(running.coordinator, uuid4(), "no such cookie"))
    answer = nobody.session.post(f"{nobody.base}/ws-ticket", headers={"Accept": "application/json"})

    assert answer.status_code in {400, 401}


def test_a_ticket_opens_nothing_beside_another_session(running: House) -> None:
    theirs, mine = signed_in(running.coordinator), signed_in(given.a_coordinator())

    assert Page(running.port, mine, ticket=theirs.ticket()).connected is False


def test_an_old_ticket_opens_nothing(running: House) -> None:
    who = signed_in(running.coordinator)
    with clock.at(clock.now() - GOOD_FOR - timedelta(seconds=1)):
        ticket = who.ticket()

    assert Page(running.port, who, ticket=ticket).connected is False


def test_a_ticket_opens_nothing_after_signing_out(running: House) -> None:
    who = signed_in(running.coordinator)
    ticket = who.ticket()
    sign_out(running.coordinator, running.coordinator.id, sign_in_id=who.session_id)

    assert Page(running.port, who, ticket=ticket).connected is False


def test_a_ticket_in_the_address_is_refused(running: House) -> None:
    ticket = signed_in(running.coordinator).ticket()
    with pytest.raises(RefusedError) as refused:
        Wire(running.port, query=f"{QUERY}&ticket={ticket}")

    assert refused.value.status == 400
    assert tickets.redeem(ticket) is not None


def test_outsiders_learn_nothing_of_an_incident(running: House) -> None:
    restricted = given.an_incident(by=running.coordinator, restricted=True)
    other_coordinator = signed_in(given.a_coordinator())
    member = signed_in(given.a_person(rank=Rank.MEMBER))
    refusals = [
        Page(running.port, member).enter(running.incident.id),
        Page(running.port, member).enter(uuid4()),
        Page(running.port, other_coordinator).enter(restricted.id),
        Page(running.port, other_coordinator).enter(uuid4()),
    ]

    assert {each["code"] for each in refusals} == {"not_found"}
    assert len({each["why"] for each in refusals}) == 1


@pytest.mark.parametrize("duty", [Duty.LIAISON, Duty.OBSERVER])
def test_a_duty_in_a_restricted_incident_opens_its_room(running: House, duty: Duty) -> None:
    restricted = given.an_incident(by=running.coordinator, restricted=True)
    who = signed_in(given.someone(duty, on=restricted))

    assert Page(running.port, who).enter(restricted.id)["ok"]


@pytest.mark.parametrize(
    ("event", "told"),
    [
        ("enter", {}),
        ("enter", None),
        ("enter", []),
        ("enter", "x"),
        ("enter", {"incident": INCIDENT}),
        ("enter", {"incident": INCIDENT, "after": -1}),
        ("enter", {"incident": INCIDENT, "after": 10**18}),
        ("enter", {"incident": INCIDENT, "after": "1"}),
        ("enter", {"incident": INCIDENT, "after": 1.5}),
        ("enter", {"incident": INCIDENT, "after": True}),
        ("enter", {"incident": INCIDENT, "after": 0, "as": "admin"}),
        ("enter", {"incident": {"$ne": 1}, "after": 0}),
        ("enter", {"incident": [INCIDENT], "after": 0}),
        ("enter", {"incident": "\ud800", "after": 0}),
        ("leave", {"incident": "x"}),
        ("enter_office", {"incident": INCIDENT}),
    ],
)
def test_what_is_not_well_said_is_refused_and_the_page_stays(
    running: House, event: str, told: Any
) -> None:
    page = Page(running.port, signed_in(running.coordinator))
    if isinstance(told, dict) and told.get("incident") == INCIDENT:
        told = {**told, "incident": str(running.incident.id)}

    answer = page.ask(event, told)

    assert (answer["ok"], answer["code"]) == (False, "invalid")
    assert page.enter(running.incident.id)["ok"]


def test_events_that_only_servers_send_are_ignored(running: House) -> None:
    listener, page = running.page(), running.page()
    for event in ("news", "evicted", "changed", "published", "connect", "disconnect", "__proto__"):
        page.wire.send(f'42["{event}",{{"seq":99999}}]')
    add_note(running.coordinator, running.incident.id, text="ملاحظة")
    listener.wait_for(lambda: len(listener.news) == 1)
    page.wait_for(lambda: len(page.news) == 1)

    assert [each.event for each in listener.heard if each.event != "pulse"] == ["news"]


def test_whoever_has_left_hears_no_more(running: House) -> None:
    page, other = running.page(), running.page()
    assert page.ask("leave", {"incident": str(running.incident.id)})["ok"]
    add_note(running.coordinator, running.incident.id, text="ملاحظة")
    other.wait_for(lambda: len(other.news) == 1)

    assert page.news == []


def test_a_page_listens_to_eight_incidents_at_most(running: House) -> None:
    page = Page(running.port, signed_in(running.coordinator))
    answers = [page.enter(given.an_incident(by=running.coordinator).id) for _ in range(9)]

    assert [each["ok"] for each in answers] == [True] * 8 + [False]
    assert answers[-1]["code"] == "too_many"


def test_the_dashboard_is_nudged_only_about_what_its_reader_may_follow(running: House) -> None:
    coordinator, member = signed_in(given.a_coordinator()), signed_in(given.a_person())
    restricted = given.an_incident(by=running.coordinator, restricted=True)
    pages = [Page(running.port, coordinator), Page(running.port, member)]
    insider = Page(running.port, signed_in(running.coordinator))
    for page in (*pages, insider):
        assert page.ask("enter_office")["ok"]

    add_note(running.coordinator, restricted.id, text="سري")
    insider.wait_for(lambda: len(insider.named("changed")) >= 1)
    assert [each.named("changed") for each in pages] == [[], []]

    add_note(running.coordinator, running.incident.id, text="علني")
    pages[0].wait_for(lambda: pages[0].named("changed") == [{}])
    assert pages[1].named("changed") == []


def test_the_pulse_says_who_is_there_and_up_to_where_the_page_is_told(running: House) -> None:
    incident = given.an_incident(by=running.coordinator)
    noor = signed_in(given.someone(Duty.LIAISON, on=incident))
    first = Page(running.port, signed_in(running.coordinator))
    head = first.enter(incident.id)["head"]
    first.wait_for(lambda: len(first.named("pulse")) == 1)
    second = Page(running.port, noor)
    second.enter(incident.id)
    first.wait_for(lambda: str(noor.person.id) in first.named("pulse")[-1]["present"])
    second.close()
    first.wait_for(lambda: str(noor.person.id) not in first.named("pulse")[-1]["present"])

    assert {each["head"] for each in first.named("pulse")} == {head}
