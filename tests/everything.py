"""Proves all of Nasaq in one go, then says what was left out for want of a tool."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.parts import tools

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.everything", description=__doc__)
    parser.add_argument("--without", action="append", default=[], choices=["browser", "slow"])
    without = parser.parse_args().without
    os.chdir(ROOT)
    tools.install_missing(except_for=without)
    with tempfile.TemporaryDirectory() as folder:
        promises = Path(folder) / "promises.json"
        failed = [step.name for step in steps(without) if not passes(step, promises)]
        if failed:
            print(f"\nFAILED: {', '.join(failed)}")
        print(unproved(promises), flush=True)
    return 1 if failed else 0


@dataclass(frozen=True)
class Step:
    """One check: what it is called and the program that makes it."""

    name: str
    command: Sequence[str]


def steps(without: Sequence[str]) -> list[Step]:
    python = [sys.executable, "-m"]
    leave_out = ["-m", " and ".join(f"not {mark}" for mark in without)] if without else []
    return [
        Step("lint", [*python, "ruff", "check", "--quiet"]),
        Step("format", [*python, "ruff", "format", "--check", "--quiet"]),
        Step("types", [*python, "mypy", "--no-error-summary"]),
        Step("contracts", [str(Path(sys.executable).with_name("lint-imports")), "--no-logo"]),
        Step("suite", [*python, "pytest", *SPREAD, *leave_out]),
    ]


SPREAD: Final = ("-n", "3", "--dist", "loadfile", "--no-loadscope-reorder")
"""Three at once keep two cores busy: a good part of the suite waits for browsers and servers."""


def passes(step: Step, promises: Path) -> bool:
    print(f"\n── {step.name} ", "─" * (70 - len(step.name)), flush=True)
    started = time.monotonic()
    environment = {**os.environ, "PROMISES_FILE": str(promises), "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(step.command, env=environment, check=False)
    if ended.returncode:
        print(f"{step.name}: FAILED. To repeat: {repeatable(step)}", flush=True)
    else:
        print(f"{step.name}: good ({time.monotonic() - started:.0f} s)", flush=True)
    return ended.returncode == 0


def repeatable(step: Step) -> str:
    first, *rest = step.command
    return " ".join([os.path.relpath(first), *rest])


def unproved(promises: Path) -> str:
    """The closing line: how many promises were not proved, and for want of what."""
    if not promises.exists():
        return "promises not proved: all of them (the suite did not come to its end)"
    counted: dict[str, int] = json.loads(promises.read_text("utf-8"))
    line = f"promises not proved: {sum(counted.values())}"
    named = ", ".join(f"{tool} ({count})" for tool, count in sorted(counted.items()))
    return f"{line}: for want of {named}" if named else line


if __name__ == "__main__":
    sys.exit(main())
