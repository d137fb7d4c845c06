"""The workbook: sheets that other programs open, figures that agree, and nothing that runs."""

import openpyxl
import pandas as pd
import pytest

from serving.outputs import write_output
from serving.workbook.factors import factors_used

SHEETS = ["Summary", "Lines", "Factors", "Method"]


@pytest.fixture
def book(estimated, tmp_path):
    path = tmp_path / "out.xlsx"
    write_output(estimated, path)
    return openpyxl.load_workbook(path)


def rows_below(sheet, heading):
    """Rows of the table under a heading, its header first."""
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    start = next(number for number, row in enumerate(rows) if row[0] == heading)
    end = next((n for n in range(start, len(rows)) if not any(rows[n])), len(rows))
    return rows[start + 1 : end]


def test_the_sheets_stand_in_the_order_in_which_they_are_read(book):
    assert book.sheetnames == SHEETS


def test_the_summary_says_the_total_and_its_range(book, estimated):
    told = rows_below(book["Summary"], "Total")[1][1:4]

    assert told == pytest.approx([estimated.total_kg, estimated.total_kg_low, estimated.total_kg_high])


@pytest.mark.parametrize("heading", ["Categories", "Suppliers", "Methods"])
def test_each_breakdown_adds_up_to_the_total(book, estimated, heading):
    rows = rows_below(book["Summary"], heading)[1:]

    assert sum(row[3] for row in rows) == pytest.approx(estimated.total_kg)


def test_the_summary_counts_every_line_as_valued_or_excluded(book, estimated):
    counted = [
        row[1]
        for heading in ("Lines by status, and why", "Excluded, and why")
        for row in rows_below(book["Summary"], heading)[1:]
    ]

    assert sum(counted) == len(estimated.lines)


def test_every_factor_used_is_listed_with_its_terms(estimated):
    used = factors_used(estimated)
    valued = estimated.estimates[estimated.estimates["factor_id"] != ""]

    assert set(used["factor_id"]) == set(valued["factor_id"])
    assert used["lines"].sum() == len(valued)
    assert set(used[used["source"].str.contains("Example factors")]["licence"]) == {"CC0-1.0"}


def test_the_method_says_how_to_read_ranges_scores_and_statuses(book):
    topics = [row[0].value for row in book["Method"].iter_rows()]

    assert {"How to read the range", "Status: review", "Score 1: reliability", "Model version"} <= set(topics)


def test_pandas_reads_the_lines_as_any_table(estimated, tmp_path):
    write_output(estimated, tmp_path / "out.xlsx")

    lines = pd.read_excel(tmp_path / "out.xlsx", sheet_name="Lines", engine="openpyxl")

    assert lines["kg_co2e"].sum() == pytest.approx(estimated.total_kg)
    assert len(lines) == len(estimated.lines)


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "https://example.org"])
def test_no_text_of_the_ledger_becomes_a_formula_or_a_link_on_any_sheet(estimated_with, tmp_path, text):
    path = tmp_path / "out.xlsx"

    write_output(estimated_with(Supplier=text, Description=text), path)

    for sheet in openpyxl.load_workbook(path):
        cells = [cell for row in sheet.iter_rows() for cell in row]
        assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]
