"""Whose signatures a statement of a scenario needs, from the policy that it names."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final, Literal
from uuid import UUID

import yaml
from pydantic import BaseModel, ConfigDict, Field

from crisis.incidents.model import Incident
from crisis.kernel.database import reading
from crisis.kernel.text import fold_arabic
from crisis.policy import LIAISONS, Duty
from crisis.replay.scenario import Happening, PersonTold
from crisis.replay.stage import Part, Stage
from crisis.statements.content import Type
from crisis.statements.model.slots import SlotSpec

_FILE: Final = Path(__file__).resolve().parents[2] / "config" / "replay" / "policies.yaml"
_SIGNS: Final = ("approval.decide", "approval.object")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Asks(_Strict):
    stage: int
    any_of: tuple[Duty, ...] = ()
    each: Literal["lead_ministry", "co_owners", "figure_owners"] | None = None
    ministry: str | None = None


class _Figure(_Strict):
    words: list[str]
    owner: str


class _Table(_Strict):
    schema_: Literal["policies/1"] = Field(alias="schema")
    types: dict[Type, str]
    with_figures: list[str]
    policies: dict[str, list[_Asks]]
    figures: dict[str, _Figure]


def known_policies() -> frozenset[str]:
    """Every code a scenario may name; it may join several by `+`."""
    return frozenset(_table().policies)


def policy_for(type: Type, named: str | None) -> str:
    """The policy of a statement, its type's when it names none."""
    return named or _table().types[type]


def slots_for(stage: Stage, happening: Happening, body: str) -> list[SlotSpec]:
    """The signatures to ask for when this statement is submitted with this text."""
    part = stage.part(happening)
    with reading() as session:
        lead_id = session.get_one(Incident, stage.incident_id(happening)).lead_id
    asks = list(_asks(part, stage, happening, body, lead_id))
    for signer in _signers(stage, happening):
        if not any(_is_open_to(each, signer, stage, lead_id) for each in asks):
            last = max((each.stage for each in asks), default=1)
            asks.append(_slot_of(signer, stage, last))
    return list(dict.fromkeys(asks))


def _asks(
    part: Part, stage: Stage, happening: Happening, body: str, lead_id: UUID | None
) -> Iterator[SlotSpec]:
    table, codes = _table(), part.policy.split("+")
    if set(codes) & set(table.with_figures) and "P-FIG" not in codes:
        codes.append("P-FIG")
    for asked in (each for code in codes for each in table.policies[code]):
        if asked.any_of:
            yield SlotSpec(duties=asked.any_of, stage=asked.stage)
        if asked.ministry:
            yield SlotSpec(ministry_id=stage.ministry(asked.ministry), stage=asked.stage)
        match asked.each:
            case "lead_ministry" if lead_id:
                yield SlotSpec(ministry_id=lead_id, stage=asked.stage)
            case "co_owners":
                for code in part.co_owners:
                    yield SlotSpec(ministry_id=stage.ministry(code), stage=asked.stage)
            case "figure_owners":
                for code in _owners(stage, happening, body):
                    yield SlotSpec(ministry_id=stage.ministry(code), stage=asked.stage)


def _owners(stage: Stage, happening: Happening, body: str) -> Iterator[str]:
    """The sources of the figures it lists, and the owners of those its words tell of."""
    listed = set(happening.data.figures)
    for told in stage.scenario.told("figure.confirm", "figure.supersede"):
        if told.ref in listed and told.data.get("source") in stage.cast.ministries:
            yield told.data["source"]
    text = fold_arabic(body)
    for figure in _table().figures.values():
        said = any(fold_arabic(word) in text for word in figure.words)
        if said and figure.owner in stage.cast.ministries:
            yield figure.owner


# ── who signs by the file ────────────────────────────────────────────────────────────────────────


def _signers(stage: Stage, happening: Happening) -> Iterator[PersonTold]:
    """Those whom the file lets answer this statement later on."""
    for each in stage.scenario.later(happening, happening.ref):
        if each.type in _SIGNS and "rejected" not in each.expect:
            yield stage.scenario.people[each.actor]


def _is_open_to(slot: SlotSpec, signer: PersonTold, stage: Stage, lead_id: UUID | None) -> bool:
    own = stage.ministry(signer.org)
    if slot.ministry_id is not None:
        return signer.duty in LIAISONS and slot.ministry_id == own
    leads = signer.duty in LIAISONS and own == lead_id
    return (Duty.LEAD_LIAISON if leads else signer.duty) in slot.duties


def _slot_of(signer: PersonTold, stage: Stage, last: int) -> SlotSpec:
    if signer.duty in LIAISONS:
        return SlotSpec(ministry_id=stage.ministry(signer.org), stage=last)
    return SlotSpec(duties=(signer.duty,), stage=last)


@cache
def _table() -> _Table:
    return _Table.model_validate(yaml.safe_load(_FILE.read_text("utf-8")))
