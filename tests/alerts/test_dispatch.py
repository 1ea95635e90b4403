"""What the dispatcher promises of every message, one promise after the other."""

import subprocess
import sys
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, select
from sqlalchemy.engine import Engine

from crisis.alerts import lanes, milestones, sending
from crisis.alerts.couriers import Accepted, GiveUp, Letter, NotAccepted, Outcome, Unknown
from crisis.alerts.lanes import Way
from crisis.alerts.model import AlertState, Prefer
from crisis.alerts.outbox import Channel, Delivery, ErrorClass, Lane, Purpose, State, Wording
from crisis.alerts.posting import REPEATED
from crisis.incidents.model import Incident
from crisis.kernel import clock, database
from crisis.kernel.database import bookkeeping, reading
from crisis.kernel.errors import Conflict, Forbidden
from crisis.kernel.ids import OFFICE_ID
from crisis.kernel.journal import Line
from crisis.policy import Actor, Duty
from tests import given
from tests.alerts.couriers import Told
from tests.alerts.waiting import (
    QUICK,
    alert,
    all_in,
    an_alert,
    dispatching,
    queue,
    row,
    set_row,
    states,
    wait_until,
)

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def incident(house: str) -> Incident:
    return given.an_incident()


def lane(provider: str = "told") -> Lane:
    with reading() as session:
        return session.get_one(Lane, provider)


def is_broken(provider: str = "told") -> bool:
    with reading() as session:
        found = session.get(Lane, provider)
    return found is not None and found.broken_since is not None


def an_operator(on: Incident) -> Actor:
    return given.someone(Duty.ALERT_OPERATOR, on=on)


# -- taking up and handing over -------------------------------------------------------------------


def test_what_waits_is_handed_over_once_and_its_reference_kept(incident: Incident) -> None:
    ids = queue(incident, *map(str, range(40)))
    courier = Told()
    with dispatching(courier):
        wait_until(all_in(State.ACCEPTED, ids))

    assert courier.texts == Counter(map(str, range(40)))
    first = row(ids[0])
    assert (first.provider, first.reference) == ("told", f"told-{ids[0].hex}-1")
    assert (first.attempt, first.claimed_by, first.lease_until) == (1, None, None)
    assert first.accepted_at is not None
    assert first.provider_status == "queued"


def test_the_most_urgent_leaves_first_however_late_it_came(incident: Incident) -> None:
    queue(incident, "later", "later", priority=3)
    queue(incident, "soon", priority=1)
    ids = queue(incident, "now", priority=0)
    courier = Told(calls_at_once=1)
    with dispatching(courier):
        wait_until(all_in(State.ACCEPTED, ids))
        wait_until(lambda: len(courier.letters) == 4)

    assert [each.text for each in courier.letters] == ["now", "soon", "later", "later"]


def test_nothing_is_taken_up_beyond_the_slots_and_that_is_committed_before_the_call(
    incident: Incident,
) -> None:
    queue(incident, *map(str, range(12)))
    seen: list[tuple[int, int]] = []

    def look(letter: Letter) -> Outcome:
        standing = row(letter.delivery_id)
        seen.append((states()[State.SENDING], standing.attempt))
        assert standing.state == State.SENDING
        assert standing.lease_until is not None
        return Accepted(letter.text)

    courier = Told(calls_at_once=3, seconds=0.02, always=look)
    with dispatching(courier):
        wait_until(lambda: states() == {State.ACCEPTED: 12})

    assert courier.most_at_once == 3
    assert max(most for most, _ in seen) <= 3, "what a crash leaves in doubt is what was in flight"
    assert {attempt for _, attempt in seen} == {1}


def test_no_transaction_is_open_while_a_courier_is_called(incident: Incident) -> None:
    queue(incident, "one", "two")
    open_now: list[object] = []
    engine: Engine = database.engine()
    event.listen(engine, "checkout", lambda line, *_: open_now.append(line))
    event.listen(engine, "checkin", lambda line, *_: open_now.remove(line))
    during: list[int] = []

    def look(letter: Letter) -> Outcome:
        during.append(len(open_now))
        return Accepted(letter.text)

    with dispatching(Told(seconds=0.2, always=look), timing=replace(QUICK, round=5.0)):
        wait_until(lambda: len(during) == 2)

    assert during == [0, 0]


def test_a_commit_wakes_it_long_before_the_next_round(incident: Incident) -> None:
    courier = Told()
    with dispatching(courier, timing=replace(QUICK, round=300.0)) as working:
        time.sleep(0.1)
        queue(incident, "now")
        working.wake()
        wait_until(lambda: courier.letters)


