"""Rules of the house that neither the types nor the import contracts can say."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.structure.tree import ROOT, Finding, files, matches, must_be_empty, python_nodes


def called(node: ast.AST) -> str:
    """The last name of what is called: `emit` for `socketio.emit(…)`; empty when nothing is."""
    match node:
        case ast.Call(func=ast.Attribute(attr=name)) | ast.Call(func=ast.Name(id=name)):
            return name
    return ""


def is_environment(node: ast.AST) -> bool:
    match node:
        case ast.Attribute(value=ast.Name(id="os"), attr="environ" | "getenv" | "environb"):
            return True
        case ast.ImportFrom(module="os", names=names):
            return any(alias.name in {"environ", "getenv", "environb"} for alias in names)
    return False


def speaking_elsewhere() -> Iterator[Finding]:
    for file, node in python_nodes("crisis/**/*.py"):
        if called(node) == "emit" and file.relative_to(ROOT).parts[1] != "realtime":
            yield Finding(file, getattr(node, "lineno", 0), ast.unparse(node))


def test_only_realtime_speaks_to_rooms() -> None:
    must_be_empty(
        speaking_elsewhere(),
        rule="News is what the journal says; whoever emits beside it shows what may never commit.",
        remedy="return an event from a command; the tailer in crisis/realtime tells the room.",
    )


def test_only_settings_read_the_environment() -> None:
    nodes = python_nodes("crisis/**/*.py", "run.py", "migrations/**/*.py")
    must_be_empty(
        (
            Finding(file, getattr(node, "lineno", 0), ast.unparse(node))
            for file, node in nodes
            if is_environment(node) and file != ROOT / "crisis" / "settings.py"
        ),
        rule="A setting read in two places is checked in neither.",
        remedy="add a field to crisis/settings.py and pass the value on.",
    )


def test_every_module_opens_with_a_sentence() -> None:
    must_be_empty(
        (
            Finding(file, 1, "no docstring")
            for file, node in python_nodes("crisis/**/*.py", "bench/**/*.py", "tests/**/*.py")
            if isinstance(node, ast.Module) and node.body and not ast.get_docstring(node)
        ),
        rule="A module opens with one sentence a minister could follow.",
        remedy="write it; if no sentence will do, the module does two things.",
    )


def test_nothing_is_left_to_do_in_a_comment() -> None:
    wanted = ("crisis/**/*.py", "templates/**/*.html", "static/**/*.js", "static/**/*.css")
    must_be_empty(
        (
            f
            for file in files(*wanted)
            for f in matches(file, file.read_text("utf-8"), r"\b(?-i:TODO|FIXME|XXX)\b")
        ),
        rule="What is left to do is an issue, not a comment.",
        remedy="do it, or write the issue and remove the comment.",
    )


def test_every_excuse_has_a_reason() -> None:
    excuse = r"#\s*(noqa|type:\s*ignore)(:\s*[A-Z0-9, ]+|\[[\w, -]+\])?\s*$"
    must_be_empty(
        (
            Finding(file, number, line.strip())
            for file in files("crisis/**/*.py", "tests/**/*.py", "bench/**/*.py")
            for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
            if re.search(excuse, line)
        ),
        rule="A silenced check says why it is wrong here.",
        remedy="write the reason behind it: `# noqa: S608  the name is ours, not the user's`.",
    )


def test_the_lock_holds_every_library_with_its_hashes() -> None:
    for source, lock in (
        ("requirements.in", "requirements.txt"),
        ("requirements-dev.in", "requirements-dev.txt"),
        ("requirements-bench.in", "requirements-bench.txt"),
    ):
        missing = wanted(ROOT / source) - locked(ROOT / lock)
        assert not missing, f"{lock} lacks {', '.join(sorted(missing))}. What to do: `make lock`."


def test_the_lock_names_no_registry() -> None:
    must_be_empty(
        (
            finding
            for file in files("requirements*.txt", "requirements*.in")
            for finding in matches(
                file, file.read_text("utf-8"), r"https?://\S+|file:\S+|--\S*index\S*"
            )
        ),
        rule="Where packages come from is the business of each machine.",
        remedy="`make lock`, which leaves addresses out.",
    )


def wanted(source: Path) -> set[str]:
    lines = source.read_text("utf-8").splitlines()
    names = (
        re.match(r"[A-Za-z0-9._-]+", line) for line in lines if not line.startswith(("#", "-"))
    )
    return {name[0].lower() for name in names if name}


def locked(lock: Path) -> set[str]:
    return set(re.findall(r"^([a-z0-9._-]+)(?:\[\w+\])?==", lock.read_text("utf-8"), re.MULTILINE))
