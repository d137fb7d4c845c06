"""Ledgers read in parts say what they say when they are read whole."""

import json
from pathlib import Path

import pandas as pd
import pytest

from data.errors import UnreadableDocumentError
from serving.documents import read_ledger
from serving.documents.ledger import LedgerReading
from serving.documents.parts import read_parts

HEADER = "Invoice;Description;Date;Amount;Currency"


def in_parts(path: Path, part_rows: int, **said: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Source and lines, put together from the parts."""
    parts = read_parts(path, LedgerReading(path, **said), part_rows=part_rows, whole_bytes=0)
    read = [(parts.first.source, parts.first.lines), *parts.following]
    assert len(read) > 1, "the document had one part only"
    sources, lines = zip(*read, strict=True)
    return pd.concat(sources, ignore_index=True), pd.concat(lines, ignore_index=True)


def assert_read_alike(path: Path, part_rows: int, **said: str) -> None:
    whole = read_ledger(path, **said)
    source, lines = in_parts(path, part_rows, **said)
    pd.testing.assert_frame_equal(source, whole.source)
    pd.testing.assert_frame_equal(lines, whole.lines)


def german(rows: int) -> str:
    lines = [f"R{n};Büromöbel {n};{n % 28 + 1:02}.03.2024;1.{n:03},50;EUR" for n in range(rows)]
    return "\n".join([HEADER, *lines, ""])


@pytest.mark.parametrize(
    ("name", "part_rows"), [("council.csv", 120), ("hospital.csv", 80), ("university.csv", 80)]
)
def test_the_example_ledgers(examples, name, part_rows):
    assert_read_alike(examples / name, part_rows)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_texts_in_every_encoding(tmp_path, encoding):
    path = tmp_path / "ledger.csv"
    path.write_text(german(90), encoding)
    assert_read_alike(path, 20)


def test_json_lines_whose_later_lines_have_a_field_more(tmp_path):
    path = tmp_path / "ledger.jsonl"
    records = [{"text": f"desk {n}", "amount": n + 0.5, "currency": "GBP"} for n in range(50)]
    records[40]["supplier"] = {"name": "Desks Ltd"}
    path.write_text("\n".join(map(json.dumps, records)))
    source, lines = in_parts(path, 20)
    assert list(lines["description"]) == [record["text"] for record in records]
    assert list(lines["amount"]) == [record["amount"] for record in records]
    assert list(lines["line_id"]) == [str(n) for n in range(1, 51)]
    assert source.loc[40, "supplier.name"] == "Desks Ltd"


def test_a_broken_line_of_json_is_counted_from_where_its_part_begins(tmp_path):
    path = tmp_path / "ledger.jsonl"
    path.write_text('{"description": "desk", "amount": 5, "currency": "GBP"}\n' * 29 + "{broken\n")
    with pytest.raises(UnreadableDocumentError, match=r"counted from line 21: got broken JSON on line 10"):
        in_parts(path, 20)


def test_parquet(tmp_path):
    path = tmp_path / "ledger.parquet"
    days = pd.date_range("2024-01-01", periods=70)
    frame = pd.DataFrame({"Description": "desks", "Amount": range(70), "Currency": "EUR", "Date": days})
    frame.to_parquet(path, row_group_size=25)
    assert_read_alike(path, 20)


def test_a_total_at_the_end_of_a_later_part_is_no_line(tmp_path):
    path = tmp_path / "ledger.csv"
    rows = "".join(f"desk {n},2024-03-01,10.50\n" for n in range(50))
    path.write_text(f"Description,Date,Amount GBP\n{rows}Total March,,525.00\n")
    assert in_parts(path, 20)[1]["issue"].tolist() == [""] * 50 + ["totals_row"]


def test_what_the_first_part_settled_holds_for_values_that_can_be_read_two_ways(tmp_path):
    path = tmp_path / "ledger.csv"
    ambiguous = "".join(f"desk {n};03/04/2024;1.234\n" for n in range(30))
    path.write_text(f"Description;Date;Amount EUR\nchair;25/04/2024;1.234,50\n{ambiguous}")
    _, lines = in_parts(path, 10)
    assert lines.loc[30, "amount"] == 1234
    assert lines.loc[30, "date"] == pd.Timestamp("2024-04-03")


def test_cells_with_line_breaks_stay_whole_wherever_a_part_ends(tmp_path):
    path = tmp_path / "ledger.csv"
    rows = "".join(f'"desk\nno. {n}",2024-03-01,10.50,GBP\n' for n in range(50))
    path.write_text(f"Description,Date,Amount,Currency\n{rows}")
    assert_read_alike(path, 7)


def test_a_quotation_mark_that_is_never_closed_does_not_swallow_the_parts(tmp_path):
    path = tmp_path / "ledger.csv"
    rows = "".join(f"desk {n},2024-03-01,10.50,GBP\n" for n in range(50))
    path.write_text(f'Description,Date,Amount,Currency\n"open,2024-03-01,1.00,GBP\n{rows}')
    assert_read_alike(path, 20)


def test_whole_lines_in_quotation_marks(tmp_path):
    path = tmp_path / "ledger.csv"
    rows = "".join(f'"desk {n},2024-03-01,10.50,GBP"\n' for n in range(50))
    path.write_text(f'"Description,Date,Amount,Currency"\n{rows}')
    assert_read_alike(path, 20)


def test_blank_lines_between_rows_are_rows_and_those_at_the_end_are_not(tmp_path):
    path = tmp_path / "ledger.csv"
    rows = "".join(f"desk {n},2024-03-01,10.50,GBP\n\n" for n in range(50))
    path.write_text(f"Description,Date,Amount,Currency\n{rows}\n\n")
    assert_read_alike(path, 20)
