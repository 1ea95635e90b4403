"""Photographs of the running product, as people see it: `make screenshots`.

Starts the product on a demo office of its own in which statements and alerts are under way,
and writes every screen in three languages, two themes and two widths to `var/screenshots/`. The
dozen that the README and docs/screens.md show is copied to `docs/screens/`; `shown` as an argument
takes only those.
"""

import shutil
import sys
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, Page, sync_playwright

from tests.parts import tools
from tests.parts.browser import DESKTOP, PHONE, QUIET
from tests.parts.server import Product, run
from tests.under_way import Places, under_way, with_answers

ROOT: Final = Path(__file__).resolve().parents[1]
TAKEN: Final = ROOT / "var" / "screenshots"
SHOWN: Final = ROOT / "docs" / "screens"
LANGUAGES: Final = ("ar", "en", "fr")
THEMES: Final = ("light", "dark")
SIZES: Final = {"desktop": DESKTOP, "phone": PHONE}
PEOPLE: Final = {
    "coordinator": {"ar": "أنور بن زكري", "en": "Anwar", "fr": "Anwar"},
    "signer": {"ar": "خالد النعاس", "en": "Khaled", "fr": "Khaled"},
    "administrator": {"ar": "سلمى البرعصي", "en": "Salma", "fr": "Salma"},
}


@dataclass(frozen=True)
class Screen:
    """A page worth a picture: its name, its address, and as whom one sees it."""

    name: str
    path: str
    seen_by: str = "coordinator"


SCREENS: Final = (
    Screen("signin", "/signin", "nobody"),
    Screen("acknowledge", "{link}", "nobody"),
    Screen("dashboard", "/"),
    Screen("open-incident", "/incidents/new"),
    Screen("warroom", "/i/{flood}"),
    Screen("assessment", "/i/{flood}/level"),
    Screen("decision", "/i/{flood}/decisions/new"),
    Screen("correction", "/i/{flood}/lines/3/correction"),
    Screen("report", "/reports/new"),
    Screen("statements", "/i/{flood}/statements"),
    Screen("statement-new", "/i/{flood}/statements/new"),
    Screen("editor", "/i/{flood}/statements/2"),
    Screen("released", "/i/{flood}/statements/1"),
    Screen("newsroom", "/newsroom"),
    Screen("alerts", "/i/{flood}/alerts"),
    Screen("composer", "/i/{flood}/alerts/new"),
    Screen("confirmation", "/i/{flood}/alerts/2/confirmation"),
    Screen("delivery", "/i/{flood}/alerts/1"),
    Screen("simulator", "/simulator"),
    Screen("me", "/me"),
    Screen("second-step", "/me/totp"),
    Screen("styleguide", "/styleguide"),
    Screen("waiting", "/", "signer"),
    Screen("approval", "{waiting}", "signer"),
    Screen("office", "/office", "administrator"),
    Screen("people", "/office/people", "administrator"),
    Screen("person", "/office/people/new", "administrator"),
    Screen("ministry", "/office/ministries/new", "administrator"),
    Screen("ministries", "/office/ministries", "administrator"),
    Screen("settings", "/office/settings", "administrator"),
    Screen("import", "/office/import", "administrator"),
    Screen("ways", "/office/sending", "administrator"),
    Screen("audiences", "/office/audiences", "administrator"),
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
    only = COMMITTED if "shown" in sys.argv[1:] else None
    shutil.rmtree(TAKEN, ignore_errors=True)
    TAKEN.mkdir(parents=True)
    with a_demo_office() as (product, places), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=tools.chromium(), args=QUIET)
        for lang in LANGUAGES:
            for theme in THEMES:
                for size in SIZES:
                    photograph(browser, product.url, places, only, lang, theme, size)
        browser.close()
    SHOWN.mkdir(parents=True, exist_ok=True)
    for name in COMMITTED:
        shutil.copyfile(TAKEN / f"{name}.png", SHOWN / f"{name}.png")
    print(f"{len(list(TAKEN.glob('*.png')))} pictures in {TAKEN.relative_to(ROOT)}")


@contextmanager
def a_demo_office() -> Iterator[tuple[Product, Places]]:
    """The product on a new demo office, and where things are in it; ended afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        address = f"sqlite:///{folder}/nasaq.db"
        seeded = run("seed", database_url=address)
        if seeded.returncode:
            raise RuntimeError(seeded.stderr)
        product = Product(address, Path(folder), {})
        key = product.environment["SECRET_KEY"]
        places = under_way(address, key=key, base=product.url)
        product.start("serve", "--with-worker")
        try:
            yield product, with_answers(address, places)
        finally:
            product.stop()


def photograph(
    browser: Browser,
    base_url: str,
    places: Places,
    only: Collection[str] | None,
    lang: Any,
    theme: Any,
    size: str,
) -> None:
    """Every screen in one language, theme and width; of `only` some, those."""
    look = f"{lang}-{theme}-{size}"
    if only is not None and not any(each.endswith(look) for each in only):
        return
    width, height = SIZES[size]
    context = browser.new_context(
        base_url=base_url,
        locale=lang,
        color_scheme=theme,
        viewport={"width": width, "height": height},
        is_mobile=width < 600,
        has_touch=width < 600,
        reduced_motion="reduce",
    )
    context.add_cookies(
        [{"name": n, "value": v, "url": base_url} for n, v in (("lang", lang), ("theme", theme))]
    )
    page = context.new_page()
    for screen, path in walk(page, lang, places):
        if only is None or f"{screen.name}-{look}" in only:
            take(page, path, f"{screen.name}-{look}")
    context.close()


def walk(page: Page, lang: str, places: Places) -> Iterator[tuple[Screen, str]]:
    """Every screen with its address, the page signed in as whoever sees it."""
    now = "nobody"
    for screen in SCREENS:
        if screen.seen_by != now:
            now = screen.seen_by
            enter(page, PEOPLE[now][lang])
        yield screen, screen.path.format(**vars(places))


def enter(page: Page, name: str) -> None:
    """Enter the exercise as the persona of that name; whoever was in goes out first."""
    page.context.clear_cookies(name="sid")
    page.goto("/signin")
    page.locator("form[action*='/signin/as/']", has_text=name).first.locator("button").click()
    page.wait_for_url("**/")


def take(page: Page, path: str, name: str) -> None:
    """One picture, once the page stands still."""
    page.goto(path)
    page.wait_for_load_state("load")
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(400)
    page.screenshot(path=str(TAKEN / f"{name}.png"))


if __name__ == "__main__":
    main()
