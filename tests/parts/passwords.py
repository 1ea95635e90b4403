"""Passwords are hashed cheaply here: what that costs is not what most tests are about.

A test that is about it asks for `hashed_as_meant`; products that tests start hash as meant anyway.
"""

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from crisis.account import passwords

AS_MEANT = passwords._hasher
CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@pytest.fixture(scope="session", autouse=True)
def hashed_cheaply() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        _hash_with(CHEAP, patch)
        yield


@pytest.fixture
def hashed_as_meant(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hashing costs what it costs people; of new passwords, not of those hashed before."""
    _hash_with(AS_MEANT, monkeypatch)
    yield
    passwords._nobodys.cache_clear()


def _hash_with(hasher: PasswordHasher, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(passwords, "_hasher", hasher)
    passwords._nobodys.cache_clear()
