"""Small scenarios for tests: an office of six, and whatever a test lets happen."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from crisis.replay.playing import play, read
from crisis.replay.report import Report

NIGHT: Final = Path(__file__).parents[2] / "config" / "demo" / "scenarios" / "flood_24h.json"
T0: Final = "2026-11-10T22:40:00+02:00"
PEOPLE: Final = {
    "p01": ("سعاد الكيلاني", "GCC", "comms_director"),
    "p02": ("أنور بن زكري", "GCC", "coordinator"),
    "p04": ("طارق الورفلي", "GCC", "drafter"),
    "p05": ("ليلى الشريف", "GCC", "fact_checker"),
    "p11": ("نادية الرقيعي", "GCC", "legal"),
    "p20": ("يوسف الجازوي", "MWR", "lead_ministry_liaison"),
}
OPENING: Final = {
    "type": "incident.open",
    "actor": "p02",
    "ref": "IN-1",
    "data": {"level": 3, "hazard": "flood_weather", "lead_org": "MWR", "title_ar": "سيول"},
}


def event(type: str, actor: str = "p02", **told: Any) -> dict[str, Any]:
    """One event; `at_min` is its minute."""
    return {"type": type, "actor": actor, **told}


def story(*events: Mapping[str, Any], **changed: Any) -> dict[str, Any]:
    """A scenario of these events, a minute apart unless they say when; `changed` replaces parts."""
    return {
        "schema": "scenario/1",
        "id": "small-story",
        "title": {"ar": "قصة قصيرة"},
        "fictional": True,
        "t0": T0,
        "timezone": "Africa/Tripoli",
        "organisations": [
            {"code": "GCC", "kind": "centre", "name": {"ar": "المركز"}},
            {"code": "MWR", "kind": "ministry", "name": {"ar": "الموارد المائية"}},
        ],
        "people": [
            {
                "id": id,
                "name_ar": name,
                "org": org,
                "role": role,
                "email": f"{id}@gov.example",
                "mobile": f"+2189100000{id[1:]}",
            }
            for id, (name, org, role) in PEOPLE.items()
        ],
        "events": [_numbered(number, each) for number, each in enumerate(events, 1)],
        **changed,
    }


def written(folder: Path, told: object) -> Path:
    """The scenario as a file."""
    file = folder / "story.json"
    content = told if isinstance(told, bytes) else json.dumps(told, ensure_ascii=True).encode()
    file.write_bytes(content)
    return file


def played(folder: Path, *events: Mapping[str, Any], **changed: Any) -> Report:
    """What comes of playing these events at once."""
    return play(read(written(folder, story(*events, **changed))))


def verdicts(report: Report) -> Sequence[tuple[str, str | None]]:
    """Each event's verdict and the code of its refusal."""
    return [(each.verdict, each.code) for each in report.lines]


def _numbered(number: int, told: Mapping[str, Any]) -> dict[str, Any]:
    minute = told.get("at_min", number)
    at = (datetime.fromisoformat(T0) + timedelta(minutes=minute)).isoformat()
    rest = {name: value for name, value in told.items() if name != "at_min"}
    return {"seq": number, "t_min": minute, "at": at, **rest}
