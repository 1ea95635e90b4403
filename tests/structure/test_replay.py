"""The committed list of what a scenario may say is what the product does, and it only grows."""

from collections import defaultdict

from crisis.replay.acts import ACTS
from crisis.replay.acts_of_statements import TIMERS
from crisis.replay.judging import JUDGES
from crisis.replay.playing import read
from crisis.replay.supported import supported
from tests.replay.stories import NIGHT


def names(told: str) -> set[str]:
    return set(told.split())


FILE = "config/replay/supported.yaml"
EVENTS = names(
    """
    ack alert.confirm alert.create alert.dispatch approval.decide approval.object approval.ratify
    comment decision delivery.callback delivery.dispatch delivery.summary emergency_release
    inbound.sms incident.close incident.dismiss incident.open incident.report incident.stand_down
    incident.watch legal.objection level.assess lint.waiver_denied lint.waiver_granted
    lint.waiver_request log.export ltt.release media.observed observation phase.change
    provider.outage provider.resume qa.release
    release report.unconfirmed role.accept role.assign role.decline role.handover statement.create
    statement.edit statement.review_pass statement.submit statement.withdraw timer.fired
    translation.review warroom.message
    """
)
EXPECTS = names(
    """
    TTFS_min accepted_required ack approvals_void blocked_by circuit corrects delegated_to
    deputy_proposed duplicates emergency_outcome escalate_to hash_chain late late_vs_promise_min
    level log note on_time page phase quorum ratify_due rejected reminder requests role_reached
    same_channels segments_ar state status time_error_to_correction_min
    timer_due timer_stopped timers_shortened warn
    """
)
"""What was supported once. Names are added here with the file, and never taken away."""


def test_the_list_is_what_can_be_played_and_judged() -> None:
    judged = defaultdict[str, set[str]](set)
    for type_, key in JUDGES:
        judged[key].add(type_)
    listed = supported()

    assert set(listed.events) == set(ACTS), f"What to do: bring {FILE} into line with the acts."
    assert {key: set(types) for key, types in listed.expects.items()} == judged, FILE
    assert set(listed.timers) == set(TIMERS), FILE


def test_the_list_only_grows() -> None:
    lost = (EVENTS - set(supported().events)) | (EXPECTS - set(supported().expects))

    assert not lost, f"{sorted(lost)} could be played once. What to do: play it again."


def test_nothing_is_both_there_and_still_to_come() -> None:
    listed = supported()

    assert not set(listed.events) & set(listed.later), (
        f"What to do: take it out of `later` in {FILE}."
    )
    assert not set(listed.expects) & set(listed.later_expects), FILE


def test_the_night_says_nothing_that_is_not_known() -> None:
    assert len(read(NIGHT).happenings) == 362
