"""What was not proved is counted, and can be made a failure."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.parts.promises import leave_out

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
SUITE = """
from tests.parts.promises import needs

@needs("redis")
def test_two_offices_share_one_limit(): ...

@needs("browser")
def test_the_room_is_drawn(): ...

def test_two_and_two_are_four(): ...
"""


def suite_without_tools(folder: Path, *arguments: str, **settings: str) -> tuple[int, str, object]:
    """Run a small suite where no tool is found: its exit code, what it said, what it counted."""
    (folder / "test_small.py").write_text(SUITE, "utf-8")
    counted = folder / "promises.json"
    command = [sys.executable, "-m", "pytest", "-p", "tests.parts.promises", "-o", "addopts="]
    ended = subprocess.run(
        [*command, "-c", str(ROOT / "pyproject.toml"), f"--rootdir={folder}", *arguments, folder],
        env={
            "PATH": "/nowhere",
            "PYTHONPATH": str(ROOT),
            "PROMISES_FILE": str(counted),
            **settings,
        },
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.returncode, ended.stdout + ended.stderr, json.loads(counted.read_text("utf-8"))


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_missing_tool_is_counted_and_nothing_fails(tmp_path: Path, workers: str) -> None:
    code, said, counted = suite_without_tools(tmp_path, "-n", workers)

    assert (code, counted) == (0, {"browser": 1, "redis": 1}), said


@pytest.mark.parametrize("workers", ["0", "2"])
def test_what_is_left_out_on_purpose_is_counted_once(tmp_path: Path, workers: str) -> None:
    code, said, counted = suite_without_tools(tmp_path, "-n", workers, "-m", "not browser")

    assert (code, counted) == (0, {"browser": 1, "redis": 1}), said


def test_a_required_tool_that_is_missing_fails_and_says_which_promise(tmp_path: Path) -> None:
    code, said, counted = suite_without_tools(tmp_path, "-n", "0", REQUIRE="browser,postgres")

    assert (code, counted) == (1, {"redis": 1})
    assert "not proved for want of browser (chromium): the room is drawn" in said


def test_another_version_of_a_tool_proves_no_more_than_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("REQUIRE", raising=False)
    with pytest.raises(pytest.skip.Exception, match="not proved for want of browser"):
        leave_out("browser", "it looks as it did", "Chromium 1; this is 2")
    monkeypatch.setenv("REQUIRE", "browser")
    with pytest.raises(pytest.fail.Exception, match="Chromium 1; this is 2"):
        leave_out("browser", "it looks as it did", "Chromium 1; this is 2")