def test_a_courier_that_hangs_slows_nothing_else(incident: Incident) -> None:
    queue(incident, *["sms"] * 20)
    mails = queue(incident, *map(str, range(50)), channel=Channel.EMAIL, address="a@b.example")
    hanging = Told(name="sms", seconds=60)
    post = Told(name="mail", channel=Channel.EMAIL, calls_at_once=2)
    with dispatching(hanging, post, timing=replace(QUICK, grace=0.1)):
        wait_until(all_in(State.ACCEPTED, mails))
        assert len(hanging.letters) == 4, "not one call of the other has ended meanwhile"


def test_letters_that_say_the_same_go_in_one_call(incident: Incident) -> None:
    mail = {"channel": Channel.EMAIL, "address": "a@b.example"}
    same = queue(incident, *["same"] * 7, **mail)
    other = queue(incident, *["other"] * 2, **mail)
    courier = Told(channel=Channel.EMAIL, letters_per_call=5, calls_at_once=10)
    with dispatching(courier):
        wait_until(all_in(State.ACCEPTED, same + other))

    assert sorted((call[0].text, len(call)) for call in courier.calls) == [
        ("other", 2),
        ("same", 2),
        ("same", 5),
    ]
    assert all(len({each.text for each in call}) == 1 for call in courier.calls)


def test_an_exercise_goes_to_its_own_courier_and_a_live_one_refuses_it(
    incident: Incident, caplog: pytest.LogCaptureFixture
) -> None:
    real = queue(incident, "real")
    drill = queue(incident, "drill")
    set_row(drill[0], is_exercise=True)
    live, local = Told(name="live", reaches_the_world=True), Told(name="local")
    both = {(Channel.SMS, False): live, (Channel.SMS, True): local}
    with dispatching(couriers=both):
        wait_until(all_in(State.ACCEPTED, real + drill))
    assert [each.text for each in live.letters] == ["real"]
    assert [each.text for each in local.letters] == ["drill"]

    wrong = queue(incident, "drill")
    set_row(wrong[0], is_exercise=True)
    with dispatching(live):
        wait_until(all_in(State.FAILED, wrong))
    assert row(wrong[0]).error_class == ErrorClass.NOT_ALLOWED
    assert "An exercise was given to live" in caplog.text


# -- what a courier answers -----------------------------------------------------------------------


def test_what_was_not_accepted_is_sent_again_when_the_provider_says(incident: Incident) -> None:
    ids = queue(incident, "one")
    courier = Told(answers=deque([NotAccepted("429", 0.4)]))
    began = time.monotonic()
    with dispatching(courier):
        seen: list[Delivery] = []

        def refused_once() -> bool:
            seen.append(row(ids[0]))
            return seen[-1].state == State.QUEUED and seen[-1].attempt == 1

        wait_until(refused_once)
        assert seen[-1].why == "429"
        wait_until(all_in(State.ACCEPTED, ids))

    assert time.monotonic() - began >= 0.4
    assert (row(ids[0]).attempt, row(ids[0]).why) == (2, None)


def test_what_the_provider_will_never_take_has_failed_for_a_reason(incident: Incident) -> None:
    ids = queue(incident, "one")
    never = GiveUp("no such number", "21211", ErrorClass.INVALID_NUMBER)
    with dispatching(Told(always=lambda _: never)):
        wait_until(all_in(State.FAILED, ids))

    failed = row(ids[0])
    assert (failed.why, failed.error_code) == ("no such number", "21211")
    assert failed.error_class == ErrorClass.INVALID_NUMBER
    assert failed.ended_at is not None
    assert failed.attempt == 1


class Forgetful(Told):
    """Answers for fewer letters than it was given."""

    async def send(self, letters: Sequence[Letter]) -> Sequence[Outcome]:
        await super().send(letters)
        return []


@pytest.mark.parametrize(
    "answer",
    [
        GiveUp("\ud800 no\x00", "\x0021211"),
        NotAccepted("\x00\udfff", 0.05),
        Unknown("\x00"),
        Accepted("SM\x00\ud800", "\x00"),
    ],
)
def test_what_no_row_can_keep_of_an_answer_holds_up_nothing(
    incident: Incident, answer: Outcome
) -> None:
    (odd,) = queue(incident, "odd", priority=0)
    ids = queue(incident, "other")
    with dispatching(Told(calls_at_once=1, answers=deque([answer]))):
        wait_until(all_in(State.ACCEPTED, ids))
    assert row(odd).state != State.SENDING


