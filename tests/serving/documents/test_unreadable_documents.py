"""Documents that are no ledgers: one clear sentence, whatever the bytes."""

import contextlib
import io
import random
import zipfile

import pytest
import xlsxwriter

from data.errors import ColumnMappingError, LedgerprintError, UnreadableDocumentError
from serving.documents import read_ledger

COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def workbook(*cells: tuple[int, int, str | float]) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        sheet = book.add_worksheet()
        for row, column, value in cells:
            sheet.write(row, column, value)
    return stream.getvalue()


def archive(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files.items():
            package.writestr(name, content)
    return stream.getvalue()


def gigabyte_of_zeros() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        package.writestr("xl/workbook.xml", b"")
        with package.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for _ in range(1025):
                sheet.write(bytes(1 << 20))
    return stream.getvalue()


def ods(row_repeats: int = 1, cell_repeats: int = 1) -> bytes:
    def cell(text: str, repeats: int = 1) -> str:
        times = f'table:number-columns-repeated="{repeats}"'
        return (
            f'<table:table-cell {times} office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
        )

    def row(cells: str, repeats: int = 1) -> str:
        return f'<table:table-row table:number-rows-repeated="{repeats}">{cells}</table:table-row>'

    spaces = " ".join(
        f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{prefix}:1.0"'
        for prefix in ("office", "table", "text")
    )
    rows = (
        row(cell("Description") + cell("Amount"))
        + row(cell("Paper") + cell("1.50", cell_repeats), row_repeats)
        + row('<table:table-cell table:number-columns-repeated="16384"/>', 1_048_000)
    )
    content = (
        f"<office:document-content {spaces}><office:body><office:spreadsheet>"
        f'<table:table table:name="S">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    mimetype = b"application/vnd.oasis.opendocument.spreadsheet"
    return archive({"mimetype": mimetype, "META-INF/manifest.xml": b"<m/>", "content.xml": content.encode()})


GARBAGE = random.Random(7).randbytes(5_000)  # noqa: S311 - any bytes will do
SOUND = workbook((0, 0, "Description"), (0, 1, "Amount"), (1, 0, "Paper"), (1, 1, 1.5))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "an empty file"),
        (b"\xef\xbb\xbf\r\n \n", "an empty file"),
        (GARBAGE, "binary data"),
        (b"%PDF-1.7 and more", "a damaged PDF"),
        (b"<html><table></table></html>", "an HTML or XML document"),
        (b'<ubl:Invoice xmlns:ubl="urn:x"/>', "an XML document <Invoice> of urn:x"),
        (b"\x89PNG\r\n\x1a\n" + GARBAGE, "an image"),
        (b"\x1f\x8b" + GARBAGE, "a gzip archive"),
        (archive({"a": b"x", "b": b"y"}), "an archive of 2 files, expected one table"),
        (archive({"xl/workbook.xml": b"<x/>"}), "a damaged workbook"),
        (SOUND[: len(SOUND) // 2], "a damaged or encrypted archive"),
        (COMPOUND_FILE + GARBAGE, "a damaged workbook"),
        (COMPOUND_FILE + "EncryptedPackage".encode("utf-16-le"), "an encrypted workbook"),
        (workbook(), "a workbook without any cell"),
        (b"PAR1" + GARBAGE + b"PAR1", "damaged or encrypted Parquet"),
        (b"[]", "no record"),
        (b'[{"a": 1},', "broken JSON"),
        (b'{"description": "x"}\n{"description":\n', "broken JSON on line 2"),
        (b'{"a": [{"x": 1}], "b": [{"x": 2}]}', "JSON with 2 lists"),
        (b'{"a":' * 100_000, "broken JSON"),
        (b"Description,Amount\n", "a header and no row below it"),
    ],
)
def test_a_document_that_cannot_be_read_is_refused_in_one_sentence(tmp_path, content, words):
    path = tmp_path / "ledger.csv"
    path.write_bytes(content)
    with pytest.raises(UnreadableDocumentError, match="expected") as refusal:
        read_ledger(path)
    message = str(refusal.value)
    assert message.startswith(f"ledger.csv: got {words}")
    assert "\n" not in message


def test_a_missing_file_and_a_folder_are_refused_by_name(tmp_path):
    for path in (tmp_path, tmp_path / "nowhere.csv"):
        with pytest.raises(UnreadableDocumentError, match="check the path"):
            read_ledger(path)


@pytest.mark.parametrize(
    "content",
    [
        workbook((0, 0, "Description"), (0, 1, "Amount"), (1_048_575, 16_383, 1)),
        gigabyte_of_zeros(),
        ods(row_repeats=1_000_000, cell_repeats=16_000),
        ods(cell_repeats=16_000),
        b"Description,Amount\nPaper,1.50" + b",x" * 1_000,
    ],
    ids=[
        "two cells far apart",
        "a gigabyte of zeros",
        "repeated rows",
        "repeated cells",
        "a thousand fields",
    ],
)
def test_a_document_that_would_fill_the_memory_is_refused_before_it_is_laid_out(tmp_path, content):
    path = tmp_path / "ledger.xlsx"
    path.write_bytes(content)
    with pytest.raises(UnreadableDocumentError, match=r"stray cells"):
        read_ledger(path)


def test_an_opendocument_sheet_of_ordinary_size_is_read(tmp_path):
    path = tmp_path / "ledger.ods"
    path.write_bytes(ods())
    assert read_ledger(path).lines["amount"].tolist() == [1.5]


@pytest.mark.parametrize("seed", range(20))
def test_damaged_bytes_never_end_in_anything_but_a_sentence(tmp_path, seed):
    chance = random.Random(seed)  # noqa: S311 - any damage will do
    content = bytearray(SOUND)
    for _ in range(10):
        content[chance.randrange(len(content))] = chance.randrange(256)
    path = tmp_path / "ledger.xlsx"
    path.write_bytes(content)
    with contextlib.suppress(LedgerprintError):
        assert len(read_ledger(path).lines) >= 1


def test_prose_and_lists_without_amounts_are_no_ledgers(tmp_path):
    path = tmp_path / "readme.txt"
    path.write_text("This is a readme.\n\nIt has lines, with commas, and words.\nNothing else, really.\n")
    with pytest.raises(ColumnMappingError, match="no column of amounts or quantities"):
        read_ledger(path)


def test_one_column_is_read_when_the_user_says_what_it_is(tmp_path):
    path = tmp_path / "items.txt"
    path.write_text("Paper, A4\nPens\nLaptop computer\n")
    lines = read_ledger(path, mapping={"description": "Column 1"}).lines
    assert lines["description"].tolist() == ["Paper, A4", "Pens", "Laptop computer"]


def test_text_in_another_script_is_recognised(tmp_path):
    path = tmp_path / "ledger.csv"
    rows = "Бумага для принтера белая;1234,50\nТонер для принтера;99,00\n" * 20  # noqa: RUF001 - Cyrillic is meant
    path.write_bytes(f"Описание товара;Сумма\n{rows}".encode("cp1251"))
    ledger = read_ledger(path, country="BG")
    assert ledger.lines["description"].iloc[0] == "Бумага для принтера белая"
    assert ledger.lines["amount"].iloc[0] == 1234.5
