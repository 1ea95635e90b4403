"""What a statement of 2,000 words in each of three languages costs: compared, frozen, checked."""

import argparse
import json
import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from difflib import SequenceMatcher
from typing import Final

from crisis.statements.content import (
    LANGUAGES,
    Content,
    Language,
    Paragraph,
    Type,
    canonical_bytes,
    fingerprint,
    from_canonical,
)
from crisis.statements.diff import diff_contents
from crisis.statements.lint import LintContext, check
from crisis.statements.written_content import names_in, written

WORDS: Final = 2000
CHANGED: Final = 40
NOW: Final = datetime(2026, 11, 10, 12, tzinfo=UTC)
CONTEXT: Final = LintContext(level=3, now=NOW, zone="Africa/Tripoli", country="LY")


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9, help="at least 5 for an honest median")
    rounds = max(parser.parse_args().rounds, 5)
    measured(0)  # the first time reads the rules
    report([measured(n) for n in range(1, rounds + 1)], statement(random.Random(1)))


def measured(seed: int) -> dict[str, float]:
    """Seconds for each piece of work, on a statement that was not seen before."""
    old = statement(random.Random(seed))
    new = edited(old, random.Random(seed))
    frozen = canonical_bytes(old)
    work: dict[str, Callable[[], object]] = {
        "word diff": lambda: diff_contents(old, new),
        "  difflib alone, by words": lambda: compared_plainly(old, new),
        "canonical bytes, SHA-256": lambda: fingerprint(canonical_bytes(old)),
        "  json.dumps alone": lambda: json.dumps(asdict(old), default=str, ensure_ascii=False),
        "back from the bytes": lambda: from_canonical(frozen),
        "lint, every rule": lambda: check(old, CONTEXT),
    }
    return {name: seconds(each) for name, each in work.items()}


def statement(chance: random.Random) -> Content:
    """Lines of the holding statements among shuffled words, in paragraphs of about forty words."""
    return Content(
        Type.INITIAL,
        titles={"ar": "بيان", "en": "Statement", "fr": "Communiqué"},
        bodies={language: body(language, chance) for language in LANGUAGES},
        channels=frozenset({"website", "radio"}),
        next_update_at=NOW.replace(hour=13),
    )


def body(language: Language, chance: random.Random) -> tuple[Paragraph, ...]:
    books = [written(f"playbooks/{name}.yaml") for name in names_in("playbooks")]
    lines = [
        line for book in books for line in book["holding_statement"]["body"][language].split("\n")
    ]
    vocabulary = [word for line in lines for word in line.split()]
    paragraphs, words = [], 0
    while words < WORDS:
        text = f"{chance.choice(lines)} {' '.join(chance.sample(vocabulary, 20))} {words}."
        paragraphs.append(Paragraph(text))
        words += len(text.split())
    return tuple(paragraphs)


def edited(content: Content, chance: random.Random) -> Content:
    """The same with forty words replaced in each language, and one paragraph more."""
    bodies = {}
    for language, paragraphs in content.bodies.items():
        texts = [paragraph.text.split(" ") for paragraph in paragraphs]
        for n in range(CHANGED):
            words = chance.choice(texts)
            words[chance.randrange(len(words))] = f"جديد{n}"
        texts.insert(len(texts) // 2, ["فقرة", "جديدة", "كلها."])
        bodies[language] = tuple(Paragraph(" ".join(words)) for words in texts)
    return replace(content, bodies=bodies)


def compared_plainly(old: Content, new: Content) -> object:
    """What one would write first: the whole text of each language, split at white space."""
    return [
        SequenceMatcher(
            None, old.text(each).split(), new.text(each).split(), autojunk=False
        ).get_opcodes()
        for each in LANGUAGES
    ]


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def report(rows: Sequence[Mapping[str, float]], content: Content) -> None:
    counts = ", ".join(f"{len(content.text(each).split()):,} {each}" for each in LANGUAGES)
    print(f"Words: {counts}. Milliseconds, {len(rows)} rounds, each with new texts")
    for name in rows[0]:
        times = sorted(1000 * row[name] for row in rows)
        print(
            f"  {name:28} median {statistics.median(times):7.1f}   "
            f"{times[0]:.1f} to {times[-1]:.1f}"
        )


if __name__ == "__main__":
    main()
