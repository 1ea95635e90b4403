"""The Nu checker reads every page in three languages, as the server sends it: `make html`.

Errors fail; what it only advises is listed once. Needs Java, and the checker that `npm ci` brings.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from itertools import repeat
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import sync_playwright

from tests.parts import tools
from tests.parts.browser import QUIET
from tests.screenshots import LANGUAGES, ROOT, a_demo_office, walk
from tests.under_way import Places

CHECKER: Final = ROOT / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
MISTAKEN: Final[dict[str, str]] = {}
"""What the checker holds for an error and is none, with the reason: a pattern of its message."""


def main() -> int:
    java = shutil.which("java")
    if not java or not CHECKER.exists():
        print(
            "make html needs Java, and Node for the checker (npm ci). On Debian: sudo apt install"
        )
        print("default-jre-headless npm")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        with a_demo_office(beside=True) as (served, places):
            count = save_pages(served.url, places, Path(folder))
        said = read_by(java, Path(folder))
    errors = told("error", [each for each in said if each["type"] != "info"])
    told("piece of advice", [each for each in said if each["type"] == "info"])
    print(f"{count} pages read: {errors} errors")
    return 1 if errors else 0


def told(kind: str, found: list[dict[str, Any]]) -> int:
    """Print what was said, each thing once, with an example and where it is; how many there are."""
    same = defaultdict[str, list[dict[str, Any]]](list)
    for each in found:
        if not any(re.search(pattern, each["message"]) for pattern in MISTAKEN):
            same[each["message"]].append(each)
    for message, all_of_it in same.items():
        pages = sorted({Path(each.get("url", "")).stem for each in all_of_it})
        print(f"{kind}: {message}")
        print(f"  {' '.join(all_of_it[0].get('extract', '').split())[:160]}")
        print(f"  on {', '.join(pages[:8])} ({len(all_of_it)} times on {len(pages)} pages)")
    return sum(map(len, same.values()))


def save_pages(base_url: str, places: Places, folder: Path) -> int:
    """Write every page in every language into the folder, to the byte; how many there are."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=tools.chromium(), args=QUIET)
        for lang in LANGUAGES:
            page = browser.new_context(base_url=base_url, java_script_enabled=False).new_page()
            for screen, path in walk(page, base_url, places, repeat((lang, "light"))):
                there = None if screen.is_offline else page.goto(path)
                if there is not None:
                    (folder / f"{screen.name}-{lang}.html").write_bytes(there.body())
            page.context.close()
        browser.close()
    return len(list(folder.glob("*.html")))


def read_by(java: str, folder: Path) -> list[dict[str, Any]]:
    """What the checker says of the pages in the folder."""
    command = [java, "-Xss2m", "-jar", str(CHECKER), "--format", "json", str(folder)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    messages: list[dict[str, Any]] = json.loads(ended.stderr)["messages"]
    return messages


if __name__ == "__main__":
    sys.exit(main())