def test_a_provider_that_lists_a_reference_no_row_can_keep_holds_up_nothing(
    incident: Incident,
) -> None:
    (odd,) = queue(incident, "odd", priority=0)
    courier = Told(answers=deque([Unknown("silence")]), has={"odd": "SM\x00\ud800"})
    with dispatching(courier):
        wait_until(all_in(State.ACCEPTED, [odd]))


@pytest.mark.parametrize(
    "courier",
    [
        lambda: Told(always=lambda _: Unknown("500")),
        lambda: Told(raises=RuntimeError("a fault")),
        lambda: Told(seconds=60),
        Forgetful,
    ],
    ids=["says so", "fails", "is silent", "forgets"],
)
def test_what_may_have_left_is_unknown_and_never_sent_again(
    incident: Incident, courier: Callable[[], Told]
) -> None:
    ids = queue(incident, "one")
    told = courier()
    with dispatching(told, timing=replace(QUICK, call=0.5)):
        wait_until(lambda: row(ids[0]).looked_up == 2)
        time.sleep(0.3)

    assert row(ids[0]).state == State.UNKNOWN
    assert row(ids[0]).attempt == 1
    assert len(told.letters) == 1
    assert len(told.looked_up) == 2, "then it is left to a person"


def test_what_the_provider_reported_meanwhile_is_not_taken_back(incident: Incident) -> None:
    ids = queue(incident, "one", "two")

    def reported(letter: Letter) -> Outcome:
        set_row(letter.delivery_id, state=State.DELIVERED, claimed_by=None, lease_until=None)
        return Accepted("known") if letter.text == "one" else Unknown("reset")

    with dispatching(Told(always=reported)):
        wait_until(lambda: row(ids[0]).reference == "known")
        time.sleep(0.1)

    assert states() == {State.DELIVERED: 2}


# -- what nobody knows ----------------------------------------------------------------------------


def test_what_a_worker_died_with_is_looked_up_and_not_sent(incident: Incident) -> None:
    ids = queue(incident, "listed", "lost")
    for each in ids:
        set_row(
            each,
            state=State.SENDING,
            attempt=1,
            provider="told",
            lease_until=clock.now() + timedelta(seconds=3),
        )
    courier = Told(has={"listed": "SM1"})
    with dispatching(courier):
        time.sleep(0.1)
        assert states() == {State.SENDING: 2}, "its lease has not run out"
        wait_until(lambda: row(ids[1]).looked_up == 2)

    assert (row(ids[0]).state, row(ids[0]).reference) == (State.ACCEPTED, "SM1")
    assert row(ids[1]).state == State.UNKNOWN
    assert courier.letters == []


def test_a_provider_that_keeps_no_list_is_asked_twice_and_then_a_person(incident: Incident) -> None:
    ids = queue(incident, "one")
    courier = Told(always=lambda _: Unknown("reset"), lists=False)
    with dispatching(courier):
        wait_until(lambda: row(ids[0]).looked_up == 2)
        time.sleep(0.3)
        assert len(courier.looked_up) == 2
        courier.lists, courier.has = True, {"one": "SM7"}
        sending.check_again(an_operator(incident), ids[0])
        wait_until(all_in(State.ACCEPTED, ids))

    assert row(ids[0]).reference == "SM7"


def test_the_list_cannot_give_two_messages_one_reference(incident: Incident) -> None:
    """The same words to the same number twice: what was found is the other one."""
    ids = queue(incident, "same", "same")
    courier = Told(has={"same": "SM1"})
    courier.answers.extend([Accepted("SM1"), Unknown("reset")])
    with dispatching(courier):
        wait_until(lambda: sum(row(each).looked_up for each in ids) == 2)

    assert sorted(row(each).state for each in ids) == [State.ACCEPTED, State.UNKNOWN]


def test_an_alert_that_prefers_to_reach_is_repeated_once_and_says_so(incident: Incident) -> None:
    reach = an_alert(incident, prefer=Prefer.REACH)
    once = an_alert(incident, number=2)
    queue(incident, "must arrive", alert_id=reach)
    queue(incident, "only once", alert_id=once)
    courier = Told(always=lambda _: Unknown("reset"))
    repetition = REPEATED["ar"] + "must arrive"
    with dispatching(courier, timing=replace(QUICK, look_after=0.15)):
        wait_until(lambda: courier.texts[repetition] == 1)
        wait_until(lambda: sum(row.looked_up for row in rows()) == 6)
        time.sleep(0.3)

    assert courier.texts == {"must arrive": 1, "only once": 1, repetition: 1}
    (first,) = [each for each in rows() if each.repeat_of_id]
    assert row(first.repeat_of_id or first.id).alert_id == reach


