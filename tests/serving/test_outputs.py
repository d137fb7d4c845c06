"""Result files: the same lines in the same order, whatever the format, and never half a file."""

import csv
import dataclasses
import json
import time
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from data.errors import OutputError
from models.estimates import ESTIMATE_FIELDS
from serving.outputs import check_outputs, write_output

SUFFIXES = [".csv", ".parquet", ".jsonl", ".xlsx"]


def read_back(path: Path) -> pd.DataFrame:
    if path.suffix == ".csv":
        return pd.read_csv(path, dtype=str, keep_default_na=False)
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    if path.suffix == ".jsonl":
        return pd.DataFrame([json.loads(line) for line in path.read_text("utf-8").splitlines()])
    return pd.read_excel(path, sheet_name="Lines", dtype=str, keep_default_na=False, engine="openpyxl")


def repeated(result, times):
    """Make a longer ledger of the same lines."""
    lines = pd.concat([result.lines] * times, ignore_index=True)
    estimates = pd.concat([result.estimates] * times, ignore_index=True)
    ids = [str(n) for n in range(1, len(lines) + 1)]
    return dataclasses.replace(
        result,
        source=pd.concat([result.source] * times, ignore_index=True),
        lines=lines.assign(line_id=ids),
        estimates=estimates.assign(line_id=ids),
        amount_usd=pd.concat([result.amount_usd] * times, ignore_index=True),
    )


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_line_comes_back_in_order_with_its_own_columns_first(estimated, tmp_path, suffix):
    path = tmp_path / f"out{suffix}"

    write_output(estimated, path)
    back = read_back(path)

    assert list(back.columns) == [*estimated.source.columns, *ESTIMATE_FIELDS]
    assert list(back["line_id"]) == list(estimated.estimates["line_id"])
    kg = pd.to_numeric(back["kg_co2e"], errors="coerce")
    pd.testing.assert_series_equal(kg, estimated.estimates["kg_co2e"], check_index_type=False)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("suffix", [".parquet", ".jsonl", ".xlsx"])
def test_text_comes_back_letter_by_letter(estimated_with, tmp_path, suffix):
    hostile = "=1+1 \"quoted\", 'ünïcode' 手袋 😀 https://example.org"
    path = tmp_path / f"out{suffix}"

    write_output(estimated_with(Description=hostile), path)

    assert read_back(path)["Description"][0] == hostile


@pytest.mark.parametrize("text", ["two\rlines", "two\nlines", "two\r\nlines", 'a "b", c'])
def test_a_csv_cell_with_a_line_break_of_any_kind_is_one_cell(estimated_with, tmp_path, text):
    path = tmp_path / "out.csv"

    write_output(estimated_with(Description=text), path)

    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows[1][rows[0].index("Description")] == text
    assert len({len(row) for row in rows}) == 1


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3", "\t=1", "\r=1", "\n=1"])
def test_a_formula_in_a_csv_cell_is_disarmed_and_said_so(estimated_with, tmp_path, text):
    path = tmp_path / "out.csv"

    notes = write_output(estimated_with(Supplier=text), path)

    assert read_back(path)["Supplier"][0].startswith("'")
    assert any("formula" in note for note in notes)


@pytest.mark.parametrize("text", ["-12.50", "+44 20 7946 0018", "-£1,234.50", "-", "(1,234.50)", "7-8"])
def test_numbers_in_a_csv_stay_numbers(estimated_with, tmp_path, text):
    path = tmp_path / "out.csv"

    write_output(estimated_with(Supplier=text), path)

    assert read_back(path)["Supplier"][0] == text


def test_a_formula_in_a_csv_header_is_disarmed(estimated, tmp_path):
    result = dataclasses.replace(estimated, source=estimated.source.rename(columns={"Supplier": "=1+1"}))

    write_output(result, tmp_path / "out.csv")

    assert "'=1+1" in read_back(tmp_path / "out.csv").columns


