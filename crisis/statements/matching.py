"""What two versions of a text have in common, in order: first word by word, then by paragraph.

Words that stand once in each version anchor the comparison, as in patience diff; only what lies
between two anchors is compared in full, and only while it is short. So the time taken grows with
the length of the text, whatever is in it.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Final, NamedTuple

Pair = tuple[int, int]
Partners = tuple[int | None, int | None]

_ANCHORINGS: Final = 3
_COMPARED_IN_FULL: Final = 250 * 250
"""The most work spent between two anchors: words of the one times words of the other."""
_ALIKE: Final = 0.3
"""From here on two paragraphs are one, changed; below, one went and another came."""
_WEIGHED: Final = 20 * 20


class _Stretch(NamedTuple):
    """old[i:k] beside new[j:m]."""

    i: int
    k: int
    j: int
    m: int


def matches(old: Sequence[str], new: Sequence[str]) -> list[Pair]:
    """Places of `old` and `new` that hold the same, both rising."""
    whole = _Stretch(0, len(old), 0, len(new))
    return list(_matches(old, new, whole, _ANCHORINGS))


def partners(old: Sequence[str], new: Sequence[str]) -> list[Partners]:
    """Each paragraph of `old` beside its successor in `new`; None beside one that went or came."""
    found: list[Partners] = []
    i = j = 0
    for same_i, same_j in [*matches(old, new), (len(old), len(new))]:
        between = _alike(old[i:same_i], new[j:same_j])
        found += [(_moved(a, i), _moved(b, j)) for a, b in between]
        if same_i < len(old):
            found.append((same_i, same_j))
        i, j = same_i + 1, same_j + 1
    return found


def _moved(place: int | None, by: int) -> int | None:
    return None if place is None else place + by


# ── words ────────────────────────────────────────────────────────────────────────────────────────


def _matches(
    old: Sequence[str], new: Sequence[str], stretch: _Stretch, anchorings: int
) -> Iterator[Pair]:
    i, k, j, m = stretch
    while i < k and j < m and old[i] == new[j]:
        yield i, j
        i, j = i + 1, j + 1
    tail = 0
    while i < k - tail and j < m - tail and old[k - tail - 1] == new[m - tail - 1]:
        tail += 1
    yield from _inner_matches(old, new, _Stretch(i, k - tail, j, m - tail), anchorings)
    yield from ((k - left, m - left) for left in range(tail, 0, -1))


def _inner_matches(
    old: Sequence[str], new: Sequence[str], stretch: _Stretch, anchorings: int
) -> Iterator[Pair]:
    i, k, j, m = stretch
    anchors = _anchors(old, new, stretch) if anchorings else []
    if anchors:
        for a, b in anchors:
            yield from _matches(old, new, _Stretch(i, a, j, b), anchorings - 1)
            yield a, b
            i, j = a + 1, b + 1
        yield from _matches(old, new, _Stretch(i, k, j, m), anchorings - 1)
    elif 0 < (k - i) * (m - j) <= _COMPARED_IN_FULL:
        matcher = SequenceMatcher(None, old[i:k], new[j:m], autojunk=False)
        for block in matcher.get_matching_blocks():
            yield from ((i + block.a + n, j + block.b + n) for n in range(block.size))


def _anchors(old: Sequence[str], new: Sequence[str], stretch: _Stretch) -> list[Pair]:
    i, k, j, m = stretch
    here = _only_places(old, i, k)
    there = _only_places(new, j, m)
    return _longest_rising([(place, there[word]) for word, place in here.items() if word in there])


def _only_places(words: Sequence[str], start: int, end: int) -> dict[str, int]:
    counts = Counter(words[start:end])
    return {words[n]: n for n in range(start, end) if counts[words[n]] == 1}


def _longest_rising(pairs: Sequence[Pair]) -> list[Pair]:
    """The longest selection of pairs, risen in their first number, that rises in the second."""
    ends: list[int] = []
    last: list[int] = []  # for each length, the pair that ends the best run of it
    before: list[int] = []
    for n, (_, b) in enumerate(pairs):
        length = bisect_left(ends, b)
        ends[length : length + 1] = [b]
        last[length : length + 1] = [n]
        before.append(last[length - 1] if length else -1)
    run: list[Pair] = []
    n = last[-1] if last else -1
    while n >= 0:
        run.append(pairs[n])
        n = before[n]
    return run[::-1]


# ── paragraphs ───────────────────────────────────────────────────────────────────────────────────


def _alike(old: Sequence[str], new: Sequence[str]) -> list[Partners]:
    """Paragraphs that differ, the most alike beside each other, none crossing another."""
    if not old or not new or len(old) * len(new) > _WEIGHED:
        paired = min(len(old), len(new))
        gone: list[Partners] = [(i, None) for i in range(paired, len(old))]
        come: list[Partners] = [(None, j) for j in range(paired, len(new))]
        return [(n, n) for n in range(paired)] + gone + come
    likeness = _likeness(old, new)
    return list(_best_way(likeness, _best_sums(likeness)))


def _likeness(old: Sequence[str], new: Sequence[str]) -> list[list[float]]:
    counted = [Counter(text.split()) for text in new]
    return [[_shared(words, other) for other in counted] for words in map(_counted, old)]


def _counted(text: str) -> Counter[str]:
    return Counter(text.split())


def _shared(a: Counter[str], b: Counter[str]) -> float:
    both = a.total() + b.total()
    alike = 2 * (a & b).total() / both if both else 1.0
    return alike if alike >= _ALIKE else 0.0


def _best_sums(likeness: Sequence[Sequence[float]]) -> list[list[float]]:
    """The most likeness that can be had from paragraph i and j on."""
    rows, columns = len(likeness), len(likeness[0])
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for i in reversed(range(rows)):
        for j in reversed(range(columns)):
            together = likeness[i][j] and likeness[i][j] + best[i + 1][j + 1]
            best[i][j] = max(together, best[i + 1][j], best[i][j + 1])
    return best


def _best_way(
    likeness: Sequence[Sequence[float]], best: Sequence[Sequence[float]]
) -> Iterator[Partners]:
    i = j = 0
    while i < len(likeness) and j < len(likeness[0]):
        if likeness[i][j] and best[i][j] == likeness[i][j] + best[i + 1][j + 1]:
            yield i, j
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            yield i, None
            i += 1
        else:
            yield None, j
            j += 1
    yield from ((gone, None) for gone in range(i, len(likeness)))
    yield from ((None, come) for come in range(j, len(likeness[0])))
