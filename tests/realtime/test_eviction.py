"""Whoever may no longer be in a room is out of it within two seconds, in every process."""

import time
from collections.abc import Callable, Iterator

import pytest

from crisis.account.commands import sign_out, sign_out_everywhere
from crisis.incidents.commands import add_note, assign_duty, release_duty, restrict_incident
from crisis.incidents.model import Incident
from crisis.kernel import database as kernel_database
from crisis.kernel.event import REGISTRY
from crisis.people.commands import set_person_active
from crisis.plugs import plug_kernel
from crisis.policy import Actor, Duty
from crisis.room.sockets import HARMLESS
from tests import given
from tests.parts import processes
from tests.parts.server import Product, StartProduct
from tests.parts.sockets import Page, SignedIn, signed_in

pytestmark = pytest.mark.slow

Act = Callable[[Incident, SignedIn], object]


def withdraw_duty(incident: Incident, who: SignedIn) -> object:
    runner = given.runs(incident)
    return release_duty(runner, incident.id, person_id=who.person.id, duty=Duty.LIAISON)


def restrict(incident: Incident, _who: SignedIn) -> object:
    return restrict_incident(given.runs(incident), incident.id, restricted=True)


def deactivate(_incident: Incident, who: SignedIn) -> object:
    return set_person_active(given.the_system(), who.person.id, active=False)


def sign_out_here(_incident: Incident, who: SignedIn) -> object:
    return sign_out(who.person, who.person.id, sign_in_id=who.session_id)


def sign_out_of_everything(_incident: Incident, who: SignedIn) -> object:
    return sign_out_everywhere(who.person, who.person.id)


def a_liaison(incident: Incident) -> Actor:
    return given.someone(Duty.LIAISON, on=incident)


def a_bystander(_incident: Incident) -> Actor:
    return given.a_coordinator()


LOSSES = pytest.mark.parametrize(
    ("who", "act", "why"),
    [
        (a_liaison, sign_out_here, "signed_out"),
        (a_liaison, sign_out_of_everything, "signed_out"),
        (a_liaison, deactivate, "signed_out"),
        (a_liaison, withdraw_duty, "not_yours"),
        (a_bystander, restrict, "not_yours"),
    ],
)


@pytest.fixture(scope="module")
def two(kept_postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[int]]:
    """The ports of two processes of the product on one database, which the tests share."""
    yield from running(kept_postgres_url, 2, tmp_path_factory)


@pytest.fixture(scope="module")
def one(kept_sqlite_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[int]]:
    """The port of the one process on a file."""
    yield from running(kept_sqlite_url, 1, tmp_path_factory)


def running(url: str, count: int, folders: pytest.TempPathFactory) -> Iterator[list[int]]:
    products = [Product(url, folders.mktemp("running"), {}) for _ in range(count)]
    try:
        for each in products:
            each.start()
        yield [each.port for each in products]
    finally:
        for each in products:
            each.stop()
            print(processes.last_lines(each.log))


@pytest.fixture
def connected() -> Iterator[Callable[[str], None]]:
    def connect(url: str) -> None:
        kernel_database.connect(url)
        plug_kernel()

    yield connect
    kernel_database.engine().dispose()


@LOSSES
def test_losing_the_right_closes_the_socket_in_both_processes(
    kept_postgres_url: str,
    two: list[int],
    connected: Callable[[str], None],
    who: Callable[[Incident], Actor],
    act: Act,
    why: str,
) -> None:
    connected(kept_postgres_url)
    incident = given.an_incident()
    runner, leaver = signed_in(given.runs(incident)), signed_in(who(incident))
    staying = [entered(port, runner, incident) for port in two]
    going = [entered(port, leaver, incident) for port in two]

    began = time.monotonic()
    act(incident, leaver)
    if why == "not_yours":  # a line that follows at once is already not for them
        add_note(runner.person, incident.id, text="ليس له")
    for page in going:
        page.wait_until_closed()
    add_note(runner.person, incident.id, text="ليس له")
    for page in staying:
        page.wait_for(lambda page=page: any("ليس له" in each["entry"] for each in page.news))

    took = [page.closed_at - began for page in going if page.closed_at]  # two seconds at most
    print(f"evicted after {', '.join(f'{each * 1000:.0f} ms' for each in took)} ({why})")
    assert [page.named("evicted") for page in going] == [[{"why": why}]] * 2
    assert [page.news for page in going] == [[], []]
    assert all(page.closed_at is None for page in staying)


@LOSSES
def test_a_line_that_follows_at_once_is_already_not_for_them(
    kept_sqlite_url: str,
    one: list[int],
    connected: Callable[[str], None],
    who: Callable[[Incident], Actor],
    act: Act,
    why: str,
) -> None:
    connected(kept_sqlite_url)
    incident = given.an_incident()
    runner, leaver = signed_in(given.runs(incident)), signed_in(who(incident))
    (port,) = one
    staying, going = entered(port, runner, incident), entered(port, leaver, incident)
    for text in ("للجميع", "للجميع أيضا"):
        add_note(runner.person, incident.id, text=text)
    going.wait_for(lambda: len(going.news) == 2)

    act(incident, leaver)
    add_note(runner.person, incident.id, text="ليس له")
    staying.wait_for(lambda: any("ليس له" in each["entry"] for each in staying.news))
    going.wait_until_closed()

    assert going.named("evicted") == [{"why": why}]
    assert not any("ليس له" in each["entry"] for each in going.news)


def test_one_who_was_seen_out_comes_in_again_with_a_new_duty(
    house: str, start_product: StartProduct
) -> None:
    incident = given.an_incident()
    liaison = signed_in(a_liaison(incident))
    port = start_product(house).port
    page = entered(port, liaison, incident)
    withdraw_duty(incident, liaison)
    page.wait_until_closed()

    assert Page(port, liaison).enter(incident.id)["code"] == "not_found"
    assign_duty(
        given.runs(incident),
        incident.id,
        person_id=liaison.person.id,
        duty=Duty.FACT_CHECKER,
    )
    assert Page(port, liaison).enter(incident.id)["ok"]


def test_lines_that_change_nobodys_rights_are_lines_that_exist() -> None:
    assert REGISTRY.keys() >= HARMLESS
    assert not any(
        name.startswith(("duty", "restriction", "lead", "ministry")) for name in HARMLESS
    )


def entered(port: int, who: SignedIn, incident: Incident) -> Page:
    page = Page(port, who)
    assert page.enter(incident.id)["ok"]
    return page
