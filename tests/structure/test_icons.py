"""The sprite holds the icons in use, and no others: every page fetches it once."""

import re

from tests.structure.tree import ROOT, files

NAMES = (ROOT / "static/icons/names.txt").read_text("utf-8").split()


def written() -> str:
    """Everything in which an icon can be named."""
    places = files("templates/**/*.html", "crisis/**/*.py", "static/js/*.js")
    return "".join(file.read_text("utf-8") for file in places)


def test_every_icon_is_in_use() -> None:
    text = written()
    unused = [name for name in NAMES if not re.search(rf"[\"']{re.escape(name)}[\"']", text)]

    assert not unused, (
        f"nobody names {', '.join(unused)}. What to do: take them out of static/icons/names.txt, "
        "and `make vendor`."
    )


def test_every_icon_named_is_there() -> None:
    named = set(re.findall(r"icon\(\s*[\"']([a-z0-9-]+)[\"']", written()))

    missing = sorted(named - set(NAMES))
    assert not missing, f"add {', '.join(missing)} to static/icons/names.txt, and `make vendor`."


def test_the_sprite_is_what_the_list_says() -> None:
    sprite = (ROOT / "static/icons/sprite.svg").read_text("utf-8")

    assert re.findall(r'<symbol id="([^"]+)"', sprite) == NAMES, "`make vendor` builds it anew."
