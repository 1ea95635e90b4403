"""Who must leave a room is asked while others come in."""

from collections.abc import Collection
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from crisis.kernel import clock
from crisis.realtime import eviction
from crisis.realtime.eviction import Pair
from crisis.realtime.rooms import Connection


def test_whoever_enters_a_room_while_it_is_asked_is_not_taken_for_a_stranger(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = Connection(
        sid="a",
        id=uuid4(),
        session_id=uuid4(),
        person_id=uuid4(),
        language="ar",
        dismiss=lambda: None,
        incidents={uuid4(): clock.now()},
    )

    def alive(_session: Session, asked: Collection[UUID]) -> Collection[UUID]:
        return asked

    def may_follow(_session: Session, asked: Collection[Pair]) -> Collection[Pair]:
        page.incidents = {**page.incidents, uuid4(): clock.now()}
        return asked

    monkeypatch.setattr(eviction._plugged, "alive", alive, raising=False)
    monkeypatch.setattr(eviction._plugged, "may_follow", may_follow, raising=False)
    assert eviction.strangers(Session(), [page]) == {}
