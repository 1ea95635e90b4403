"""Counts what could not be proved for want of a tool, so that silence is never taken for proof.

A test needs a tool when it uses a fixture of it, or says so: `@needs("browser")`.
`REQUIRE=browser,postgres` turns the absence of these tools into failure.
"""

import json
import os
import re
from collections import Counter
from pathlib import Path

import pytest

from tests.parts.tools import TOOLS

_FIXTURES = {"browser": "browser", "postgres_server": "postgres", "redis_server": "redis"}
_REASON = re.compile(r"not proved for want of (\w+)")


def needs(tool: str) -> pytest.MarkDecorator:
    """Mark a test that needs `browser`, `postgres` or `redis` without using a fixture of it."""
    assert tool in TOOLS, f"no such tool: {tool}. There are: {', '.join(TOOLS)}"
    decorator: pytest.MarkDecorator = getattr(pytest.mark, tool)
    return decorator


def promise(item: pytest.Item) -> str:
    """What the test proves, in its own words: its name is a sentence."""
    return item.name.removeprefix("test_").replace("_", " ")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(_Count(), "promises not proved")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for tool in _implied(item):
            item.add_marker(tool)


def _implied(item: pytest.Item) -> set[str]:
    used = {_FIXTURES[name] for name in getattr(item, "fixturenames", ()) if name in _FIXTURES}
    parameters = getattr(getattr(item, "callspec", None), "params", {})
    engines = (parameters.get(fixture) for fixture in ("database", "filled"))
    return used | ({"postgres"} if "postgres" in engines else set())


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    for tool in _needed(item):
        if not TOOLS[tool].find():
            leave_out(tool, promise(item))


def _needed(item: pytest.Item) -> list[str]:
    return [tool for tool in TOOLS if item.get_closest_marker(tool)]


def leave_out(tool: str, promised: str, wanted: str = "") -> None:
    """Say that this is not proved for want of the tool (`wanted`: which one exactly), or fail where
    REQUIRE asks for it."""
    reason = f"not proved for want of {tool} ({wanted or TOOLS[tool].package}): {promised}"
    if tool in os.environ.get("REQUIRE", "").split(","):
        pytest.fail(f"{reason}. REQUIRE={os.environ['REQUIRE']} asks for it.", pytrace=False)
    pytest.skip(reason)


class _Count:
    """What was left out of this run, by the tool that was missing or that nobody asked for."""

    def __init__(self) -> None:
        self.file = os.environ.get("PROMISES_FILE")
        self.skipped: Counter[str] = Counter()
        self.deselected: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped and isinstance(report.longrepr, tuple):
            found = _REASON.search(report.longrepr[2])
            if found:
                self.skipped[found[1]] += 1

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        self.deselected.update(needed[0] for item in items if (needed := _needed(item)))

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput["deselected"] = dict(self.deselected)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: object) -> None:
        # Every parallel worker collects the whole suite and deselects the same tests.
        self.deselected |= Counter(getattr(node, "workeroutput", {}).get("deselected", {}))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.file:
            counted = dict(self.skipped + self.deselected)
            Path(self.file).write_text(json.dumps(counted), "utf-8")
        elif self.skipped:
            named = ", ".join(f"{tool} ({n})" for tool, n in sorted(self.skipped.items()))
            terminalreporter.write_line(f"promises not proved: {self.skipped.total()}: {named}")
