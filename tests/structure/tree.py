"""The files of the house, and how a structural test says what is wrong with one."""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Finding:
    """One place that breaks a rule."""

    file: Path
    line: int
    what: str

    def __str__(self) -> str:
        return f"  {self.file.relative_to(ROOT)}:{self.line}: {self.what}"


def must_be_empty(findings: Iterable[Finding], *, rule: str, remedy: str) -> None:
    """Fail with every place that breaks the rule, and with what to do about it."""
    found = sorted(map(str, findings))
    assert not found, "\n".join(["", rule, *found, f"What to do: {remedy}"])


def files(*patterns: str, except_in: str = "vendor") -> Iterator[Path]:
    """The files matching these patterns from the top of the repository, but no vendored copies."""
    for pattern in patterns:
        yield from (p for p in sorted(ROOT.glob(pattern)) if except_in not in p.parts)


def python_nodes(*patterns: str) -> Iterator[tuple[Path, ast.AST]]:
    """Every node of the syntax tree of every matching Python file."""
    for file in files(*patterns):
        tree = ast.parse(file.read_text("utf-8"), str(file))
        yield from ((file, node) for node in ast.walk(tree))


def matches(file: Path, text: str, pattern: str) -> Iterator[Finding]:
    """Where the pattern occurs in the text; the text keeps the line breaks of its file."""
    for match in re.finditer(pattern, text, re.IGNORECASE):
        line = text.count("\n", 0, match.start()) + 1
        yield Finding(file, line, match.group(0).strip())


def blanked(text: str, pattern: str) -> str:
    """The text with every match emptied but for its line breaks, so that line numbers stay true."""
    return re.sub(pattern, lambda m: "\n" * m.group(0).count("\n"), text, flags=re.DOTALL)
