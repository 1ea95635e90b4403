"""Every command and every query needs what the matrix says, before it looks at anything else."""

import inspect
import pkgutil
from collections.abc import Callable
from importlib import import_module
from typing import Any
from uuid import UUID

import pytest

import crisis
from crisis.incidents.model import Incident
from crisis.kernel.errors import Forbidden, NotFound
from crisis.kernel.ids import OFFICE_ID
from crisis.people.model import Ministry, Office, Person
from crisis.policy import Action, Duty, Rank
from tests.permissions.matrix import (
    FORBIDDEN,
    MATRIX,
    NAME,
    NOT_FOUND,
    must_be_same,
)
from tests.permissions.world import CAST, World, nothing_is_kept

Act = Callable[..., Any]

TELLING = (Duty.DIRECTOR, Duty.COORDINATOR, Duty.LIAISON, Duty.OBSERVER)
"""The duties that differ in what they give; the pages are tried with all of them."""


def found() -> dict[str, Act]:
    """Every command and query of the product, by its name in the matrix."""
    names = [each.name for each in pkgutil.walk_packages(crisis.__path__, "crisis.")]
    modules = [import_module(name) for name in names]
    return {
        f"{module.__name__.split('.')[1]}.{name}": act
        for module in modules
        for name, act in vars(module).items()
        if inspect.isfunction(act) and "action" in vars(act) and act.__module__ == module.__name__
    }


ACTS = found()
FEW = tuple(who for who in CAST if who.duty in {None, *TELLING} or who.rank is not Rank.MEMBER)
NEEDED = {name: action for action, names in MATRIX.commands.items() for name in names}


def test_every_command_has_its_row() -> None:
    must_be_same(
        set(ACTS),
        set(NEEDED),
        what="command and query",
        remedy="name it under `commands`, beside the action that it needs.",
    )


def test_every_action_says_which_commands_need_it() -> None:
    must_be_same(
        {str(each) for each in Action},
        set(MATRIX.commands),
        what="action",
        remedy="under `commands` list what needs it, be it an empty list.",
    )


def test_every_command_needs_the_action_of_its_row() -> None:
    told = {name: str(vars(act)["action"]) for name, act in ACTS.items()}
    other = {name: action for name, action in told.items() if NEEDED[name] != action}
    assert not other, f"{NAME} names another action for {other}. Which one is right?"


@pytest.mark.parametrize("name", sorted(ACTS))
def test_whoever_may_not_is_refused_before_anything_is_looked_at(
    name: str, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nothing that is sent makes sense: whoever were let in would fail in another way.
    act, action = ACTS[name], NEEDED[name]
    nonsense = dict.fromkeys(keywords(act))
    with nothing_is_kept(monkeypatch):
        for who in FEW:
            for place, subject_id in subjects(act, world).items():
                if place not in {*who.places, "office"}:
                    continue
                expected = MATRIX.expects(who, action, place)
                if expected in {FORBIDDEN, NOT_FOUND}:
                    refusal = Forbidden if expected == FORBIDDEN else NotFound
                    with pytest.raises(refusal):
                        act(world.actors[who], subject_id, **nonsense)


@pytest.mark.parametrize("name", MATRIX.commands[Action.KEEP_OWN_ACCOUNT])
def test_an_account_is_kept_by_its_owner_alone(
    name: str, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    act = ACTS[name]
    with nothing_is_kept(monkeypatch):
        for who in CAST:
            if who.duty is None:
                with pytest.raises(Forbidden):
                    act(world.actors[who], world.bystander, **dict.fromkeys(keywords(act)))


def test_a_subject_that_never_was_is_refused_in_the_words_of_a_hidden_one(world: World) -> None:
    outsider = world.actors[CAST[0]]
    hidden = world.incidents["restricted"].id
    for name, act in ACTS.items():
        if vars(act)["subject"] is not Incident:
            continue
        nonsense = dict.fromkeys(keywords(act))
        said = []
        for subject_id in (hidden, UUID(int=404)):
            with pytest.raises(NotFound) as refused:
                act(outsider, subject_id, **nonsense)
            said.append((str(refused.value.message), refused.value.code))
        assert said[0] == said[1], name


def subjects(act: Act, world: World) -> dict[str, UUID]:
    """Which records to try it on, by place."""
    kind = vars(act)["subject"]
    if kind is Incident:
        return {place: each.id for place, each in world.incidents.items()}
    if kind in world.records:
        return dict(world.records[kind])
    office: dict[type, UUID] = {
        Office: OFFICE_ID,
        Person: world.bystander,
        Ministry: world.ministry,
    }
    assert kind in office, f"say in {__name__}.subjects on which {kind.__name__} to try it"
    return {"office": office[kind]}


def keywords(act: Act) -> list[str]:
    """What it must be told, beside who and what."""
    return [
        each.name
        for each in inspect.signature(act).parameters.values()
        if each.kind is each.KEYWORD_ONLY
    ]
