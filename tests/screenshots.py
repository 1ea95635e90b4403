"""Photographs of the running product, as people see it: `make screenshots`.

Starts the product on a demo office of its own, enters it as a coordinator, and writes every screen
in three languages, two themes and two widths to `var/screenshots/`. The dozen that the README and
docs/screens.md show is copied to `docs/screens/`.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, Page, sync_playwright

from tests.parts import tools
from tests.parts.browser import DESKTOP, PHONE, QUIET
from tests.parts.server import Product, run

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
    Screen("me", "/me"),
    Screen("second-step", "/me/totp"),
    Screen("waiting", "/", "signer"),
    Screen("approval", "{waiting}", "signer"),
    Screen("office", "/office", "administrator"),
    Screen("people", "/office/people", "administrator"),
    Screen("person", "/office/people/new", "administrator"),
    Screen("ministry", "/office/ministries/new", "administrator"),
    Screen("ministries", "/office/ministries", "administrator"),
    Screen("settings", "/office/settings", "administrator"),
    Screen("import", "/office/import", "administrator"),
)
COMMITTED: Final = (
    *(
        f"{name}-{lang}-light-desktop"
        for name in ("dashboard", "open-incident", "warroom")
        for lang in LANGUAGES
    ),
    "warroom-ar-dark-desktop",
    "warroom-fr-light-phone",
    "signin-ar-light-phone",
)


def main() -> None:
    shutil.rmtree(TAKEN, ignore_errors=True)
    TAKEN.mkdir(parents=True)
    with a_demo_office() as product, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=tools.chromium(), args=QUIET)
        for lang in LANGUAGES:
            for theme in THEMES:
                for size in SIZES:
                    photograph(browser, product.url, lang, theme, size)
        browser.close()
    SHOWN.mkdir(parents=True, exist_ok=True)
    for name in COMMITTED:
        shutil.copyfile(TAKEN / f"{name}.png", SHOWN / f"{name}.png")
    print(f"{len(list(TAKEN.glob('*.png')))} pictures in {TAKEN.relative_to(ROOT)}")


@contextmanager
def a_demo_office() -> Iterator[Product]:
    """The product on a new demo office, ended afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        address = f"sqlite:///{folder}/nasaq.db"
        seeded = run("seed", database_url=address)
        if seeded.returncode:
            raise RuntimeError(seeded.stderr)
        product = Product(address, Path(folder), {})
        product.start("serve", "--with-worker")
        try:
            yield product
        finally:
            product.stop()


def photograph(browser: Browser, base_url: str, lang: Any, theme: Any, size: str) -> None:
    """Every screen in one language, theme and width."""
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
    for screen, path in walk(page, lang):
        take(page, screen, path, f"{lang}-{theme}-{size}")
    context.close()


def walk(page: Page, lang: str) -> Iterator[tuple[Screen, str]]:
    """Every screen with its address, the page signed in as whoever sees it."""
    flood, waiting, now = "", "", "nobody"
    for screen in SCREENS:
        if screen.seen_by != now:
            now = screen.seen_by
            enter(page, PEOPLE[now][lang])
        if not flood and now == "coordinator":
            first = page.locator("#now article a").first.get_attribute("href") or ""
            flood = first.rpartition("/")[2]
        if not waiting and now == "signer":
            first = page.locator("a[href^='/approvals/']").first.get_attribute("href")
            waiting = first or ""
        yield screen, screen.path.format(flood=flood, waiting=waiting)


def enter(page: Page, name: str) -> None:
    """Enter the exercise as the persona of that name; whoever was in goes out first."""
    page.context.clear_cookies(name="sid")
    page.goto("/signin")
    page.locator("form[action*='/signin/as/']", has_text=name).first.locator("button").click()
    page.wait_for_url("**/")


def take(page: Page, screen: Screen, path: str, suffix: str) -> None:
    """One picture, once the page stands still."""
    page.goto(path)
    page.wait_for_load_state("load")
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(400)
    page.screenshot(path=str(TAKEN / f"{screen.name}-{suffix}.png"))


if __name__ == "__main__":
    main()
