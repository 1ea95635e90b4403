"""Words that one country's offices say differently from another's, from config/words."""

from functools import cache
from pathlib import Path
from typing import Final

import yaml

_FILE: Final = Path(__file__).resolve().parents[2] / "config" / "words" / "terminology.yaml"


@cache
def packs() -> dict[str, dict[str, str]]:
    """By ISO 3166 code: the Arabic an office there says for a sentence of the product, by the
    English of that sentence."""
    found: dict[str, dict[str, str]] = yaml.safe_load(_FILE.read_text("utf-8"))
    return found
