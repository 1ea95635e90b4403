"""What changed between two texts, word by word, so that an approver reads only that."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final, Literal
from uuid import UUID

from crisis.kernel.words import Message, isolated
from crisis.kernel.words import Message as _
from crisis.statements.content import LANGUAGES, Content, Language, Paragraph, Texts
from crisis.statements.matching import matches, partners
from crisis.statements.tokens import Token, tokens_of


@dataclass(frozen=True)
class Segment:
    """A run of words. Equal and inserted ones make the new text, equal and deleted ones the old."""

    kind: Literal["equal", "insert", "delete"]
    text: str


Segments = tuple[Segment, ...]


@dataclass(frozen=True)
class ParagraphDiff:
    """A paragraph and what became of it; numbers begin with 1, None where it is not."""

    old_number: int | None
    new_number: int | None
    segments: Segments
    owners: frozenset[UUID]
    """The ministry it belongs to; two when it passed from one to another."""
    owner_changed: bool = False

    @property
    def kind(self) -> Literal["same", "changed", "added", "removed"]:
        if self.old_number is None:
            return "added"
        if self.new_number is None:
            return "removed"
        return "changed" if self.owner_changed or changed(self.segments) else "same"

    @property
    def number(self) -> int:
        """Where to look for it: in the new text, or in the old one when it was removed."""
        return self.new_number or self.old_number or 0


@dataclass(frozen=True)
class Change:
    """One change, for those who cannot see what is struck through."""

    language: Language
    part: Literal["title", "body", "explanation"]
    paragraph: int
    removed: str
    added: str

    @property
    def sentence(self) -> Message:
        how = "replaced" if self.removed and self.added else "added" if self.added else "removed"
        return _SENTENCES[self.part][how].filled(
            paragraph=self.paragraph, removed=isolated(self.removed), added=isolated(self.added)
        )


@dataclass(frozen=True)
class LanguageDiff:
    """What changed in one language."""

    language: Language
    title: Segments
    explanation: Segments
    """Of a correction or a retraction: what was wrong, or why it is taken back."""
    paragraphs: tuple[ParagraphDiff, ...]

    @property
    def changed_paragraphs(self) -> tuple[ParagraphDiff, ...]:
        return tuple(paragraph for paragraph in self.paragraphs if paragraph.kind != "same")

    @property
    def changes(self) -> list[Change]:
        """Every change of words, in reading order."""
        found = list(_changes(self.language, "title", 0, self.title))
        found += _changes(self.language, "explanation", 0, self.explanation)
        for paragraph in self.paragraphs:
            found += _changes(self.language, "body", paragraph.number, paragraph.segments)
        return found

    @property
    def changed(self) -> bool:
        return changed(self.title) or changed(self.explanation) or bool(self.changed_paragraphs)


@dataclass(frozen=True)
class CodesDiff:
    """Audiences or channels that came and went."""

    added: frozenset[str]
    removed: frozenset[str]

    @property
    def changed(self) -> bool:
        return bool(self.added or self.removed)


@dataclass(frozen=True)
class ContentDiff:
    """What changed between two contents."""

    languages: tuple[LanguageDiff, ...]
    audiences: CodesDiff
    channels: CodesDiff
    next_update: tuple[datetime | None, datetime | None] | None
    """The promised time before and after; None when it is the same."""
    about_changed: bool
    """Whether it is of another type, or about another statement, or another time, than before."""
    changed: bool
    """Whether anything did, and with it the fingerprint."""

    @property
    def changes(self) -> list[Change]:
        """Every change of words in every language."""
        return [change for each in self.languages for change in each.changes]

    @property
    def places(self) -> frozenset[tuple[Language, int]]:
        """Where words changed or came, in the new text: language and paragraph, 0 for the title."""
        titles = {(each.language, 0) for each in self.languages if changed(each.title)}
        return frozenset(titles).union(
            (each.language, paragraph.new_number)
            for each in self.languages
            for paragraph in each.paragraphs
            if paragraph.new_number and changed(paragraph.segments)
        )

    def touches(self, ministry_id: UUID) -> bool:
        """Whether a paragraph of this ministry, as it was or as it is, changed in any language."""
        return any(
            ministry_id in paragraph.owners
            for each in self.languages
            for paragraph in each.changed_paragraphs
        )


# ── comparing ────────────────────────────────────────────────────────────────────────────────────


def diff_contents(old: Content, new: Content) -> ContentDiff:
    """What changed from `old` to `new`, in every language that either has."""
    both = {*old.languages, *new.languages, *_explanations(old), *_explanations(new)}
    promised = (old.next_update_at, new.next_update_at)
    return ContentDiff(
        languages=tuple(_in_language(old, new, each) for each in LANGUAGES if each in both),
        audiences=CodesDiff(new.audiences - old.audiences, old.audiences - new.audiences),
        channels=CodesDiff(new.channels - old.channels, old.channels - new.channels),
        next_update=None if promised[0] == promised[1] else promised,
        about_changed=_about(old) != _about(new),
        changed=old != new,
    )


def diff_bodies(old: Sequence[Paragraph], new: Sequence[Paragraph]) -> tuple[ParagraphDiff, ...]:
    """Every paragraph of either text, in reading order, the changed ones beside what they were."""
    pairs = partners([each.text for each in old], [each.text for each in new])
    return tuple(
        _paragraph(i, j, old[i] if i is not None else None, new[j] if j is not None else None)
        for i, j in pairs
    )


def diff_words(old: str, new: str) -> Segments:
    """The words both texts share, and those that came and went, in reading order."""
    if old == new:
        return (Segment("equal", new),) if new else ()
    return tuple(_segments(_pieces(tokens_of(old), tokens_of(new))))


def changed(segments: Iterable[Segment]) -> bool:
    """Whether anything in there is not as it was."""
    return any(segment.kind != "equal" for segment in segments)


def _in_language(old: Content, new: Content, language: Language) -> LanguageDiff:
    before, after = _explanations(old), _explanations(new)
    return LanguageDiff(
        language,
        title=diff_words(old.titles.get(language, ""), new.titles.get(language, "")),
        explanation=diff_words(before.get(language, ""), after.get(language, "")),
        paragraphs=diff_bodies(old.bodies.get(language, ()), new.bodies.get(language, ())),
    )


def _explanations(content: Content) -> Texts:
    if content.correction:
        return content.correction.what_was_wrong
    return content.retraction.reason if content.retraction else {}


def _about(content: Content) -> tuple[object, ...]:
    correction, retraction = content.correction, content.retraction
    return (
        content.type,
        correction and (correction.corrects, correction.since),
        retraction and retraction.retracts,
    )


def _paragraph(
    i: int | None, j: int | None, old: Paragraph | None, new: Paragraph | None
) -> ParagraphDiff:
    owners = {each.owner_ministry_id for each in (old, new) if each}
    return ParagraphDiff(
        old_number=None if i is None else i + 1,
        new_number=None if j is None else j + 1,
        segments=diff_words(old.text if old else "", new.text if new else ""),
        owners=frozenset(owner for owner in owners if owner),
        owner_changed=len(owners) > 1,
    )


# ── words ────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Piece:
    """Words both texts have (`same`), or words that gave way to others."""

    same: str = ""
    removed: str = ""
    added: str = ""


def _pieces(old: Sequence[Token], new: Sequence[Token]) -> Iterator[_Piece]:
    i = j = 0
    pairs = matches([token.word for token in old], [token.word for token in new])
    for same_i, same_j in [*pairs, (len(old), len(new))]:
        yield from _given_way(old[i:same_i], new[j:same_j])
        if same_i < len(old):
            yield from _kept(old[same_i], new[same_j])
        i, j = same_i + 1, same_j + 1


def _given_way(old: Sequence[Token], new: Sequence[Token]) -> Iterator[_Piece]:
    if old and new and old[-1].space == new[-1].space:
        yield _Piece(removed=_written(old)[0], added=_written(new)[0])
        yield _Piece(same=new[-1].space)
    else:
        yield _Piece(removed="".join(_written(old)), added="".join(_written(new)))


def _kept(old: Token, new: Token) -> Iterator[_Piece]:
    if old.space == new.space:
        yield _Piece(same=new.text)
    else:
        yield _Piece(same=new.word)
        yield _Piece(removed=old.space, added=new.space)


def _written(tokens: Sequence[Token]) -> tuple[str, str]:
    """The tokens as text, without the space at their end, and that space."""
    if not tokens:
        return "", ""
    *first, last = tokens
    return "".join(token.text for token in first) + last.word, last.space


def _segments(pieces: Iterable[_Piece]) -> Iterator[Segment]:
    for same, run in groupby(filter(_says_something, pieces), key=lambda piece: bool(piece.same)):
        gathered = list(run)
        if same:
            yield Segment("equal", "".join(piece.same for piece in gathered))
            continue
        if removed := "".join(piece.removed for piece in gathered):
            yield Segment("delete", removed)
        if added := "".join(piece.added for piece in gathered):
            yield Segment("insert", added)


def _says_something(piece: _Piece) -> bool:
    return bool(piece.same or piece.removed or piece.added)


# ── in words ─────────────────────────────────────────────────────────────────────────────────────

_SENTENCES: Final = {
    "title": {
        "replaced": _("Title: “{removed}” became “{added}”."),
        "added": _("Title: “{added}” was added."),
        "removed": _("Title: “{removed}” was taken out."),
    },
    "explanation": {
        "replaced": _("Reason: “{removed}” became “{added}”."),
        "added": _("Reason: “{added}” was added."),
        "removed": _("Reason: “{removed}” was taken out."),
    },
    "body": {
        "replaced": _("Paragraph {paragraph}: “{removed}” became “{added}”."),
        "added": _("Paragraph {paragraph}: “{added}” was added."),
        "removed": _("Paragraph {paragraph}: “{removed}” was taken out."),
    },
}


def _changes(
    language: Language,
    part: Literal["title", "body", "explanation"],
    paragraph: int,
    segments: Segments,
) -> Iterator[Change]:
    for same, run in groupby(segments, key=lambda segment: segment.kind == "equal"):
        if not same:
            texts = {segment.kind: segment.text.strip() or segment.text for segment in run}
            removed, added = texts.get("delete", ""), texts.get("insert", "")
            yield Change(language, part, paragraph, removed, added)
