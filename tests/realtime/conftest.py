"""A running product with one incident, for the tests of a module to share."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from crisis.incidents.model import Incident
from crisis.kernel import database as kernel_database
from crisis.plugs import plug_kernel
from crisis.policy import Actor
from tests import given
from tests.parts import processes, sockets
from tests.parts.server import Product
from tests.parts.sockets import Page, SignedIn, signed_in


@dataclass
class House:
    """One running product, one incident in it, and who coordinates it."""

    product: Product
    incident: Incident
    coordinator: Actor

    @property
    def port(self) -> int:
        return self.product.port

    def page(self, who: SignedIn | None = None) -> Page:
        """A page of the incident, in its room; the coordinator's unless somebody else is named."""
        page = Page(self.port, who or signed_in(self.coordinator))
        assert page.enter(self.incident.id)["ok"]
        return page


@pytest.fixture(autouse=True)
def nobody_stays() -> Iterator[None]:
    """Closes every connection a test has left open."""
    yield
    for wire in sockets.opened:
        wire.close()
    sockets.opened.clear()


@pytest.fixture(scope="module")
def one_house(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, House]]:
    folder = tmp_path_factory.mktemp("running")
    file = folder / "nasaq.db"
    shutil.copyfile(sqlite_template, file)
    url = f"sqlite:///{file}"
    kernel_database.connect(url)
    plug_kernel()
    incident = given.an_incident()
    product = Product(url, folder, {"MAX_SOCKETS": "120"})
    product.start()
    try:
        yield url, House(product, incident, given.runs(incident))
    finally:
        product.stop()
        print(processes.last_lines(product.log))


@pytest.fixture
def running(one_house: tuple[str, House]) -> Iterator[House]:
    """The product on SQLite, shared by the tests of one module."""
    url, house = one_house
    kernel_database.connect(url)
    yield house
    kernel_database.engine().dispose()