def test_a_formula_in_a_workbook_is_a_text_cell(estimated_with, tmp_path):
    path = tmp_path / "out.xlsx"

    write_output(estimated_with(Description="=HYPERLINK(1)"), path)

    sheet = openpyxl.load_workbook(path)["Lines"]
    cell = next(c for c in sheet[2] if c.value == "=HYPERLINK(1)")
    assert cell.data_type == "s"
    assert sheet.max_row == len(estimated_with().lines) + 1


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_input_columns_named_like_a_field_are_renamed_and_said_so(estimated, tmp_path, suffix):
    names = {"Supplier": "Status", "UOM": "input_Status", "Cur": "kg_co2e", "Qty": "Note", "GTIN": "note"}
    result = dataclasses.replace(estimated, source=estimated.source.rename(columns=names))
    path = tmp_path / f"out{suffix}"

    notes = write_output(result, path)
    back = read_back(path)

    assert back.columns.is_unique
    assert list(back["input_input_Status"]) == list(estimated.source["Supplier"])
    assert list(back["input_kg_co2e"]) == list(estimated.source["Cur"])
    assert {"Note", "note", "input_Status"} <= set(back.columns)
    assert "'Status' is now 'input_input_Status', 'kg_co2e' is now 'input_kg_co2e'" in notes[0]


def test_a_cell_beyond_what_a_workbook_holds_is_cut_there_and_kept_whole_elsewhere(estimated_with, tmp_path):
    result = estimated_with(Description="x" * 40_000)

    notes = write_output(result, tmp_path / "out.xlsx")
    write_output(result, tmp_path / "out.parquet")

    assert notes == ["1 cells were cut at 32,767 characters, the most that a workbook holds."]
    assert len(read_back(tmp_path / "out.xlsx")["Description"][0]) == 32_767
    assert len(read_back(tmp_path / "out.parquet")["Description"][0]) == 40_000


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_ledger_without_lines_gives_a_file_without_rows(estimated, tmp_path, suffix):
    empty = dataclasses.replace(
        estimated,
        source=estimated.source[:0],
        lines=estimated.lines[:0],
        estimates=estimated.estimates[:0],
        amount_usd=estimated.amount_usd[:0],
    )

    write_output(empty, tmp_path / f"out{suffix}")

    assert len(read_back(tmp_path / f"out{suffix}")) == 0


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_existing_file_is_replaced_through_a_link_too(estimated, tmp_path, suffix):
    target, link = tmp_path / f"real{suffix}", tmp_path / f"link{suffix}"
    target.write_text("before")
    link.symlink_to(target)

    write_output(estimated, link)

    assert link.is_symlink()
    assert len(read_back(target)) == len(estimated.lines)


def test_an_existing_file_stays_as_it_is_when_writing_fails(estimated_with, tmp_path):
    path = tmp_path / "out.jsonl"
    path.write_text("before")
    result = estimated_with()
    result.estimates.loc[len(result.estimates) - 1, "evidence"] = "not JSON"

    with pytest.raises(json.JSONDecodeError):
        write_output(result, path)

    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["out.txt", "out", "out.csv.gz", ".csv"])
def test_an_unknown_ending_is_refused_and_the_known_ones_named(tmp_path, name):
    with pytest.raises(OutputError, match=r"expected a name ending in \.csv, \.parquet, \.jsonl, \.xlsx"):
        check_outputs(tmp_path / name, None, [])


def test_a_missing_folder_is_refused(tmp_path):
    with pytest.raises(OutputError, match=r"folder of .* does not exist"):
        check_outputs(tmp_path / "nowhere" / "out.csv", None, [])


def test_a_folder_in_place_of_the_file_is_refused(tmp_path):
    (tmp_path / "out.csv").mkdir()

    with pytest.raises(OutputError, match="is a folder"):
        check_outputs(tmp_path / "out.csv", None, [])


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a folder that not even root can write to")
def test_a_folder_that_cannot_be_written_to_is_refused():
    with pytest.raises(OutputError, match="cannot be written to"):
        check_outputs(Path("/proc/self/out.csv"), None, [])


def test_output_report_and_inputs_must_be_different_files(tmp_path):
    ledger, link = tmp_path / "ledger.csv", tmp_path / "link.csv"
    ledger.write_text("a\n")
    link.symlink_to(ledger)

    with pytest.raises(OutputError, match="as the output and as an input"):
        check_outputs(link, None, [ledger])
    with pytest.raises(OutputError, match="as the report and as the output"):
        check_outputs(tmp_path / "a.csv", tmp_path / "b" / ".." / "a.csv", [ledger])
    with pytest.raises(OutputError, match="as the report and as an input"):
        check_outputs(tmp_path / "a.csv", ledger, [ledger])


def test_a_city_s_month_is_written_in_seconds(estimated, tmp_path):
    long = repeated(estimated, 16_000 // len(estimated.lines) + 1)
    started = time.process_time()

    write_output(long, tmp_path / "out.csv")

    assert time.process_time() - started < 2
    assert len(read_back(tmp_path / "out.csv")) == len(long.lines) >= 16_000
