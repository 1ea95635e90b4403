"""Somebody who works without a mouse: presses keys, and looks where the focus is."""

from playwright.sync_api import Page, expect

FURTHEST = 120
"""So many presses of Tab lead to anything on a page, or it cannot be reached."""

_ON = """([selector, text]) => {
  const here = document.activeElement;
  if (!here?.matches(selector)) return false;
  return (here.closest("form, li, label, tr") ?? here).textContent.includes(text);
}"""
_SEEN = """() => {
  const here = document.activeElement;
  const drawn = [here, here.closest("label"), here.nextElementSibling].filter(Boolean);
  return drawn.some((each) => {
    const style = getComputedStyle(each);
    return style.outlineStyle !== "none" || style.boxShadow !== "none";
  });
}"""


class Hands:
    """The ten fingers of one person on one page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, *keys: str) -> None:
        self.page.wait_for_load_state()
        for key in keys:
            self.page.keyboard.press(key)

    def to(self, selector: str, text: str = "", *, back: bool = False) -> None:
        """Press Tab until the focus is on such a control, whose surroundings say `text`."""
        expect(self.page.locator(selector).first).to_be_attached()
        for _ in range(FURTHEST):
            if self.page.evaluate(_ON, [selector, text]):
                assert self.page.evaluate(_SEEN), f"nobody sees that the focus is on {selector}"
                return
            self.press("Shift+Tab" if back else "Tab")
        raise AssertionError(f"no press of Tab leads to {selector} {text}")

    def on(self, selector: str) -> None:
        """The focus is there, without a further key."""
        expect(self.page.locator(f"{selector}:focus")).to_have_count(1)

    def type(self, selector: str, text: str) -> None:
        self.to(selector)
        self.page.keyboard.type(text)

    def follow(self, selector: str, text: str = "") -> None:
        """A link or a button, by Enter."""
        self.to(selector, text)
        self.press("Enter")

    def tick(self, selector: str, text: str = "", *, on: bool = True) -> None:
        self.to(selector, text)
        if self.page.evaluate("document.activeElement.checked") != on:
            self.press("Space")

    def choose(self, selector: str, value: str) -> None:
        """In a list or a group of cards, by the arrows."""
        self.to(selector)
        for _ in range(40):
            if self.page.evaluate("document.activeElement.value") == value:
                if self.page.evaluate("document.activeElement.checked === false"):
                    self.press("Space")
                return
            self.press("ArrowDown")
        raise AssertionError(f"the arrows do not lead to {value} in {selector}")
