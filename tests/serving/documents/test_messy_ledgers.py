"""Whole ledgers, as dirty as they come, written to real files and read with no option but the country."""

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from serving.documents import Ledger, read_ledger


def chosen(ledger: Ledger) -> dict[str, str]:
    return {choice.field: choice.column for choice in ledger.columns if choice.how != "constant"}


def written(folder: Path, text: str, encoding: str = "utf-8", name: str = "ledger.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def noted(ledger: Ledger, words: str) -> bool:
    return any(words in note for note in ledger.notes)


def test_a_german_semicolon_file_in_cp1252_reads_decimal_commas_and_umlauts(tmp_path):
    path = written(
        tmp_path,
        "Buchungsdatum;Artikelbezeichnung;Lieferant;Menge;Einheit;Nettobetrag;Währung;Kostenstelle\r\n"
        "03.04.2020;Büromöbel;Müller GmbH;2;Stück;1.234,50;EUR;4711\r\n"
        "05.04.2020;Spülmittel;Großhandel AG;1,5;l;12,00-;EUR;4712\r\n"
        "07.04.2020;Prüfgerät;Müller GmbH;1;Stück;1.000;EUR;4711\r\n",
        "cp1252",
    )
    ledger = read_ledger(path)
    assert chosen(ledger) == {
        "description": "Artikelbezeichnung",
        "amount": "Nettobetrag",
        "currency": "Währung",
        "date": "Buchungsdatum",
        "quantity": "Menge",
        "unit": "Einheit",
        "supplier": "Lieferant",
        "cost_centre": "Kostenstelle",
    }
    assert ledger.lines["amount"].tolist() == [1234.5, -12.0, 1000.0]
    assert ledger.lines["quantity"].tolist() == [2.0, 1.5, 1.0]
    assert ledger.lines["description"].tolist() == ["Büromöbel", "Spülmittel", "Prüfgerät"]
    assert ledger.lines["date"].dt.month.tolist() == [4, 4, 4]
    assert ledger.vat == "excluded"
    assert noted(ledger, "cp1252")
    assert noted(ledger, "semicolon")
    assert noted(ledger, "decimal comma")


def test_whole_euros_with_points_are_thousands_in_a_file_separated_by_semicolons(tmp_path):
    path = written(tmp_path, "Bezeichnung;Betrag\nServer;12.500\nKabel;1.250\n")
    ledger = read_ledger(path, country="DE")
    assert ledger.lines["amount"].tolist() == [12500.0, 1250.0]
    assert ledger.lines["currency"].unique().tolist() == ["EUR"]
    assert noted(ledger, "semicolons")


def test_a_utf16_tab_export_of_a_spreadsheet_is_read(tmp_path):
    path = written(
        tmp_path,
        "Supplier\tDescription\tAmount\tDate\r\nÉlan plc\tDésinfectant, 5 l\t£1,250.00\t24/04/2020\r\n",
        "utf-16",
        "ledger.xls",
    )
    ledger = read_ledger(path)
    assert ledger.lines.loc[0, ["description", "supplier", "amount", "currency"]].tolist() == [
        "Désinfectant, 5 l",
        "Élan plc",
        1250.0,
        "GBP",
    ]
    assert noted(ledger, "UTF-16")


def test_a_title_above_the_header_and_totals_below_are_told_from_lines(tmp_path):
    path = written(
        tmp_path,
        "Spend over £500,,,\nPeriod: 01/04/2020 to 30/04/2020,,,\n,,,\n"
        "Supplier,Description,Date,Amount\n"
        "Acme Ltd,Paper,24/04/2020,100.00\nBolt Ltd,Screws,25/04/2020,50.50\nSubtotal,,,150.50\n"
        "Total Gas & Power,Gas,26/04/2020,200.00\nCase Ltd,Boxes,27/04/2020,20.00\nGrand total,,,370.50\n",
    )
    ledger = read_ledger(path, country="GB")
    assert ledger.lines["issue"].tolist() == ["", "", "totals_row", "", "", "totals_row"]
    assert len(ledger.source) == len(ledger.lines) == 6
    assert noted(ledger, "The header is row 4")
    assert noted(ledger, "Spend over £500")


def test_a_supplier_called_total_is_no_totals_row(tmp_path):
    path = written(
        tmp_path,
        "Supplier,Description,Amount\nAcme Ltd,Paper,1.50\nTotal,Diesel for vans,70.00\nBolt Ltd,Nuts,3.50\n",
    )
    assert read_ledger(path).lines["issue"].eq("currency_missing").all()


def test_columns_of_the_same_name_are_all_kept_and_told_apart(tmp_path):
    path = written(
        tmp_path, "Description,Amount,Amount,,Description\nPaper,10.50,12.60,x,A4\nPens,5.25,6.30,y,blue\n"
    )
    ledger = read_ledger(path, country="GB")
    assert ledger.source.columns.tolist() == [
        "Description",
        "Amount",
        "Amount (2)",
        "Column 4",
        "Description (2)",
    ]
    assert ledger.lines["amount"].tolist() == [10.5, 5.25]
    assert ledger.lines["description"].tolist() == ["Paper", "Pens"]


def test_swapped_headers_lose_to_the_content_below_them(tmp_path):
    path = written(
        tmp_path,
        "Supplier,Amount,Description\nAcme Ltd,Copier paper A4,10.50\nBolt Ltd,Steel screws M4,5.25\n",
    )
    ledger = read_ledger(path, country="GB")
    assert chosen(ledger)["amount"] == "Description"
    assert chosen(ledger)["description"] == "Amount"
    assert {choice.how for choice in ledger.columns if choice.field in {"amount", "description"}} == {
        "by content"
    }
    assert ledger.lines["amount"].tolist() == [10.5, 5.25]


def test_a_file_without_header_is_recognised_by_its_content(tmp_path):
    path = written(
        tmp_path,
        "24/04/2020,Acme Ltd,Copier paper A4 white 80 gsm,10.50\n"
        "25/04/2020,Bolt GmbH,Steel screws M4 x 20 box of 100,5.25\n"
        "26/04/2020,Acme Ltd,Toner cartridge black for printer,-7.10\n",
    )
    ledger = read_ledger(path, country="GB")
    assert chosen(ledger) == {
        "description": "Column 3",
        "amount": "Column 4",
        "date": "Column 1",
        "supplier": "Column 2",
    }
    assert len(ledger.lines) == 3
    assert noted(ledger, "No header row")


def test_a_currency_on_every_row_wins_over_the_country(tmp_path):
    path = written(
        tmp_path,
        "Item,Net amount,Gross amount,Currency\n"
        "Paper,10.50,12.60,EUR\nPens,5.25,6.30,usd\nInk,1.10,1.32,\n"
        "X,2.5,3,??\n",
    )
    ledger = read_ledger(path, country="GB")
    assert ledger.lines["currency"].tolist() == ["EUR", "USD", "GBP", ""]
    assert ledger.lines["issue"].tolist() == ["", "", "", "currency_missing"]
    assert '"??"' in ledger.lines["issue_detail"].iloc[3]
    assert chosen(ledger)["amount"] == "Net amount"
    assert ledger.vat == "excluded"
    assert noted(ledger, '"Gross amount"')


def test_an_sap_export_with_trailing_minus_and_repeated_headers_is_read(tmp_path):
    path = written(
        tmp_path,
        "Posting Date|Short Text|Vendor|Amount in LC|Curr.\n"
        "2020-04-24|Gloves nitrile|Med SA|1.234,50|EUR\n"
        "Posting Date|Short Text|Vendor|Amount in LC|Curr.\n"
        "2020-04-25|Credit gloves|Med SA|234,50-|EUR\n",
    )
    ledger = read_ledger(path)
    assert ledger.lines["issue"].tolist() == ["", "header_repeated", ""]
    assert ledger.lines["amount"].iloc[[0, 2]].tolist() == [1234.5, -234.5]
    assert noted(ledger, "vertical bar")


def test_ragged_rows_are_kept_with_a_sentence(tmp_path):
    path = written(
        tmp_path,
        "Supplier,Description,Amount\n"
        "Acme,Paper,10.50\nBolt,Screws, nuts,5.25\nCase,Boxes\nDale,Pens,1.25,,\n",
    )
    ledger = read_ledger(path, country="GB")
    assert ledger.lines["issue"].tolist() == ["", "row_ragged", "row_ragged", ""]
    assert "too many" in ledger.lines["issue_detail"].iloc[1]
    assert "too few" in ledger.lines["issue_detail"].iloc[2]
    assert ledger.source.iloc[1].tolist() == ["Bolt", "Screws", " nuts", "5.25"]


def test_unreadable_amounts_and_empty_records_keep_their_place(tmp_path):
    path = written(
        tmp_path,
        "Item,Amount,Qty,Date\n"
        "Paper,10.50,1,24/04/2020\n,,,\nPens,see invoice,2,######\nInk,,5 kg,Pre-PQ Process\n"
        "Tape,1.50,2 boxes,25/04/2020\n",
    )
    ledger = read_ledger(path, country="GB", date="2020-04-30")
    assert ledger.lines["issue"].tolist() == ["", "empty_record", "amount_unreadable", "", ""]
    assert 'Got "see invoice"' in ledger.lines["issue_detail"].iloc[2]
    assert ledger.lines["quantity"].iloc[3] == 5.0
    assert ledger.lines["unit"].tolist() == ["", "", "", "kg", "boxes"]
    assert ledger.lines["date"].dt.day.tolist() == [24, 30, 30, 30, 25]
    assert noted(ledger, '2 cells ("######", "Pre-PQ Process") are no dates')


def test_line_breaks_and_delimiters_within_quotes_stay_in_their_cell(tmp_path):
    path = written(tmp_path, 'Description,Amount\r\n"Cable, 5 m\r\nblack ""XL""",10.50\r\nPlug,2.50\r\n')
    ledger = read_ledger(path, country="GB")
    assert ledger.source["Description"].tolist() == ['Cable, 5 m\r\nblack "XL"', "Plug"]


def test_a_quotation_mark_that_is_never_closed_does_not_swallow_the_rest(tmp_path):
    rows = "".join(f"Pipe {n},1.{n % 10}0\n" for n in range(100))
    path = written(tmp_path, f'Description,Amount\n"12 inch pipe,5.00\n{rows}')
    ledger = read_ledger(path, country="GB")
    assert len(ledger.lines) == 101
    assert noted(ledger, "not closed")


def test_nul_bytes_and_a_stray_byte_do_not_spoil_a_utf8_file(tmp_path):
    text = "Description,Amount\n" + "Café crème,1.50\n" * 20
    path = tmp_path / "ledger.csv"
    path.write_bytes(text.encode() + b"Caf\xe9 noir\x00,2.50\n")
    ledger = read_ledger(path, country="FR")
    assert ledger.lines["description"].iloc[[0, -1]].tolist() == ["Café crème", "Café noir"]
    assert noted(ledger, "NUL")


def test_json_lines_with_nested_objects_become_dotted_columns(tmp_path):
    records = [
        {
            "id": "a-1",
            "item": {"description": "Gloves", "gtin": "4006381333931"},
            "amount": 1.234,
            "currency": "EUR",
        },
        {
            "id": "a-2",
            "item": {"description": "Masks", "gtin": None},
            "amount": 20,
            "currency": "EUR",
            "tags": ["x"],
        },
    ]
    ledger = read_ledger(written(tmp_path, "\n".join(map(json.dumps, records)), name="ledger.txt"))
    assert chosen(ledger)["description"] == "item.description"
    assert ledger.lines["line_id"].tolist() == ["a-1", "a-2"]
    assert ledger.lines["gtin"].tolist() == ["4006381333931", ""]
    assert ledger.lines["amount"].tolist() == [1.234, 20.0]
    assert ledger.source["tags"].tolist() == ["", '["x"]']


@pytest.mark.parametrize("indent", [None, 1])
def test_a_list_of_objects_within_one_json_object_is_read(tmp_path, indent):
    document = {"period": "2020-04", "lines": [{"description": "Gloves", "amount": 5, "currency": "EUR"}]}
    ledger = read_ledger(written(tmp_path, json.dumps(document, indent=indent)))
    assert ledger.lines["amount"].tolist() == [5.0]


def test_parquet_with_decimals_and_timestamps_is_read_without_loss(tmp_path):
    path = tmp_path / "ledger.parquet"
    table = pa.table(
        {
            "invoice_date": pa.array([dt.datetime(2020, 4, 3, 10, 30), None], pa.timestamp("us")),  # noqa: DTZ001
            "item_text": ["Gloves", "Masks"],
            "amount": pa.array([Decimal("1.234"), Decimal("1234.500")], pa.decimal128(12, 3)),
            "currency": ["EUR", "EUR"],
        }
    )
    pq.write_table(table, path)
    ledger = read_ledger(path)
    assert ledger.lines["amount"].tolist() == [1.234, 1234.5]
    assert ledger.source["amount"].tolist() == ["1.234", "1234.500"]
    assert ledger.lines["date"].iloc[0] == pd.Timestamp("2020-04-03")
    assert pd.isna(ledger.lines["date"].iloc[1])


@pytest.fixture
def workbook(tmp_path):
    path = tmp_path / "book.csv"
    with xlsxwriter.Workbook(path) as book:
        cover = book.add_worksheet("Cover")
        cover.write_column(0, 0, ["Spend report", "Contact: finance team", "Printed 2020"])
        sheet = book.add_worksheet("April 2020")
        sheet.write_row(0, 0, ["Spend report"])
        sheet.write_row(2, 0, ["Supplier", "Description", "Invoice date", "Amount"])
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for row, (supplier, text, amount) in enumerate(
            [("Acme", "Paper", 1.234), ("Bolt", "Screws", -1234)], 3
        ):
            sheet.write_row(row, 0, [supplier, text])
            sheet.write_datetime(row, 2, dt.datetime(2020, 4, 3), day)  # noqa: DTZ001
            sheet.write_number(row, 3, amount)
    return path


def test_the_sheet_with_the_ledger_is_found_among_several_and_named(workbook):
    ledger = read_ledger(workbook, country="GB")
    assert ledger.lines["amount"].tolist() == [1.234, -1234.0]
    assert ledger.lines["date"].unique().tolist() == [pd.Timestamp("2020-04-03")]
    assert noted(ledger, '"April 2020" was taken for the ledger, not "Cover"')


def test_a_sheet_asked_for_is_taken_by_name_or_number(workbook):
    assert (
        len(read_ledger(workbook, sheet="April 2020").lines) == len(read_ledger(workbook, sheet=2).lines) == 2
    )


def test_sixteen_thousand_rows_of_fifteen_columns_keep_their_order(tmp_path):
    numbers = np.arange(16_000)
    frame = pd.DataFrame(
        {"Description": [f"Item {n}" for n in numbers], "Amount": [f"{n}.25" for n in numbers]}
    )
    for extra in range(13):
        frame[f"Extra {extra}"] = "text"
    path = tmp_path / "ledger.csv"
    frame.to_csv(path, index=False)
    lines = read_ledger(path, country="GB").lines
    assert lines["amount"].tolist() == (numbers + 0.25).tolist()
    assert lines["line_id"].tolist() == [str(n + 1) for n in numbers]
