"""Every line reaches everybody in the room, once and in order, whatever process or power fails."""

import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import pytest
import requests

from crisis.incidents.commands import add_note
from crisis.incidents.model import Incident
from crisis.kernel import database as kernel_database
from crisis.kernel.database import reading
from crisis.kernel.journal import head_of, lines_since
from crisis.plugs import plug_kernel
from tests import given
from tests.parts.postgres import PostgresServer
from tests.parts.server import Product, StartProduct
from tests.parts.sockets import Page, SignedIn, signed_in
from tests.parts.visitor import Visitor
from tests.realtime.dies_after_commit import LAST_WORDS

pytestmark = pytest.mark.slow

WRITERS, NOTES = 16, 10


class Mortal(Product):
    """A product that dies between a commit and its news when a note tells it to."""

    program = ("-m", "tests.realtime.dies_after_commit")


@pytest.fixture
def mortal(postgres_url: str, tmp_path: Path) -> Iterator[Mortal]:
    """One that runs on the database of the test."""
    product = Mortal(postgres_url, tmp_path, {})
    product.start()
    yield product
    product.stop()


def test_a_line_written_through_one_process_reaches_the_browsers_of_the_other(
    postgres_url: str, start_product: StartProduct
) -> None:
    incident, who = an_office(postgres_url)
    products = [start_product(postgres_url) for _ in range(2)]
    first, second = (product.port for product in products)
    here, there = entered(first, who, incident), entered(second, who, incident)

    for number in range(5):
        assert write(first, who, incident, f"من الأول {number}") < 400
        assert write(second, who, incident, f"من الثاني {number}") < 400
    for page in (here, there):
        page.wait_for(lambda page=page: len(page.news) == 10)

    assert here.numbers == there.numbers == list(range(2, 12))
    assert here.news == there.news
    assert not any("failed" in product.log.read_text("utf-8") for product in products)


def test_a_process_killed_between_commit_and_news_loses_no_line(
    postgres_url: str, start_product: StartProduct, mortal: Mortal
) -> None:
    incident, who = an_office(postgres_url)
    there = entered(start_product(postgres_url).port, who, incident)
    here = entered(mortal.port, who, incident)

    with suppress(requests.ConnectionError):
        write(mortal.port, who, incident, LAST_WORDS)
    there.wait_for(lambda: len(there.news) == 1)
    here.wait_until_closed()
    mortal.restart()
    back = Page(mortal.port, who)
    head = back.enter(incident.id)["head"]
    missed = Visitor(mortal.port, who).get(f"/i/{incident.ref}/since/1").json()

    assert here.news == []
    assert LAST_WORDS in there.news[0]["entry"]
    assert head == missed["head"] == 2
    assert [packet["entry"] for packet in missed["packets"]] == [there.news[0]["entry"]]


def test_sixteen_writers_are_heard_in_the_order_of_the_journal(
    house: str, start_product: StartProduct
) -> None:
    incident = given.an_incident()
    who = [signed_in(given.runs(incident), language=each) for each in ("ar", "en", "fr")]
    port = start_product(house).port
    pages = [entered(port, each, incident) for each in who * 2]
    with ThreadPoolExecutor(WRITERS) as pool:
        writing = pool.map(lambda writer: write_many(writer, who[0], incident), range(WRITERS))
        late = Page(port, who[0])
        head = late.enter(incident.id)["head"]
        list(writing)
    last = 1 + WRITERS * NOTES
    for page in (*pages, late):
        page.wait_for(lambda page=page: last in page.numbers, 60)

    assert {tuple(page.numbers) for page in pages} == {tuple(range(2, last + 1))}
    assert late.numbers[0] <= head + 1, "there is a hole after what the page was promised"
    assert late.numbers == list(range(late.numbers[0], last + 1))
    assert told_in(pages[0]) == notes_of(incident.id)


def test_the_room_survives_a_database_that_goes_away(
    postgres_url: str, postgres_server: PostgresServer, start_product: StartProduct
) -> None:
    incident, who = an_office(postgres_url)
    product = start_product(postgres_url)
    page = entered(product.port, who, incident)
    name = postgres_url.rpartition("/")[2]
    kernel_database.engine().dispose()

    postgres_server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
    postgres_server.execute(
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    )
    page.wait_for(lambda: not is_ready(product), 20)
    pulses = len(page.named("pulse"))
    postgres_server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    for number in range(3):
        add_note(who.person, incident.id, text=f"بعد العودة {number}")
    page.wait_for(lambda: len(page.news) == 3)
    page.wait_for(lambda: len(page.named("pulse")) > pulses)
    page.wait_for(lambda: page.named("pulse")[-1]["head"] == 4, 30)

    assert page.numbers == [2, 3, 4]
    assert page.closed_at is None


def an_office(url: str) -> tuple[Incident, SignedIn]:
    """An incident in the database at `url`, and its coordinator, signed in."""
    kernel_database.connect(url)
    plug_kernel()
    incident = given.an_incident()
    return incident, signed_in(given.runs(incident))


def entered(port: int, who: SignedIn, incident: Incident) -> Page:
    page = Page(port, who)
    assert page.enter(incident.id)["ok"]
    return page


def write(port: int, who: SignedIn, incident: Incident, text: str) -> int:
    """Send the form of the composer, as a browser does; the status that was answered."""
    return Visitor(port, who).post(f"/i/{incident.ref}/notes", text=text).status_code


def write_many(writer: int, who: SignedIn, incident: Incident) -> None:
    for number in range(NOTES):
        add_note(who.person, incident.id, text=f"writer {writer} note {number}")


def notes_of(incident_id: UUID) -> Sequence[str]:
    with reading() as session:
        lines = lines_since(session, incident_id, 1, limit=1000)
        assert head_of(session, incident_id) == len(lines) + 1
        return [line.facts["text"] for line in lines]


def told_in(page: Page) -> Sequence[str]:
    """The texts of the notes as the page was told them."""
    found = [re.search(r"writer \d+ note \d+", packet["entry"]) for packet in page.news]
    return [each[0] if each else "" for each in found]


def is_ready(product: Product) -> bool:
    return requests.get(f"{product.url}/readyz", timeout=20).status_code == 200
