"""Which passwords are accepted, and that nobody waits while one is hashed."""

import pytest
from argon2 import extract_parameters

from crisis.account.passwords import fresh_hash, fresh_recovery_codes, known_of, matches
from crisis.kernel.database import SlowInsideWritingError, bookkeeping
from crisis.kernel.errors import Invalid

LAILA = known_of("laila.sharif@gcc.gov.example", {"ar": "ليلى الشريف", "en": "Laila al-Sharif"})


@pytest.mark.parametrize(
    "password",
    [
        "three words do well",
        "ثلاث كلمات تكفي",
        "Xk7#q!vR2mLp",
        "laila likes tea and figs",
        "🌊🌊 wave on the wall",
    ],
)
def test_a_long_password_of_ones_own_is_accepted(password: str) -> None:
    kept = fresh_hash(password, about=LAILA)

    assert kept.startswith("$argon2id$")
    assert password not in kept
    assert matches(kept, password)
    assert not matches(kept, password + " ")


@pytest.mark.usefixtures("hashed_as_meant")
def test_a_guess_costs_what_is_advised() -> None:
    """OWASP's Password Storage Cheat Sheet: at least 19 MiB and two passes, or costlier."""
    cost = extract_parameters(fresh_hash("three words do well", about=LAILA))

    assert cost.memory_cost >= 19 * 1024
    assert cost.time_cost >= 2


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("eleven char", "Too short"),
        ("", "Too short"),
        ("password1234", "among the first"),
        ("PASSWORD1234", "among the first"),
        ("aaaaaaaaaaaaaaaa", "among the first"),
        ("abababababababab", "among the first"),
        ("1234567890123", "among the first"),
        ("١٢٣٤٥٦٧٨٩٠١٢", "among the first"),
        ("abcdefghijklm", "among the first"),
        ("laila.sharif@gcc.gov.example", "Your name or your e-mail"),
        ("laila.sharif12", "Your name or your e-mail"),
        ("ليلى الشريف 2026", "Your name or your e-mail"),
        ("Laila al-Sharif", "Your name or your e-mail"),
    ],
)
def test_a_password_that_others_would_guess_is_refused(password: str, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        fresh_hash(password, about=LAILA)


def test_without_a_password_none_matches() -> None:
    assert not matches(None, "three words do well")
    assert not matches("not a hash", "three words do well")


def test_nothing_is_hashed_while_others_wait_to_write(house: str) -> None:
    with bookkeeping():
        with pytest.raises(SlowInsideWritingError):
            fresh_hash("three words do well", about=())
        with pytest.raises(SlowInsideWritingError):
            matches(None, "three words do well")


def test_recovery_codes_are_ten_and_all_different() -> None:
    codes = fresh_recovery_codes()

    assert len(set(codes)) == 10
    assert all(len(code) == 19 for code in codes)
