"""Work that goes on: through failures, at once when nudged, and never in silence."""

import threading
import time

import pytest

from crisis.realtime.rounds import Rounds


def test_a_round_that_fails_is_tried_until_it_succeeds(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("crisis.realtime.rounds.PAUSE_SECONDS", 0.01)
    done = threading.Event()
    tries = iter([OSError("away"), OSError("away"), None])

    def act() -> None:
        if trouble := next(tries, None):
            raise trouble
        done.set()

    rounds = Rounds("tailer", act, seconds=0.01)
    rounds.start()
    assert done.wait(5)
    rounds.stop()

    said = [record.getMessage() for record in caplog.records]
    assert said == ["The tailer failed, and will try until it succeeds", "The tailer works again"]


def test_a_nudge_is_followed_at_once() -> None:
    done = threading.Event()
    rounds = Rounds("tailer", done.set, seconds=60)
    rounds.start()
    rounds.nudge()
    assert done.wait(5)
    rounds.stop()


def test_what_does_not_work_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crisis.realtime.rounds.STALE_SECONDS", 0.05)
    rounds = Rounds("tailer", lambda: time.sleep(0.2), seconds=0)
    assert rounds.wrong() == "the tailer was not started"
    rounds.start()
    assert rounds.wrong() is None
    time.sleep(0.1)
    assert rounds.wrong() == "the tailer failed for 0 s"
    rounds.stop()
    assert rounds.wrong() == "the tailer has ended"