def rows() -> list[Delivery]:
    with reading() as session:
        return list(session.scalars(select(Delivery)))


# -- what must not leave --------------------------------------------------------------------------


def test_what_ended_or_was_stopped_does_not_leave(incident: Incident) -> None:
    cancelled = an_alert(incident, state=AlertState.CANCELLED)
    late = queue(incident, "late", expires_at=clock.now() - timedelta(seconds=1))
    stopped = queue(incident, "stopped", alert_id=cancelled)
    marked = queue(incident, "marked")
    set_row(marked[0], state=State.CANCELLED)
    tomorrow = queue(incident, "tomorrow", at=clock.now() + timedelta(days=1))
    courier = Told()
    with dispatching(courier):
        wait_until(all_in(State.EXPIRED, late))
        wait_until(all_in(State.CANCELLED, stopped))
        time.sleep(0.2)

    assert courier.letters == []
    assert row(late[0]).error_class == ErrorClass.EXPIRED
    assert row(tomorrow[0]).state == State.QUEUED


def test_what_comes_back_after_its_alert_was_stopped_does_not_leave_again(
    incident: Incident,
) -> None:
    stopping = an_alert(incident)
    ids = queue(incident, "one", alert_id=stopping)

    def stop(_letter: Letter) -> Outcome:
        with bookkeeping() as session:
            session.get_one(type(alert(stopping)), stopping).state = AlertState.CANCELLED
        return NotAccepted("429", 0.0)

    courier = Told(always=stop)
    with dispatching(courier):
        wait_until(all_in(State.CANCELLED, ids))
        time.sleep(0.1)
    assert len(courier.letters) == 1


def test_a_lane_that_somebody_holds_carries_nothing_until_it_is_opened(incident: Incident) -> None:
    holder = given.a_coordinator()
    sending.hold_lane(holder, OFFICE_ID, provider="told", reason="الرقم خاطئ")
    ids = queue(incident, "one")
    courier = Told()
    with dispatching(courier) as working:
        time.sleep(0.3)
        assert courier.letters == []
        assert lane().held_by_id == holder.id
        sending.open_lane(holder, OFFICE_ID, provider="told")
        working.wake()
        wait_until(all_in(State.ACCEPTED, ids))
    with pytest.raises(Conflict):
        sending.open_lane(holder, OFFICE_ID, provider="told")


def test_who_keeps_alerts_by_standing_duty_may_hold_a_lane(house: str) -> None:
    operator = given.a_person(standing_duty=Duty.ALERT_OPERATOR)
    sending.hold_lane(operator, OFFICE_ID, provider="told", reason="الرقم خاطئ")
    sending.open_lane(operator, OFFICE_ID, provider="told")
    with pytest.raises(Forbidden):
        sending.hold_lane(given.a_person(), OFFICE_ID, provider="told", reason="لا")


# -- a provider that fails ------------------------------------------------------------------------


def test_five_in_doubt_shut_the_lane_and_a_probe_opens_it(incident: Incident) -> None:
    sms = an_alert(incident)
    ids = queue(incident, *map(str, range(20)), alert_id=sms)
    mails = queue(incident, "mail", channel=Channel.EMAIL, address="a@b.example", alert_id=sms)
    works: list[bool] = []
    courier = Told(
        calls_at_once=1,
        always=lambda letter: Accepted(letter.text) if works else Unknown("503"),
    )
    post = Told(name="mail", channel=Channel.EMAIL)
    began = time.monotonic()
    with dispatching(courier, post):
        wait_until(lambda: is_broken() and alert(sms).state == AlertState.PAUSED)
        assert lane().why == "503"
        wait_until(all_in(State.ACCEPTED, mails))
        time.sleep(0.5)
        wait_until(lambda: len(courier.letters) > 5)
        probes = len(courier.letters) - 5
        assert probes <= 1 + (time.monotonic() - began) / QUICK.probe, "one probe at a time"
        works.append(True)
        wait_until(lambda: states(ids)[State.QUEUED] == 0)
        wait_until(lambda: alert(sms).state in {AlertState.SENT, AlertState.SENDING})
        assert not is_broken()
        wait_until(lambda: alert(sms).state == AlertState.SENT)

    assert set(courier.texts.values()) == {1}
    assert states(ids)[State.ACCEPTED] == 20 - states(ids)[State.UNKNOWN]


