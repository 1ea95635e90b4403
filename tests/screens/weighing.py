"""How much a page weighs on its way: every byte the browser took from the wire, still packed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from playwright.sync_api import Page

KB: Final = 1024
LIVE: Final = "html[data-heard='live']"


@dataclass
class Weight:
    """What came, by address, in bytes: with its headers, and its body alone."""

    whole: dict[str, int] = field(default_factory=dict)
    bodies: dict[str, int] = field(default_factory=dict)

    def of(self, *parts: str, but: str = "") -> int:
        """The bytes of all whose address has one of these parts, and not `but`."""
        return sum(
            size
            for url, size in self.whole.items()
            if (not parts or any(part in url for part in parts)) and not (but and but in url)
        )

    @property
    def own_scripts(self) -> int:
        """Our JavaScript as it is packed; what each answer says in its head is not script."""
        return sum(size for url, size in self.bodies.items() if "/js/" in url)

    def heaviest(self) -> str:
        """For whoever has to make it lighter."""
        found = sorted(self.whole.items(), key=lambda each: -each[1])[:12]
        return "\n".join(f"  {size:7} {url}" for url, size in found)


@contextmanager
def weighed(page: Page) -> Iterator[Weight]:
    """Weigh whatever this page loads meanwhile; what its cache holds weighs nothing."""
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    weight, urls, heads = Weight(), dict[str, str](), dict[str, int]()

    def begun(told: dict[str, Any]) -> None:
        urls[told["requestId"]] = told["response"]["url"]
        heads[told["requestId"]] = told["response"]["encodedDataLength"]

    def ended(told: dict[str, Any]) -> None:
        id, size = told["requestId"], int(told["encodedDataLength"])
        url = urls.get(id, id)
        weight.whole[url] = weight.whole.get(url, 0) + size
        weight.bodies[url] = weight.bodies.get(url, 0) + max(0, size - heads.get(id, 0))

    wire.on("Network.responseReceived", begun)
    wire.on("Network.loadingFinished", ended)
    try:
        yield weight
    finally:
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(100)  # the last word about the last byte
        wire.detach()
