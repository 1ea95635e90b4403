"""Getting into the product as a person does."""

from playwright.sync_api import Page, expect


def enter_as(page: Page, name: str) -> None:
    """Enter a demo office as the persona of that name; ends on the dashboard, scripts at work."""
    page.goto("/signin")
    page.locator("form[action*='/signin/as/']", has_text=name).locator("button").first.click()
    expect(page.locator("#now")).to_be_visible()
    page.wait_for_load_state()


def go_live(page: Page, ref: str) -> None:
    """Open the room of an incident and wait until it hears the news."""
    page.goto(f"/i/{ref}")
    expect(page.locator("html")).to_have_attribute("data-heard", "live")
    page.evaluate("window.neverReloaded = true")


def open_acts(page: Page, called: str) -> None:
    """Unfold what somebody can do in the room; where the screen is not wide, it is behind a tab."""
    tab = page.locator("[data-under-for=act], [data-tab-for=act]").locator("visible=true")
    if tab.count():
        tab.click()
    page.locator("#acts summary", has_text=called).click()
