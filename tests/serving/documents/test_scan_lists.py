"""Lists of scans are ledgers: told from their content, one line item a scan."""

import pytest

from models.bundle import DEFAULT_BUNDLE
from models.footprint import EstimateOptions
from models.persistence import load_model
from serving.documents import read_ledger
from serving.documents.goods_numbers import gtin_notes
from serving.documents.readers import document_kind

SCANS = (
    b"]C10109520123456788310300019510A7\x1d21SER1\n"
    b"(01)04006381333931(30)12\n"
    b"https://example.com/01/9520123456788?3103=000250\n"
    b"4006381333931\n"
    b"(01)04006381333932\n"
    b"]d20195012345678903\n"
)


@pytest.fixture
def lines(tmp_path):
    def read(content, **said):
        path = tmp_path / "list"
        path.write_bytes(content)
        return read_ledger(path, **said).lines

    return read


def told(frame, *fields):
    return list(frame[list(fields)].itertuples(index=False, name=None))


def test_scans_without_anything_around_them_become_lines(lines):
    assert document_kind(SCANS) == "scan list"

    read = lines(SCANS)

    assert told(read[:4], "gtin", "quantity", "unit") == [
        ("09520123456788", 0.195, "KGM"),
        ("04006381333931", 12.0, "PCE"),
        ("09520123456788", 0.25, "KGM"),
        ("04006381333931", 1.0, "PCE"),
    ]


def test_a_scan_that_cannot_be_read_keeps_its_line_and_says_why(lines):
    read = lines(SCANS)

    assert read["gtin"].iloc[4] == "(01)04006381333932"
    assert "check digit" in gtin_notes(read)[4]
    assert gtin_notes(read)[:4] == [""] * 4


def test_counts_dates_and_places_stand_beside_scans(lines, tmp_path):
    content = (
        b"Barcode;Qty;Date;Ward\n"
        b'"(01)04006381333931(10)B;1";3;24.03.2026;A\n'
        b"(01)09520123456788(3103)001500;2;25.03.2026;B\n"
        b"(01)09520123456788(3103)000500;;25.03.2026;B\n"
    )
    read = lines(content)

    assert told(read, "quantity", "unit") == [(3.0, "PCE"), (3.0, "KGM"), (0.5, "KGM")]
    assert [f"{day:%Y-%m-%d}" for day in read["date"]] == ["2026-03-24", "2026-03-25", "2026-03-25"]
    ledger = read_ledger(tmp_path / "list")
    assert list(ledger.source.columns[:4]) == ["Barcode", "Scan count", "Date", "Ward"]
    assert ledger.source["Batch"].iloc[0] == "B;1"


def test_bare_gtins_are_scans_where_nothing_names_the_columns(lines):
    read = lines(b"4006381333931,4\n5901234123457,2\n036000291452,1\n")

    assert told(read, "gtin", "quantity") == [
        ("04006381333931", 4.0),
        ("05901234123457", 2.0),
        ("00036000291452", 1.0),
    ]
    assert lines(b"EAN\n4006381333931\n4006381333931\n")["quantity"].tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    "ledger",
    [
        b"GTIN,Description,Amount,Currency\n4006381333931,Pencil,10.00,EUR\n5901234123457,Cup,2.00,EUR\n",
        b"Invoice,Amount\n12345678,10.00\n23456789,11.00\n",
        b"Description,Amount\nSyringe (10) 5 ml,10.00\nGloves (01) box,11.00\n",
        b"Description,Link,Amount\nSyringe,https://example.com/a,10.00\nCup,https://example.com/b,11.00\n",
    ],
)
def test_ordinary_ledgers_are_no_scan_lists(ledger):
    assert document_kind(ledger) == "delimited text"


def test_a_ledger_may_name_goods_by_their_number_alone(lines):
    read = lines(b"GTIN,Quantity,Date\n4006381333931,10,2026-03-01\n5901234123457,2,2026-03-02\n")

    assert told(read, "gtin", "quantity", "unit", "issue") == [
        ("04006381333931", 10.0, "PCE", "goods_unknown"),
        ("05901234123457", 2.0, "PCE", "goods_unknown"),
    ]


def test_a_column_of_wrong_numbers_is_not_dropped_but_told_what_is_wrong(lines):
    read = lines(
        b"Description,EAN,Amount,Currency\nPencil,4006381333932,10.00,EUR\nCup,5.90123E+12,2.00,EUR\n"
    )

    assert read["issue"].tolist() == ["", ""]
    assert ["check digit" in gtin_notes(read)[0], "rounded" in gtin_notes(read)[1]] == [True, True]


def test_prices_in_scans_are_amounts(lines):
    read = lines(
        b"(01)09520123456788(3103)000500(3922)0299\n(01)09520123456788(3103)000400\n", currency="EUR"
    )

    assert read["amount"].iloc[0] == 2.99
    assert read["currency"].iloc[0] == "EUR"


def test_sixteen_bit_text_and_carriage_returns_are_read(lines):
    text = "(01)09520123456788(3103)000500\r\n(01)04006381333931\r\n"

    assert lines(text.encode("utf-16"))["gtin"].tolist() == ["09520123456788", "04006381333931"]


def test_goods_that_only_a_number_names_are_unmatched_and_the_sentence_says_what_would_help(lines):
    estimates = load_model(DEFAULT_BUNDLE).predict(lines(SCANS, country="GB"), EstimateOptions())

    assert estimates["status"].unique().tolist() == ["unmatched"]
    assert estimates["reason"].unique().tolist() == ["goods_unknown"]
    assert estimates["explanation"].str.contains("product catalogue").all()


def test_a_few_wrong_scans_among_right_ones_do_not_hide_the_list(lines):
    found = lines(
        b"4006381333932\n(01)04006381333931(3103)001250\n4006381333931\nhttps://id.gs1.org/01/04006381333931\n"
    )

    assert told(found, "gtin", "quantity")[:2] == [
        ("4006381333932", pytest.approx(float("nan"), nan_ok=True)),
        ("04006381333931", 1.25),
    ]
    assert found["gtin"].tolist()[2:] == ["04006381333931"] * 2


def test_numbers_of_another_kind_are_no_scans():
    numbers = "\n".join(str(number) for number in range(40063813300000, 40063813300040))

    assert document_kind(numbers.encode()) == "delimited text"
