"""What the style guide shows its components with: invented, and as awkward as real life is.

Arabic beside a Latin brand, numbers, addresses and brackets of both hands, in each language.
Nothing here is read from the database, and no time depends on the day it is looked at.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace as Sample
from typing import Any, Final
from uuid import UUID

from crisis.kernel.words import isolated

NOW: Final = datetime(2026, 11, 21, 12, 17, 14, tzinfo=UTC)
"""The moment at which the style guide stands still."""
ZONE: Final = "Africa/Tripoli"
PHONE: Final = "+999 50 555 0142"
ADDRESS: Final = "https://nasaq.example/k/7K4-PX2?v=4&part=(2)"
REF: Final = "2026-014/3"

WORDS: Final[dict[str, dict[str, Any]]] = {
    "ar": {
        "title": "سيول وادي السدر وانقطاع الطريق الساحلي",
        "long": (
            "انقطاع شبكة Al-Sadr Water™ (المحطة A1‏) عن 3 أحياء [حتى 16:30] وتعليق الدراسة في "
            "مدارس المرفأ والسدر الأعلى"
        ),
        "people": [
            "هدى المبروك",
            "د. ليلى بن عمران",
            "م. خالد العبري (Khaled)",
            "سامي التليلي",
            "عقيد ياسين القاضي",
            "Anne-Marie O’Connor",
        ],
        "ministries": [
            "وزارة الداخلية",
            "وزارة الصحة",
            "وزارة النقل",
            "وزارة الموارد المائية",
            "وزارة الكهرباء والطاقات المتجددة",
            "وزارة التربية والتعليم",
        ],
        "heading": "بيان حكومي موحّد رقم (3) بشأن سيول وادي السدر",
        "paragraphs": [
            "تتابع الحكومة، عبر غرفة الأزمة المشتركة، تداعيات السيول التي شهدها وادي السدر فجر "
            "اليوم، وتعرب عن خالص مواساتها للأسر المتضررة.",
            "حتى الساعة 14:00 أُجلي 412 شخصاً من ثلاثة أحياء إلى مركزَي إيواء، وتلقّى 27 مصاباً "
            "الرعاية في مستشفى المرفأ العام.",
        ],
        "before": "منسوب السد مستقر",
        "after": "منسوب السد تحت المراقبة المستمرة",
        "around": (
            "الطريق الساحلي بين المرفأ والسدر مغلق في الاتجاهين، و",
            ". ولم تُحدَّد بعد مدة الانقطاع.",
        ),
        "sms": [
            "عاجل | غرفة الأزمة: اجتماع ضباط الاتصال الساعة 15:00 عن بعد بشأن ",
            "سيول وادي السدر. لا تصريحات قبل الاجتماع. للتأكيد افتح:\n",
            "nasaq.example/k/7K4PX2",
        ],
        "torture": [
            "شركة Al-Sadr Water™ (المحطة A1) قالت: «عاد الضخ إلى 80% قبل 16:30».",
            "راجع البيان 2026-014/3 [النسخة 4] على https://nasaq.example/k/7K4-PX2?v=4&part=(2).",
            "اتصل بالرقم +999 50 555 0142 أو 1414 (تحويلة 7)، أو اكتب إلى duty@nasaq.example!",
            "قوسان مختلطان: (أ [b {ج} d] هـ) ثم 3–5 ثم ‹AFP› ثم C++ ثم 10:45–11:15.",
            "د. Layla بن عمران / Dr. ليلى B. Omran · وزارة Health & الصحة",
        ],
    },
    "en": {
        "title": "Floods in Wadi al-Sadr, coast road cut",
        "long": (
            "Al-Sadr Water™ (محطة A1) fails in 3 districts [until 16:30]; schools of المرفأ and "
            "Upper Sadr are closed"
        ),
        "people": [
            "Huda al-Mabrouk",
            "Dr Layla bin Omran",
            "Eng. Khaled al-Abri (خالد)",
            "Sami Tlili",
            "Col. Yassin al-Qadi",
            "د. ليلى بن عمران",
        ],
        "ministries": [
            "Ministry of Interior",
            "Ministry of Health",
            "Ministry of Transport",
            "Ministry of Water Resources",
            "Ministry of Electricity and Renewable Energy",
            "Ministry of Education",
        ],
        "heading": "Unified government statement No. 3 on the floods in Wadi al-Sadr",
        "paragraphs": [
            "The government is following the floods that struck Wadi al-Sadr at dawn through the "
            "joint crisis room, and offers its sincere sympathy to the families affected.",
            "By 14:00, 412 people from three districts had been taken to two shelters, and 27 "
            "injured people were being treated at the port's general hospital.",
        ],
        "before": "the level of the dam is stable",
        "after": "the level of the dam is watched without pause",
        "around": ("The coast road is closed in both directions; ", ". How long is not yet known."),
        "sms": [
            "URGENT | Crisis room: liaison officers meet online at 15:00 about the floods in Wadi "
            "al-Sadr. No statements to the press before the meeting. Confi",
            "rm here: nasaq.example/k/7K4PX2",
        ],
        "torture": [
            "شركة السدر للمياه (Al-Sadr Water™, station A1) says pumping is back to 80% by 16:30.",
            "See statement 2026-014/3 [version 4] at https://nasaq.example/k/7K4-PX2?v=4&part=(2).",
            "Call +999 50 555 0142 or 1414 (تحويلة 7), or write to duty@nasaq.example!",
            "Mixed brackets: (a [ب {c} د] e), then 3–5, then ‹وال›, then C++, then 10:45–11:15.",
            "Dr ليلى bin Omran / د. Layla B. عمران · Ministry of الصحة & Health",
        ],
    },
    "fr": {
        "title": "Crues de l’oued Es-Sedr, route côtière coupée",
        "long": (
            "Panne d’Al-Sadr Water™ (محطة A1) dans 3 quartiers [jusqu’à 16:30] ; écoles de المرفأ "
            "et d’Es-Sedr-le-Haut fermées"
        ),
        "people": [
            "Houda El Mabrouk",
            "Dr Leïla Ben Omrane",
            "M. Khaled El Abri (خالد)",
            "Sami Tlili",
            "Col. Yassine El Kadi",
            "د. ليلى بن عمران",
        ],
        "ministries": [
            "Ministère de l’Intérieur",
            "Ministère de la Santé",
            "Ministère des Transports",
            "Ministère des Ressources en eau",
            "Ministère de l’Électricité et des énergies renouvelables",
            "Ministère de l’Éducation",
        ],
        "heading": "Communiqué gouvernemental unifié nº 3 sur les crues de l’oued Es-Sedr",
        "paragraphs": [
            "Le gouvernement suit, dans la cellule de crise commune, les crues survenues à l’aube "
            "dans l’oued Es-Sedr, et exprime sa sympathie aux familles touchées.",
            "À 14:00, 412 personnes de trois quartiers avaient été conduites dans deux centres "
            "d’hébergement, et 27 blessés étaient soignés à l’hôpital du port.",
        ],
        "before": "le niveau du barrage est stable",
        "after": "le niveau du barrage est surveillé sans relâche",
        "around": (
            "La route côtière est fermée dans les deux sens ; ",
            ". La durée de la coupure n’est pas encore connue.",
        ),
        "sms": [
            "URGENT | Cellule de crise : les points de contact se reunissent en ligne a 15:00. "
            "Pas de declaration a la presse avant la reunion. Confirmez ici : n",
            "asaq.example/k/7K4PX2",
        ],
        "torture": [
            "« شركة السدر » (Al-Sadr Water™, station A1) : pompage revenu à 80 % avant 16:30.",
            "Voir 2026-014/3 [version 4] : https://nasaq.example/k/7K4-PX2?v=4&part=(2).",
            "Appelez le +999 50 555 0142 ou le 1414 (تحويلة 7), ou duty@nasaq.example !",
            "Parenthèses mêlées : (a [ب {c} د] e), puis 3–5, ‹وال›, C++, 10:45–11:15.",
            "Dr ليلى Ben Omrane / د. Leïla B. عمران · ministère de الصحة & Santé",
        ],
    },
}


def samples(language: str) -> dict[str, Any]:
    """All that the components are shown with, in the language of the reader."""
    words = WORDS[language]
    people = [_person(n, name) for n, name in enumerate(words["people"])]
    return {
        "at": NOW,
        "zone": ZONE,
        "phone": PHONE,
        "address": ADDRESS,
        "ref": REF,
        "words": words,
        "every": {code: {**each, "told": _told(each)} for code, each in WORDS.items()},
        "people": people,
        "seals": _seals(words["ministries"], words["people"]),
        "ribbon": _ribbon(),
        "quiet_ribbon": _ribbon(pins=False),
        "content": _content(language, words),
        "ministries": {_id(n): name for n, name in enumerate(words["ministries"])},
        "change": _change(words),
        "nodes": _nodes(),
        "length": _length(language, words["sms"]),
        "short": _length(language, words["sms"][-1:]),
        "pages": Sample(now=2, last=7, total=134, previous="#pager", next="#pager"),
        "clocks": _clocks(),
    }


def _told(words: dict[str, Any]) -> list[str]:
    """Words of people as the product puts them into its own sentences: isolated."""
    one, two, _three, four, _five = words["torture"]
    return [isolated(each) for each in (one[:24], four[:30], words["title"], two)]


def _id(n: int) -> UUID:
    return UUID(int=0x5EA1_0000 + n)


def _person(n: int, name: str) -> Sample:
    return Sample(id=_id(n), name=isolated(name))


def _before(**ago: float) -> datetime:
    return NOW - timedelta(**ago)


def _seals(ministries: Sequence[str], people: Sequence[str]) -> list[Sample]:
    """One seal for each thing that can have happened to it."""
    states = ("approve", "approve", "opened", "change", "asked", "object", "refuse", "later")
    found = [
        Sample(
            slot_id=_id(n),
            state=state,
            ministry=ministries[n] if n < len(ministries) else "",
            duties=["legal" if n % 2 else "fact_checker"],
            by=isolated(people[n % len(people)]),
            at=_before(minutes=14 - n),
            nobody=state == "asked",
        )
        for n, state in enumerate(states)
    ]
    return [*found, Sample(**{**vars(found[1]), "state": "waived", "slot_id": _id(99)})]


def _ribbon(pins: bool = True) -> Sample:
    """From 09:12 to 17:00 of that day, on the clock of the zone two hours ahead."""
    start, end = _before(minutes=305), NOW + timedelta(minutes=163)
    whole = (end - start).total_seconds()

    def part(at: datetime) -> float:
        return (at - start).total_seconds() * 100 / whole

    def pin(number: int, at: datetime) -> Sample:
        due = at > NOW
        return Sample(
            at=part(at), time=at, number=None if due else number, is_due=due, crowded=False
        )

    hours = [_before(minutes=257 - 60 * n, seconds=14) for n in range(7)]
    stands = [_before(minutes=276), _before(minutes=137), NOW + timedelta(minutes=12.8)]
    return Sample(
        past=part(NOW),
        start_at=start,
        now_at=NOW,
        events=[part(_before(minutes=m)) for m in (295, 282, 250, 238, 201, 160, 121, 88, 33, 11)],
        decisions=[part(_before(minutes=m)) for m in (230, 16)],
        ticks=[Sample(at=part(hour), time=hour) for hour in hours],
        pins=[pin(n, at) for n, at in enumerate(stands, 1)] if pins else [],
    )


def _content(language: str, words: dict[str, Any]) -> Sample:
    paragraphs = [
        Sample(text=text, owner_ministry_id=_id(n)) for n, text in enumerate(words["paragraphs"])
    ]
    return Sample(titles={language: words["heading"]}, bodies={language: paragraphs})


def _change(words: dict[str, Any]) -> list[Sample]:
    first, last = words["around"]
    return [
        Sample(kind="equal", text=first),
        Sample(kind="delete", text=words["before"]),
        Sample(kind="equal", text=" "),
        Sample(kind="insert", text=words["after"]),
        Sample(kind="equal", text=last),
    ]


def _nodes() -> list[list[Sample]]:
    """How far four messages have come."""
    there = [Sample(mark="yes", at=_before(minutes=m)) for m in (19, 18, 9, 7)]
    none, unknown, lost = (Sample(mark=mark, at=None) for mark in ("none", "unknown", "no"))
    return [
        there,
        [*there[:2], none, none],
        [there[0], unknown, none, none],
        [there[0], lost, none, none],
    ]


def _length(language: str, parts: Sequence[str]) -> Sample:
    encoding, whole, each = ("UCS-2", 70, 67) if language == "ar" else ("GSM-7", 160, 153)
    room = whole if len(parts) == 1 else each
    return Sample(
        parts=list(parts),
        count=len(parts),
        encoding=encoding,
        units=sum(map(len, parts)),
        room_left=max(0, room - len(parts[-1])),
    )


def _clocks() -> list[datetime]:
    """When something is due: soon, at once, and some time ago."""
    return [NOW + timedelta(minutes=12, seconds=46), NOW + timedelta(minutes=4), _before(minutes=2)]
