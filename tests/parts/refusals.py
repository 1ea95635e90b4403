"""Refusals as tests name them: by their kind and their code."""

import pytest

from crisis.kernel.errors import Refusal


def refused(kind: type[Refusal], code: str) -> "pytest.RaisesExc[Refusal]":
    """What happens inside is refused for exactly this reason."""
    return pytest.raises(kind, check=lambda error: error.code == code)
