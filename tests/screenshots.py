"""Photographs of the running product, as people see it: `make screenshots`.

Starts the product on a demo office of its own in which statements and alerts are under way, and
beside it a new office, and writes every screen in three languages, two themes and two widths to
`var/screenshots/`. The dozen that the README and docs/screens.md show is copied to `docs/screens/`.
`SIZES=all` takes the four sizes the screens are drawn for; `ONLY=warroom,approval` some screens;
`shown` as an argument only the dozen.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Collection, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import product as every
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, Page, Response, sync_playwright

from tests.parts import tools
from tests.parts.browser import DESKTOP, PHONE, QUIET
from tests.parts.server import Product, run
from tests.under_way import FOUNDER, Places, nothing_yet, under_way, with_answers

ROOT: Final = Path(__file__).resolve().parents[1]
TAKEN: Final = ROOT / "var" / "screenshots"
SHOWN: Final = ROOT / "docs" / "screens"
LANGUAGES: Final = ("ar", "en", "fr")
THEMES: Final = ("light", "dark")
SIZES: Final = {"desktop": DESKTOP, "phone": PHONE}
ALL_SIZES: Final = {
    "1920x1080": (1920, 1080),
    "1280x720": (1280, 720),
    "820x1180": (820, 1180),
    "390x844": PHONE,
}
AT_ONCE: Final = 2
LOST_FOR: Final = 35_000
PEOPLE: Final = {
    "coordinator": {"ar": "أنور بن زكري", "en": "Anwar", "fr": "Anwar"},
    "director": {"ar": "سعاد الكيلاني", "en": "Souad", "fr": "Souad"},
    "signer": {"ar": "خالد النعاس", "en": "Khaled", "fr": "Khaled"},
    "water": {"ar": "يوسف الجازوي", "en": "Youssef", "fr": "Youssef"},
    "administrator": {"ar": "سلمى البرعصي", "en": "Salma", "fr": "Salma"},
    "founder": dict.fromkeys(("ar", "en", "fr"), FOUNDER),
}


@dataclass(frozen=True)
class Screen:
    """A page worth a picture: its name, its address, and as whom one sees it.

    `status` is what the server answers; `is_offline`: the connection is lost while one looks.
    """

    name: str
    path: str
    seen_by: str = "coordinator"
    status: int = 200
    is_offline: bool = False


SCREENS: Final = (
    Screen("signin", "/signin", "nobody"),
    Screen("acknowledge", "{link}?lang={lang}", "nobody"),
    Screen("acknowledged", "{answered}?lang={lang}", "nobody"),
    Screen("no-such-link", "/k/aaaaaaaaaaaa?lang={lang}", "nobody", 404),
    Screen("newsroom", "/newsroom?lang={lang}", "nobody"),
    Screen("published", "/newsroom/{flood}/1?lang={lang}", "nobody"),
    Screen("dashboard", "/"),
    Screen("duties", "/me/duties"),
    Screen("open-incident", "/incidents/new"),
    Screen("warroom", "/i/{flood}"),
    Screen("acts", "/i/{flood}/acts"),
    Screen("assessment", "/i/{flood}/level"),
    Screen("decision", "/i/{flood}/decisions/new"),
    Screen("correction", "/i/{flood}/lines/3/correction"),
    Screen("report", "/reports/new"),
    Screen("statements", "/i/{flood}/statements"),
    Screen("statement-new", "/i/{flood}/statements/new"),
    Screen("editor", "/i/{flood}/statements/2"),
    Screen("released", "/i/{flood}/statements/1"),
    Screen("compare", "/i/{flood}/statements/2/compare"),
    Screen("submission", "/i/{flood}/statements/2/submission"),
    Screen("release", "/i/{flood}/statements/2/release"),
    Screen("emergency", "/i/{flood}/statements/2/emergency"),
    Screen("rendition", "/i/{flood}/statements/1/renditions/en"),
    Screen("closed", "/i/{closed}"),
    Screen("alerts", "/i/{flood}/alerts"),
    Screen("composer", "/i/{flood}/alerts/new"),
    Screen("confirmation", "/i/{flood}/alerts/2/confirmation"),
    Screen("delivery", "/i/{flood}/alerts/1"),
    Screen("simulator", "/simulator"),
    Screen("me", "/me"),
    Screen("second-step", "/me/totp"),
    Screen("styleguide", "/styleguide"),
    Screen("closing", "/i/{ending}/closing", "director"),
    Screen("waiting", "/", "signer"),
    Screen("approval", "{waiting}", "signer"),
    Screen("approval-changed", "{changed}", "signer"),
    Screen("forbidden", "/simulator", "signer", 403),
    Screen("no-such-page", "/i/none", "signer", 404),
    Screen("approval-done", "{waiting}", "water"),
    Screen("office", "/office", "administrator"),
    Screen("people", "/office/people", "administrator"),
    Screen("person", "/office/people/new", "administrator"),
    Screen("ministry", "/office/ministries/new", "administrator"),
    Screen("ministries", "/office/ministries", "administrator"),
    Screen("settings", "/office/settings", "administrator"),
    Screen("import", "/office/import", "administrator"),
    Screen("ways", "/office/sending", "administrator"),
    Screen("audiences", "/office/audiences", "administrator"),
    Screen("audience-new", "/office/audiences/new", "administrator"),
    Screen("dashboard-empty", "{new}/", "founder"),
    Screen("warroom-offline", "/i/{flood}", is_offline=True),
)
COMMITTED: Final = (
    "dashboard-ar-light-desktop",
    "warroom-ar-light-desktop",
    "warroom-en-light-desktop",
    "warroom-ar-dark-desktop",
    "warroom-fr-light-phone",
    "approval-ar-light-phone",
    "composer-ar-light-desktop",
    "confirmation-en-light-phone",
    "delivery-ar-light-desktop",
    "acknowledge-ar-light-phone",
    "simulator-ar-light-desktop",
    "signin-ar-light-phone",
)


def main() -> None:
    sizes = ALL_SIZES if os.environ.get("SIZES") == "all" else SIZES
    only = COMMITTED if "shown" in sys.argv[1:] else None
    shutil.rmtree(TAKEN, ignore_errors=True)
    TAKEN.mkdir(parents=True)
    looks = [Look(*each) for each in every(LANGUAGES, THEMES, sizes.items())]
    with a_demo_office(beside=True) as (served, places):
        start_anew = get_context("spawn")  # a browser does not survive a fork
        with ProcessPoolExecutor(AT_ONCE, mp_context=start_anew) as photographers:
            taken = [
                photographers.submit(photograph, served.url, places, only, look) for look in looks
            ]
        print(f"{sum(each.result() for each in taken)} pictures in {TAKEN.relative_to(ROOT)}")
    if os.environ.get("ONLY") or sizes is not SIZES:
        return
    SHOWN.mkdir(parents=True, exist_ok=True)
    for name in COMMITTED:
        shutil.copyfile(TAKEN / f"{name}.png", SHOWN / f"{name}.png")


@dataclass(frozen=True)
class Look:
    """A language, a theme, and the name and measures of a window."""

    lang: str
    theme: str
    size: tuple[str, tuple[int, int]]

    def __str__(self) -> str:
        return f"{self.lang}-{self.theme}-{self.size[0]}"


@contextmanager
def a_demo_office(*, beside: bool = False) -> Iterator[tuple[Product, Places]]:
    """The product on a new demo office, and where things are in it; ended afterwards.

    `beside`: another product is served beside it, on an office in which nothing has happened.
    """
    with ExitStack() as after:
        folder = Path(after.enter_context(tempfile.TemporaryDirectory()))
        address = f"sqlite:///{folder}/nasaq.db"
        done("seed", address)
        served = Product(address, folder, {})
        places = under_way(address, key=served.environment["SECRET_KEY"], base=served.url)
        served.start("serve", "--with-worker")
        after.callback(served.stop)
        if beside:
            places = replace(places, new=after.enter_context(a_new_office(folder)).url)
        yield served, with_answers(address, places)


@contextmanager
def a_new_office(folder: Path) -> Iterator[Product]:
    """The product on an office in which nothing has happened; ended afterwards."""
    address = f"sqlite:///{folder}/new.db"
    done("migrate", address)
    nothing_yet(address)
    served = Product(address, folder, {})
    served.start("serve", "--with-worker")
    try:
        yield served
    finally:
        served.stop()


def done(command: str, address: str) -> None:
    """A command of the product on that database, to its good end."""
    ended = run(command, database_url=address)
    if ended.returncode:
        raise RuntimeError(ended.stderr)


def photograph(base_url: str, places: Places, only: Collection[str] | None, look: Look) -> int:
    """Every screen in one look; of `only` some, those. How many pictures were taken."""
    if only is not None and not any(each.endswith(str(look)) for each in only):
        return 0
    wanted = os.environ.get("ONLY", "").split(",") if os.environ.get("ONLY") else None
    taken = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=tools.chromium(), args=QUIET)
        page = window(browser, base_url, look)
        looks = repeat((look.lang, look.theme))
        for screen, path in walk(page, base_url, places, looks, wanted):
            if only is None or f"{screen.name}-{look}" in only:
                take(page, screen, path, f"{screen.name}-{look}")
                taken += 1
        browser.close()
    return taken


def window(browser: Browser, base_url: str, look: Look) -> Page:
    """A window of that size in which pages speak that language."""
    width, height = look.size[1]
    context = browser.new_context(
        base_url=base_url,
        locale=look.lang,
        color_scheme=look.theme,  # type: ignore[arg-type]  # a theme is one of its two
        viewport={"width": width, "height": height},
        is_mobile=width < 600,
        has_touch=width < 600,
        reduced_motion="reduce",
    )
    return context.new_page()


def set_look(page: Page, base_url: str, lang: str, theme: str) -> None:
    """What this browser is told to speak, and how it is told to look."""
    said: list[Any] = [
        {"name": name, "value": value, "url": base_url}
        for name, value in (("lang", lang), ("theme", theme))
    ]
    page.context.add_cookies(said)


def walk(
    page: Page,
    base_url: str,
    places: Places,
    looks: Iterator[tuple[str, str]],
    wanted: Collection[str] | None = None,
) -> Iterator[tuple[Screen, str]]:
    """Every screen (of `wanted` some, those) with its address, the page signed in as whoever sees
    it and speaking and looking like the next of `looks`; without the new office when none is
    served."""
    now = "nobody"
    for screen in SCREENS:
        if screen.seen_by == "founder" and not places.new:
            continue
        if wanted is not None and screen.name not in wanted:
            continue
        lang, theme = next(looks)
        set_look(page, base_url, lang, theme)
        if screen.seen_by != now:
            now = screen.seen_by
            enter(page, PEOPLE[now][lang], places.new if now == "founder" else "")
        yield screen, screen.path.format(**vars(places), lang=lang)


def enter(page: Page, name: str, where: str = "") -> None:
    """Enter the exercise as the persona of that name; whoever was in goes out first."""
    page.context.clear_cookies(name="sid")
    page.goto(f"{where}/signin")
    page.locator("form[action*='/signin/as/']", has_text=name).first.locator("button").click()
    page.wait_for_url("**/")


def take(page: Page, screen: Screen, path: str, name: str) -> None:
    """One picture, once the page stands still."""
    if screen.is_offline:
        lose_connection(page, path)
    else:
        page.goto(path)
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(300)
    page.screenshot(path=str(TAKEN / f"{name}.png"))


def lose_connection(page: Page, path: str) -> Response | None:
    """Open a live page, and let it be without its server for longer than it bears in silence."""
    page.clock.install()
    there = page.goto(path)
    page.locator("html[data-heard='live']").wait_for(timeout=15_000)
    page.context.set_offline(True)
    page.clock.run_for(LOST_FOR)
    page.locator("html[data-net='off']").wait_for()
    return there


if __name__ == "__main__":
    main()
