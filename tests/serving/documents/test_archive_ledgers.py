"""Archives of ledgers: each file is understood by itself, and none is missed or counted twice."""

import io
import zipfile
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from data.errors import ColumnMappingError, UnreadableDocumentError
from serving.documents import archive_ledgers, contents, ledgers_in
from serving.documents.contents import Contents
from serving.documents.ledger import LedgerReading
from serving.documents.readers import read_tables

APRIL = "Description,Amount GBP\nPaper,5.00\nPens,6.50\nTotal,11.50\n"
MAY = "Buchungsliste\n\nBezeichnung;Betrag;Währung\nStühle;1.234,50;EUR\n"
INVOICE = (
    '<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2" '
    'xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2" '
    'xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">'
    "<cbc:ID>7</cbc:ID><cac:InvoiceLine><cbc:ID>1</cbc:ID>"
    '<cbc:LineExtensionAmount currencyID="EUR">9</cbc:LineExtensionAmount>'
    "<cac:Item><cbc:Name>Soap</cbc:Name></cac:Item></cac:InvoiceLine></Invoice>"
)


def archive(path: Path, files: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files.items():
            package.writestr(name, content)
    return path


def workbook(frame: pd.DataFrame, sheet: str = "Sheet1") -> bytes:
    stream = io.BytesIO()
    frame.to_excel(stream, index=False, sheet_name=sheet)
    return stream.getvalue()


def lines(ledgers) -> pd.DataFrame:
    return pd.concat([ledger.lines for ledger in ledgers], ignore_index=True)


def files(ledgers) -> list[str]:
    return [str(file) for ledger in ledgers for file in ledger.source["file"]]


def test_each_ledger_has_its_own_columns_currency_and_totals(tmp_path):
    ledgers = ledgers_in(archive(tmp_path / "a.zip", {"04.csv": APRIL, "de/05.csv": MAY.encode("cp1252")}))
    read = lines(ledgers)
    assert files(ledgers) == ["04.csv", "04.csv", "04.csv", "de/05.csv"]
    assert read["line_id"].tolist() == ["04.csv:1", "04.csv:2", "04.csv:3", "de/05.csv:1"]
    assert read["description"].tolist() == ["Paper", "Pens", "Total", "Stühle"]
    assert read["amount"].tolist() == [5.0, 6.5, 11.5, 1234.5]
    assert read["currency"].tolist() == ["GBP", "GBP", "GBP", "EUR"]
    assert read["issue"].tolist() == ["", "", "totals_row", ""]
    assert any("Buchungsliste" in note for note in ledgers[1].notes)


def test_ledgers_of_all_formats_and_invoices_stand_in_the_order_of_the_archive(tmp_path):
    frame = pd.DataFrame({"Description": ["desk"], "Amount": [5.5], "Currency": ["EUR"]})
    parquet = io.BytesIO()
    frame.assign(Description="chair").to_parquet(parquet)
    packed = {
        "1.xml": INVOICE,
        "2.xlsx": workbook(frame),
        "3.parquet": parquet.getvalue(),
        "4.xml": INVOICE.replace("Soap", "Towels"),
        "5.jsonl": frame.to_json(orient="records", lines=True) * 2,
    }
    ledgers = ledgers_in(archive(tmp_path / "a.zip", packed))
    assert files(ledgers) == ["1.xml", "2.xlsx", "3.parquet", "4.xml", "5.jsonl", "5.jsonl"]
    assert lines(ledgers)["amount"].tolist() == [9.0, 5.5, 5.5, 9.0, 5.5, 5.5]


def test_files_that_cannot_be_read_are_rows_and_the_others_are_read(tmp_path):
    packed = {
        "good.csv": APRIL,
        "letter.txt": "Dear all,\n\nhere are the ledgers.\n",
        "x/broken.xlsx": b"PK\x03\x04broken",
        "inner.zip": archive(tmp_path / "inner.zip", {"a.csv": APRIL}).read_bytes(),
    }
    ledgers = ledgers_in(archive(tmp_path / "a.zip", packed))
    assert files(ledgers) == ["good.csv"] * 3 + ["letter.txt", "x/broken.xlsx", "inner.zip"]
    bad = lines(ledgers).iloc[3:]
    assert bad["issue"].tolist() == ["document_unreadable"] * 3
    assert [sentence.partition(":")[0] for sentence in bad["issue_detail"]] == [
        "letter.txt",
        "x/broken.xlsx",
        "inner.zip",
    ]
    assert "not opened" in bad["issue_detail"].iloc[2]


def test_a_ledger_that_is_there_twice_counts_once_and_the_note_names_both(tmp_path):
    ledgers = ledgers_in(archive(tmp_path / "a.zip", {"04.csv": APRIL, "05.csv": MAY, "copy/04.csv": APRIL}))
    assert [ledger.file for ledger in ledgers] == ["04.csv", "05.csv"]
    assert ledgers[0].archive_notes == ("copy/04.csv: the same file as 04.csv, counted once.",)


SAVED = pd.DataFrame(
    {"Description": ["Desk", "Pens"], "Amount GBP": [12.5, 7.0], "Date": ["2024-05-06"] * 2, "PO": [1.5, 2.0]}
)
AS_CSV = "Description,Amount GBP,Date,PO\nDesk,12.50,06/05/2024,1.50\nPens,7.00,06/05/2024,2\n"


@pytest.mark.parametrize("order", [("a.csv", "a.xlsx"), ("a.xlsx", "a.csv")])
def test_a_ledger_in_two_formats_counts_once_and_the_note_names_both(tmp_path, order):
    packed = {"a.csv": AS_CSV.replace("06/05/2024", "2024-05-06"), "a.xlsx": workbook(SAVED)}
    ledgers = ledgers_in(archive(tmp_path / "a.zip", {name: packed[name] for name in order}))
    assert files(ledgers) == [order[0]] * 2
    note = f"{order[1]}: the same ledger as {order[0]} in another format, counted once."
    assert ledgers[0].archive_notes == (note,)


def test_ledgers_whose_lines_are_alike_and_that_differ_besides_both_count_and_a_note_says_so(tmp_path):
    packed = {"a.csv": AS_CSV, "b.xlsx": workbook(SAVED.assign(PO=[8, 9]))}
    ledgers = ledgers_in(archive(tmp_path / "a.zip", packed))
    assert lines(ledgers)["amount"].tolist() == [12.5, 7.0] * 2
    (note,) = ledgers[0].archive_notes
    assert note.startswith("b.xlsx: every line has the text, amount and date of the one in a.csv, and both")


def test_a_ledger_that_is_read_in_parts_is_found_alike_once_its_lines_are_counted(tmp_path):
    path = archive(tmp_path / "a.zip", {"a.xlsx": workbook(SAVED), "b.csv": AS_CSV})
    counted, contents_of_it = 0, Contents(path, partial(LedgerReading), part_rows=2, whole_bytes=1)
    for one in contents_of_it.ledgers():
        counted += len(one.first.lines) + sum(len(part) for _, part in one.following)
    assert counted == 4
    assert [note.partition(":")[0] for note in contents_of_it.notes] == ["b.csv"]


def test_a_file_that_cannot_be_read_is_no_line_with_a_currency(tmp_path):
    packed = {"broken.xlsx": b"PK\x03\x04broken", "1.xml": INVOICE}
    (ledger,) = ledgers_in(archive(tmp_path / "a.zip", packed), currency="GBP")
    assert ledger.lines["issue"].tolist() == ["document_unreadable", ""]
    assert ledger.lines["currency"].tolist()[0] == ""
    assert not any("GBP for" in note for note in ledger.notes)


def test_what_is_said_about_columns_is_not_about_a_file_that_cannot_be_read(tmp_path):
    path = archive(tmp_path / "a.zip", {"04.csv": APRIL, "photo.png": b"\x89PNG\r\n\x1a\n" + bytes(40)})
    ledger, unread = ledgers_in(path, mapping={"amount": "Amount GBP"})
    assert [choice.how for choice in ledger.columns if choice.field == "amount"] == ["given"]
    assert unread.lines["issue"].tolist() == ["document_unreadable"]


def test_what_the_user_says_holds_for_every_file_and_the_error_names_the_one_that_lacks_it(tmp_path):
    path = archive(tmp_path / "a.zip", {"04.csv": APRIL, "05.csv": APRIL.replace("Paper", "Ink")})
    chosen = [one.columns for one in ledgers_in(path, mapping={"amount": "Amount GBP"})]
    assert [{c.field: c.how for c in columns}["amount"] for columns in chosen] == ["given", "given"]
    assert lines(ledgers_in(path, country="IE"))["country"].unique().tolist() == ["IE"]
    path = archive(tmp_path / "b.zip", {"04.csv": APRIL, "05.csv": MAY})
    with pytest.raises(ColumnMappingError, match=r'b\.zip/05\.csv: Got the column "Amount GBP" for amount'):
        ledgers_in(path, mapping={"amount": "Amount GBP"})


def test_the_sheet_that_is_asked_for_is_one_of_every_workbook(tmp_path):
    frame = pd.DataFrame({"Description": ["desk"], "Amount": [5.5], "Currency": ["EUR"]})
    packed = {"a.xlsx": workbook(frame, "Data"), "b.csv": APRIL}
    assert len(ledgers_in(archive(tmp_path / "a.zip", packed), sheet="Data")) == 2
    packed["c.xlsx"] = workbook(frame, "Other")
    with pytest.raises(UnreadableDocumentError, match=r'b\.zip/c\.xlsx: .* no sheet "Data"'):
        ledgers_in(archive(tmp_path / "b.zip", packed), sheet="Data")


def test_what_systems_leave_in_archives_is_passed_over(tmp_path):
    litter = dict.fromkeys(
        ("__MACOSX/._04.csv", ".DS_Store", "x/.DS_Store", "Thumbs.db", "~$04.xlsx", "desktop.ini"),
        b"\x00\x01",
    )
    (ledger,) = ledgers_in(archive(tmp_path / "a.zip", {**litter, "x/04.csv": APRIL}))
    assert len(ledger.lines) == 3
    assert ledger.file == ""


def test_names_are_shown_as_they_were_packed_and_none_is_there_twice(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("Büro.csv", APRIL)
        package.writestr("dir\\x.csv", APRIL.replace("Paper", "Ink"))
        with pytest.warns(UserWarning, match="Duplicate"):
            package.writestr("Büro.csv", MAY)
    content = path.read_bytes()
    # as programs write it that do not say that a name is UTF-8
    for mark, place in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        start = content.find(mark)
        while start >= 0:
            content = content[: start + place] + b"\x00\x00" + content[start + place + 2 :]
            start = content.find(mark, start + 4)
    path.write_bytes(content)
    assert [ledger.file for ledger in ledgers_in(path)] == ["Büro.csv", "dir/x.csv", "Büro.csv (2)"]


def test_names_that_would_leave_the_folder_stay_in_it(tmp_path):
    outside = tmp_path / "evil.csv"
    packed = {"../../evil.csv": APRIL, str(outside): MAY, "a\nb\x1b[31m.csv": APRIL.replace("Paper", "Ink")}
    ledgers = ledgers_in(archive(tmp_path / "a.zip", packed))
    assert len(ledgers) == 3
    assert not outside.exists()
    assert all(name.isprintable() for name in files(ledgers))


def test_a_name_without_end_is_cut_short_as_it_stands_on_every_line(tmp_path):
    ledgers = ledgers_in(archive(tmp_path / "a.zip", {"x" * 60_000 + ".csv": APRIL, "05.csv": MAY}))
    assert len(ledgers[0].file) == 201
    assert ledgers[0].file.endswith("x.csv")


def test_a_column_of_its_own_that_is_called_file_stays(tmp_path):
    own = "file,Description,Amount GBP\nscan1.pdf,desk,5\n"
    source = ledgers_in(archive(tmp_path / "a.zip", {"04.csv": own, "05.csv": APRIL}))[0].source
    assert source["file"].tolist() == ["04.csv"]
    assert source["file_"].tolist() == ["scan1.pdf"]


def test_an_archive_in_parts_says_what_it_says_when_it_is_read_whole(tmp_path):
    rows = "".join(f"desk {n},{n}.25\n" for n in range(90))
    packed = {"big.csv": f"Description,Amount GBP\n{rows}", "05.csv": MAY, "1.xml": INVOICE}
    path = archive(tmp_path / "a.zip", packed)
    whole = ledgers_in(path)
    parts = []
    for one in Contents(path, partial(LedgerReading), part_rows=20, whole_bytes=500).ledgers():
        parts += [(one.first.source, one.first.lines), *one.following]
    assert len(parts) == 7
    pd.testing.assert_frame_equal(pd.concat([read for _, read in parts], ignore_index=True), lines(whole))
    assert [file for source, _ in parts for file in source["file"]] == files(whole)


def test_a_ledger_that_breaks_off_in_a_later_part_keeps_its_lines_and_a_row_says_so(tmp_path):
    record = '{"description": "desk", "amount": 5, "currency": "GBP"}\n'
    path = archive(tmp_path / "a.zip", {"a.jsonl": record * 29 + "{broken\n", "b.csv": APRIL})
    read = []
    for one in Contents(path, partial(LedgerReading), part_rows=20, whole_bytes=100).ledgers():
        read += [one.first.lines, *(part for _, part in one.following)]
    found = pd.concat(read, ignore_index=True)
    assert found["issue"].tolist() == [""] * 20 + ["document_unreadable", "", "", "totals_row"]
    assert "the rest of the file was left out" in found["issue_detail"].iloc[20]


@pytest.mark.parametrize(
    ("limit", "value", "told"),
    [
        ("_MAX_LEDGERS", 2, "more than 2 ledgers"),
        ("_MAX_COLUMNS", 4, "more than 4 different columns"),
        ("_MAX_PACKED_BYTES", 1000, "GiB in workbooks"),
    ],
)
def test_archives_that_come_to_more_than_a_machine_holds_are_refused(
    tmp_path, monkeypatch, limit, value, told
):
    monkeypatch.setattr(archive_ledgers, limit, value)
    frame = pd.DataFrame({"Description": ["desk"], "Amount": [5.5], "Currency": ["EUR"]})
    packed = {"1.csv": APRIL, "2.csv": MAY, "3.xlsx": workbook(frame)}
    with pytest.raises(UnreadableDocumentError, match=told):
        ledgers_in(archive(tmp_path / "a.zip", packed))


def test_ledgers_too_large_to_stand_beside_each_other_are_a_matter_for_jobs(tmp_path, monkeypatch):
    monkeypatch.setattr(contents, "_MAX_CELLS", 20)
    path = archive(tmp_path / "a.zip", {"04.csv": APRIL, "05.csv": MAY})
    with pytest.raises(UnreadableDocumentError, match="hand it in as a job"):
        ledgers_in(path)


def test_nothing_unpacked_is_left_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    path = archive(tmp_path / "a.zip", {"04.csv": APRIL, "05.csv": MAY})
    ledgers_in(path)
    assert [one.name for one in tmp_path.iterdir()] == ["a.zip"]


def test_one_table_is_wanted_where_an_archive_of_several_is_no_ledger(tmp_path):
    assert read_tables(archive(tmp_path / "a.zip", {"s.csv": "supplier,category\nA,1\n"}))[0].rows
    with pytest.raises(UnreadableDocumentError, match="archive of 2 files, expected one table"):
        read_tables(archive(tmp_path / "b.zip", {"s.csv": APRIL, "t.csv": MAY}))


def test_a_text_document_is_called_by_its_name(tmp_path):
    packed = {"[Content_Types].xml": "<a/>", "word/document.xml": "<a/>"}
    with pytest.raises(UnreadableDocumentError, match="got a text document"):
        ledgers_in(archive(tmp_path / "a.docx", packed))
