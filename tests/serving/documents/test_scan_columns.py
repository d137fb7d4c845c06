"""Scans in the columns of workbooks and ledgers: read where they are right, told where they are not."""

import io
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from serving.documents import ledgers_in, read_ledger
from serving.documents.contents import Contents
from serving.documents.goods_numbers import gtin_notes
from serving.documents.ledger import LedgerReading

GTINS = ["4006381333931", "5901234123457", "9520123456788"]
WEIGHED = "(01)09520123456788(3103)000195(10)A7"
LINK = "https://id.example.com/01/09520123456788?3103=000195"


def workbook(path: Path, **columns: list[object]) -> Path:
    pd.DataFrame(columns).to_excel(path, index=False)
    return path


@pytest.mark.parametrize("column", ["EAN", "Barcode", "GTIN"])
def test_a_workbook_of_numbers_and_counts_is_a_list_of_goods_in_pieces(tmp_path, column):
    path = workbook(tmp_path / "s.xlsx", **{column: [int(one) for one in GTINS], "Qty": [1, 2, 3]})
    lines = read_ledger(path).lines
    assert lines["gtin"].tolist() == [f"0{one}" for one in GTINS]
    assert lines["quantity"].tolist() == [1, 2, 3]
    assert lines["unit"].tolist() == ["PCE"] * 3
    assert lines["issue"].tolist() == ["goods_unknown"] * 3


@pytest.mark.parametrize("scan", [WEIGHED, LINK])
@pytest.mark.parametrize("column", ["Scan", "Barcode"])
def test_a_workbook_of_scans_says_what_each_scan_says(tmp_path, scan, column):
    lines = read_ledger(workbook(tmp_path / "s.xlsx", **{column: [scan] * 3, "Count": [1, 2, 3]})).lines
    assert lines["gtin"].tolist() == ["09520123456788"] * 3
    assert lines["quantity"].tolist() == pytest.approx([0.195, 0.39, 0.585])
    assert lines["unit"].tolist() == ["KGM"] * 3


def test_a_workbook_of_scans_without_a_header_loses_none(tmp_path):
    path = tmp_path / "s.xlsx"
    pd.DataFrame([[LINK], [LINK], [WEIGHED]]).to_excel(path, index=False, header=False)
    assert read_ledger(path).lines["quantity"].tolist() == pytest.approx([0.195] * 3)


def test_a_scan_list_with_a_date_and_a_place_counts_one_piece_a_row(tmp_path):
    path = workbook(tmp_path / "s.xlsx", Scan=GTINS, Date=["2024-05-06"] * 3, Ward=["A", "B", "C"])
    read = read_ledger(path)
    assert read.lines["quantity"].tolist() == [1, 1, 1]
    assert read.lines["date"].notna().all()
    assert read.source["Ward"].tolist() == ["A", "B", "C"]


def test_a_wrong_scan_in_a_list_keeps_its_row(tmp_path):
    wrong = WEIGHED.replace("6788", "6789")
    lines = read_ledger(workbook(tmp_path / "s.xlsx", Scan=[WEIGHED, wrong, LINK, LINK])).lines
    assert lines["gtin"].iloc[1] == wrong
    assert "expected GS1 data" in gtin_notes(lines)[1]


def test_a_list_of_goods_in_parts_says_what_it_says_when_it_is_read_whole(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text("GTIN;Menge\n" + "".join(f"{GTINS[n % 3]};{n}\n" for n in range(50)))
    read = []
    for parts in Contents(path, partial(LedgerReading), part_rows=20, whole_bytes=0).ledgers():
        read += [parts.first.lines, *(lines for _, lines in parts.following)]
    assert len(read) == 3
    pd.testing.assert_frame_equal(pd.concat(read, ignore_index=True), ledgers_in(path)[0].lines)


def test_a_ledger_keeps_its_own_figures_and_takes_the_number_out_of_a_scan(tmp_path):
    path = workbook(
        tmp_path / "l.xlsx",
        Description=["cheese", "pens", "paper"],
        GTIN=[WEIGHED, LINK.replace("?3103=000195", ""), GTINS[0]],
        Quantity=[7, 8, 9],
        Unit=["kg", "pieces", "boxes"],
        Amount=[5.5, 6.5, 7.5],
        Currency=["GBP"] * 3,
    )
    read = read_ledger(path)
    assert read.lines["gtin"].tolist() == ["09520123456788", "09520123456788", GTINS[0]]
    assert read.lines["quantity"].tolist() == [7, 8, 9]
    assert read.source["GTIN"].iloc[0] == WEIGHED
    assert any("taken out of 2 lines" in note for note in read.notes)


def test_numbers_that_a_spreadsheet_has_changed_are_read_where_that_is_sure_and_told_where_not(tmp_path):
    cells = ["4.006381333931E+12", "4,00638E+12", "4.00638133393E+12", "36000291452", "400638133393"]
    stream = io.StringIO()
    frame = pd.DataFrame({"Description": "pens", "EAN": cells, "Amount GBP": "5.00"})
    frame.to_csv(stream, index=False)
    path = tmp_path / "l.csv"
    path.write_text(stream.getvalue())
    lines = read_ledger(path).lines
    assert lines["gtin"].tolist() == cells
    notes = gtin_notes(lines)
    assert notes[0] == ""
    assert "which a spreadsheet has rounded" in notes[1]
    assert "which a spreadsheet has rounded" in notes[2]
    assert "was read as 036000291452, with its leading zeros" in notes[3]
    assert "check digit should be" in notes[4]


def test_a_number_of_upc_that_lost_its_zeros_does_not_hide_what_the_column_is(tmp_path):
    path = workbook(
        tmp_path / "l.xlsx",
        Description=["paper", "pens", "soap"],
        UPC=[12345678905, 36000291452, 4006381333931],
        Amount=[5.5, 6.5, 7.5],
    )
    assert read_ledger(path, currency="USD").lines["gtin"].tolist() == [
        "12345678905",
        "36000291452",
        "4006381333931",
    ]
