"""The file for a spreadsheet: no cell is a formula, and reading it gives what was written."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crisis.alerts.export import COLUMNS, plain, read, safe, written

HOSTILE = [
    '=HYPERLINK("http://evil.example","اضغط")',
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1:A9)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    "＋218",
    "  =1+1",
    "'=1+1",
    "''",
    "+218910000142",
    "ليلى;=1+1",
    'ليلى; "=1+1"',
    "ليلى\t@SUM(A1:A9)",
    "سطر\n=1+1",
    "ليلى;'=1+1",
    "أ;ب\tج",
    'ليلى "الكبرى"، هدى',
    "سطر\nوسطر",
    "",
]
CELLS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20
) | st.sampled_from(HOSTILE)


@pytest.mark.parametrize("cell", HOSTILE)
def test_no_cell_starts_a_formula(cell: str) -> None:
    (row,) = csv.reader(io.StringIO(written([[cell]]).removeprefix("\ufeff"), newline="")) or [[""]]
    first = (row or [""])[0].lstrip(" ")[:1]
    assert first not in set("=+-@\t\r\n＝＋－＠")


@pytest.mark.parametrize("separator", [";", "\t"])
@pytest.mark.parametrize("cell", HOSTILE)
def test_no_formula_starts_where_another_country_s_spreadsheet_parts_the_cells(
    cell: str, separator: str
) -> None:
    text = written([["0", cell, "نهاية"]]).removeprefix("\ufeff")
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
        for each in row:
            assert each.lstrip(' "')[:1] not in set("=+-@＝＋－＠"), row


@given(cell=CELLS)
def test_a_cell_comes_back_as_it_was(cell: str) -> None:
    assert plain(safe(cell)) == cell


@given(rows=st.lists(st.lists(CELLS, min_size=2, max_size=4), max_size=6))
def test_the_whole_file_comes_back_as_it_was(rows: list[list[str]]) -> None:
    assert read(written([COLUMNS, *rows]))[1:] == rows