def test_a_lane_that_is_shut_with_nothing_left_to_try_it_opens_and_asks(
    incident: Incident,
) -> None:
    ids = queue(incident, *map(str, range(6)))
    courier = Told(always=lambda _: Unknown("503"), has={str(n): f"SM{n}" for n in range(6)})
    with dispatching(courier):
        wait_until(all_in(State.ACCEPTED, ids))
        wait_until(lambda: not is_broken())

    assert len(courier.letters) == 6


def test_a_pause_names_the_ways_that_the_alert_waits_for_and_no_others(incident: Incident) -> None:
    by_sms, by_mail = an_alert(incident), an_alert(incident, number=2)
    queue(incident, "1", "2", alert_id=by_sms)
    queue(incident, "3", channel=Channel.EMAIL, address="a@b.example", alert_id=by_sms)
    queue(incident, "4", channel=Channel.EMAIL, address="a@c.example", alert_id=by_mail)
    both = frozenset({False, True})
    told, post = Way("told", Channel.SMS, both), Way("post", Channel.EMAIL, both)
    for provider in ("told", "elsewhere"):
        with bookkeeping() as session:
            lanes.break_lane(session, provider, "503", at=clock.now(), probe=3600)
    milestones.reach([told, post])
    with reading() as session:
        said = session.scalars(select(Line).where(Line.name == "alert.paused")).all()
    assert [(each.facts["providers"], each.facts["waiting"]) for each in said] == [(["told"], 2)]
    assert alert(by_mail).state == AlertState.SENDING


def test_a_person_can_go_on_before_the_next_trial(incident: Incident) -> None:
    paused = an_alert(incident, state=AlertState.PAUSED)
    ids = queue(incident, "one", alert_id=paused)
    with bookkeeping() as session:
        lanes.break_lane(session, "told", "503", at=clock.now(), probe=3600)
    courier = Told()
    with dispatching(courier) as working:
        time.sleep(0.2)
        assert courier.letters == []
        sending.resume_alert(an_operator(incident), paused)
        working.wake()
        wait_until(all_in(State.ACCEPTED, ids))


def test_a_provider_that_cannot_be_reached_is_not_stormed_and_found_again(
    incident: Incident,
) -> None:
    waits = an_alert(incident)
    ids = queue(incident, *map(str, range(50)), alert_id=waits)
    works: list[bool] = []
    courier = Told(
        calls_at_once=20,
        always=lambda letter: Accepted(letter.text) if works else NotAccepted("refused"),
    )
    with dispatching(courier, timing=replace(QUICK, longest_rest=0.2)):
        wait_until(lambda: alert(waits).state == AlertState.PAUSED)
        assert lane().why == "refused"
        assert len(courier.letters) < 40
        assert states(ids)[State.UNKNOWN] == 0
        works.append(True)
        wait_until(all_in(State.ACCEPTED, ids))
        wait_until(lambda: alert(waits).state == AlertState.SENT)


# -- milestones -----------------------------------------------------------------------------------


def test_an_alert_is_sent_when_all_left_and_completed_when_all_ended(incident: Incident) -> None:
    sent = an_alert(incident)
    ids = queue(incident, "one", "two", alert_id=sent)
    with dispatching(Told()):
        wait_until(lambda: alert(sent).state == AlertState.SENT)
        for each in ids:
            set_row(each, state=State.DELIVERED)
        wait_until(lambda: alert(sent).state == AlertState.COMPLETED)
    assert alert(sent).ended_at is not None


def test_an_alert_of_which_something_stays_unknown_is_completed_when_it_expires(
    incident: Incident,
) -> None:
    brief = an_alert(incident, expires_at=clock.now() + timedelta(seconds=1))
    queue(incident, "one", alert_id=brief)
    with dispatching(Told(always=lambda _: Unknown("reset"))):
        wait_until(lambda: alert(brief).state == AlertState.SENT)
        wait_until(lambda: alert(brief).state == AlertState.COMPLETED)


# -- what a person decides ------------------------------------------------------------------------


