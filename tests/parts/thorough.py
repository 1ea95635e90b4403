"""How much is tried: enough for every change, or everything, as `make reliability` asks."""

import os
from typing import Final

THOROUGH: Final = bool(os.environ.get("THOROUGH"))
"""Whether every combination is tried, however long it takes."""
