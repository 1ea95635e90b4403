"""The command line begins an office, and fills it."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from crisis import cli
from crisis.account.passwords import matches
from crisis.account.queries import find_credentials, find_link_owner
from crisis.kernel.ids import OFFICE_ID
from crisis.people.queries import people, the_office
from crisis.policy import Rank
from tests import given

Run = Callable[..., Result]
OFFICE = ("--office-ar", "مركز التواصل", "--country", "OM")
SALEM = ("--name-ar", "سالم", "--email", "salem@gc.gov.example")
ROSTER = "people:\n- {name: {ar: نور}, ministry: GCC, mobile: '92123456'}\n"


@pytest.fixture
def run(house: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command of `python run.py` on a fresh database; errors are part of the output."""
    monkeypatch.setenv("DATABASE_URL", house)
    return lambda *words: CliRunner().invoke(cli.main, words)


def test_the_first_administrator_sets_a_password_by_a_link(run: Run) -> None:
    said = run("init", *OFFICE, *SALEM)

    link = re.search(r"/reset/(\S+)", said.output)
    assert said.exit_code == 0, said.output
    assert link
    owner = find_link_owner(link[1])
    assert owner
    assert owner[1].rank is Rank.ADMINISTRATOR
    assert (the_office().country, the_office().zone) == ("OM", "Asia/Muscat")


def test_a_password_can_come_from_a_file(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("three words do well\n", "utf-8")

    said = run("init", *OFFICE, *SALEM, "--password-file", str(file))

    credentials = find_credentials("salem@gc.gov.example")
    assert said.exit_code == 0, said.output
    assert "/reset/" not in said.output
    assert credentials
    assert matches(credentials.password_hash, "three words do well")


def test_what_is_missing_is_asked_for(run: Run, house: str) -> None:
    answers = "مركز التواصل\nOM\nسالم\nsalem@gc.gov.example\n"

    said = CliRunner().invoke(cli.main, ["init"], input=answers)

    assert said.exit_code == 0, said.output
    assert len(people(given.the_system(), OFFICE_ID)) == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--office-ar", "x", "--country", "ZZ", *SALEM), "country"),
        ((*OFFICE, "--name-ar", "سالم", "--email", "nobody"), "email"),
        ((*OFFICE, "--name-ar", "س\u202eالم", "--email", "a@b.om"), "name_ar"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_founded(
    run: Run, words: tuple[str, ...], told: str
) -> None:
    said = run("init", *words)

    assert said.exit_code == 2
    assert told in said.output
    assert people(given.the_system(), OFFICE_ID) == []


def test_a_weak_password_founds_nothing(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("password1234", "utf-8")

    said = run("init", *OFFICE, *SALEM, "--password-file", str(file))

    assert said.exit_code == 2
    assert people(given.the_system(), OFFICE_ID) == []


def test_an_office_is_founded_once(run: Run) -> None:
    run("init", *OFFICE, *SALEM)

    said = run("init", *OFFICE, *SALEM)

    assert said.exit_code == 2
    assert "already has its administrator" in said.output


def test_a_file_is_shown_first_and_applied_when_asked(run: Run, tmp_path: Path) -> None:
    run("init", *OFFICE, *SALEM)
    file = tmp_path / "office.yaml"
    file.write_text(ROSTER, "utf-8")

    shown = run("office", "import", str(file))
    before = len(people(given.the_system(), OFFICE_ID))
    done = run("office", "import", str(file), "--apply")

    assert "line 2: person +96892123456 (نور) added" in shown.output
    assert "add --apply" in shown.output
    assert (before, len(people(given.the_system(), OFFICE_ID))) == (1, 2)
    assert done.exit_code == 0


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"people: [a]", "line 1:"), ("نور".encode("cp1256"), "UTF-8"), (b"\n\n\0", "line 3:")],
)
def test_a_file_with_errors_is_not_applied(
    run: Run, tmp_path: Path, content: bytes, told: str
) -> None:
    run("init", *OFFICE, *SALEM)
    file = tmp_path / "office.yaml"
    file.write_bytes(content)

    said = run("office", "import", str(file), "--apply")

    assert said.exit_code == 1
    assert told in said.output
    assert "nothing was done" in said.output