def test_what_is_unknown_can_be_sent_again_once_and_says_so(incident: Incident) -> None:
    operator = an_operator(incident)
    ids = queue(incident, "one", "two")
    set_row(ids[0], state=State.UNKNOWN)
    assert sending.send_again(operator, ids[0]).may_double
    with pytest.raises(Conflict) as refused:
        sending.send_again(operator, ids[0])
    assert refused.value.code == "sent_again"
    with pytest.raises(Conflict) as refused:
        sending.send_again(operator, ids[1])
    assert refused.value.code == "not_lost"

    (again,) = [each for each in rows() if each.repeat_of_id == ids[0]]
    with reading() as session:
        assert session.get_one(Wording, again.wording_id).text == "(تكرار) one"
    assert again.address == row(ids[0]).address


def test_what_failed_is_sent_again_in_the_same_words(incident: Incident) -> None:
    ids = queue(incident, "one")
    set_row(ids[0], state=State.FAILED)
    assert not sending.send_again(an_operator(incident), ids[0]).may_double

    (again,) = [each for each in rows() if each.repeat_of_id == ids[0]]
    assert again.wording_id == row(ids[0]).wording_id


def test_nothing_of_an_alert_that_is_over_is_sent_again(incident: Incident) -> None:
    over = an_alert(incident, expires_at=clock.now() - timedelta(minutes=1))
    ids = queue(incident, "one", alert_id=over)
    set_row(ids[0], state=State.UNKNOWN)
    with pytest.raises(Conflict) as refused:
        sending.send_again(an_operator(incident), ids[0])
    assert refused.value.code == "ended"


def test_what_somebody_found_unsent_has_failed(incident: Incident) -> None:
    ids = queue(incident, "one")
    with pytest.raises(Conflict):
        sending.mark_not_sent(an_operator(incident), ids[0], reason="لا")
    set_row(ids[0], state=State.UNKNOWN)
    sending.mark_not_sent(an_operator(incident), ids[0], reason="سجل المزود فارغ")

    assert (row(ids[0]).state, row(ids[0]).why) == (State.FAILED, "سجل المزود فارغ")


# -- coming and going -----------------------------------------------------------------------------


def test_two_dispatchers_share_the_work_and_hand_nothing_over_twice(incident: Incident) -> None:
    ids = queue(incident, *map(str, range(120)))
    one, other = Told(seconds=0.01), Told(seconds=0.01)
    with dispatching(one), dispatching(other):
        wait_until(all_in(State.ACCEPTED, ids))

    assert one.letters
    assert other.letters
    assert one.texts + other.texts == Counter(map(str, range(120)))


def test_stopped_it_ends_what_is_under_way_and_takes_up_nothing_more(incident: Incident) -> None:
    ids = queue(incident, *map(str, range(30)))
    courier = Told(calls_at_once=3, seconds=0.2)
    with dispatching(courier):
        wait_until(lambda: len(courier.letters) == 3)

    assert courier.is_closed
    assert states(ids) == {State.ACCEPTED: 3, State.QUEUED: 27}


@pytest.mark.slow
def test_a_process_that_ends_writes_down_what_came_of_its_last_calls(
    house: str, incident: Incident
) -> None:
    ids = queue(incident, *map(str, range(10)))
    command = [sys.executable, "-m", "tests.alerts.ends_while_sending", house]
    subprocess.run(command, cwd=ROOT, check=True, timeout=60)

    assert states(ids) == {State.ACCEPTED: 3, State.QUEUED: 7}


def test_while_a_story_is_told_it_rests(
    incident: Incident, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = queue(incident, "one")
    monkeypatch.setattr("crisis.jobs.heartbeat.story_is_told", lambda: True)
    courier = Told()
    with dispatching(courier):
        time.sleep(0.2)
        assert courier.letters == []
        monkeypatch.setattr("crisis.jobs.heartbeat.story_is_told", lambda: False)
        wait_until(all_in(State.ACCEPTED, ids))


def test_a_link_is_filled_in_for_each_and_stands_in_no_row(incident: Incident) -> None:
    queue(incident, "راجع {link}", purpose=Purpose.NOTICE)
    with bookkeeping() as session:
        session.scalars(select(Wording)).one().path = "/i/2026-001"
    courier = Told()
    with dispatching(courier):
        wait_until(lambda: courier.letters)

    assert courier.letters[0].text.endswith("/i/2026-001")
    assert courier.letters[0].link == ""


@pytest.mark.slow
def test_eighteen_thousand_messages_are_queued_within_seconds(incident: Incident) -> None:
    began = time.monotonic()
    queue(incident, *["same"] * 18_000)
    took = time.monotonic() - began
    print(f"18,000 messages queued in {took:.2f} s")
    assert took < 15
