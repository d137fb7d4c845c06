import csv
import re
from pathlib import Path

import pytest

HOSPITAL, COUNCIL, UNIVERSITY = "hospital.csv", "council.csv", "university.csv"
FORMATS = {HOSPITAL: ("utf-8", ",", 0), COUNCIL: ("cp1252", ";", 1), UNIVERSITY: ("utf-8-sig", ",", 0)}
AMOUNT = {HOSPITAL: "Net Amount", COUNCIL: "Net Amount £", UNIVERSITY: "Extended Amt"}
TEXT = {HOSPITAL: "Description", COUNCIL: "Narrative", UNIVERSITY: "Line Descr"}
DATE = {HOSPITAL: "Payment Date", COUNCIL: "Paid Date", UNIVERSITY: "Invoice Dt"}
EACH = pytest.mark.parametrize("name", FORMATS)


def rows_of(examples: Path, name: str) -> list[dict[str, str]]:
    encoding, delimiter, preamble = FORMATS[name]
    lines = (examples / name).read_text(encoding=encoding).splitlines()
    return list(csv.DictReader(lines[preamble:], delimiter=delimiter))


def column(examples: Path, name: str, header: str) -> list[str]:
    return [row[header] for row in rows_of(examples, name)]


def value(amount: str) -> float:
    bare = amount.replace(",", "").replace("£", "")
    return -float(bare[1:-1]) if bare.startswith("(") else float(bare)


@pytest.mark.parametrize(("name", "least"), [(HOSPITAL, 170), (COUNCIL, 110), (UNIVERSITY, 110)])
def test_a_ledger_is_long_enough_to_show_a_buyers_variety(examples, name, least):
    texts = {text for text in column(examples, name, TEXT[name]) if text}
    assert len(texts) >= least


@EACH
def test_the_readme_states_the_number_of_lines(examples, name):
    readme = (examples / "README.md").read_text(encoding="utf-8")
    entry = next(line for line in readme.splitlines() if f"`{name}`" in line)
    assert f"| {len(rows_of(examples, name))} |" in entry


@EACH
def test_every_row_has_exactly_the_columns_of_the_header(examples, name):
    assert all(None not in row and None not in row.values() for row in rows_of(examples, name))


def test_no_two_ledgers_share_a_header(examples):
    headers = [set(rows_of(examples, name)[0]) - {"UOM"} for name in FORMATS]
    assert not headers[0] & headers[1]
    assert not headers[1] & headers[2]
    assert not headers[0] & headers[2]


@pytest.mark.parametrize(("name", "header"), [(HOSPITAL, "GTIN"), (UNIVERSITY, "UPC/GTIN")])
def test_barcodes_are_valid_and_from_ranges_no_company_owns(examples, name, header):
    barcodes = [code for code in column(examples, name, header) if code]
    assert len(barcodes) > 2
    for code in barcodes:
        weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(code))
        assert weighted % 10 == 0
        assert len(code) == 13
        assert code.startswith("952") or 20 <= int(code[:2]) <= 29


@EACH
def test_amounts_come_as_parentheses_minus_signs_and_with_thousands_separators(examples, name):
    amounts = column(examples, name, AMOUNT[name])
    assert "(1,234.50)" in amounts
    assert "-45.00" in amounts
    assert any(re.fullmatch(r"£?\d{1,3}(,\d{3})+\.\d\d", amount) for amount in amounts)
    assert any(amount and value(amount) == 0 for amount in amounts)


@EACH
def test_one_date_is_lost_and_the_others_come_in_more_than_one_format(examples, name):
    dates = column(examples, name, DATE[name])
    assert dates.count("######") == 1
    assert len({re.sub(r"[A-Za-z]+", "M", re.sub(r"\d+", "9", date)) for date in dates if date}) >= 3


@EACH
def test_there_is_one_empty_record_a_repeated_line_and_a_withheld_payee(examples, name):
    rows = rows_of(examples, name)
    texts = [tuple(row.values()) for row in rows]
    assert sum(not any(text) for text in texts) == 1
    assert any(texts.count(text) == 2 for text in texts)
    assert any("REDACTED PERSONAL DATA" in text for text in texts)


@EACH
def test_quantity_times_unit_price_is_the_amount_where_a_ledger_states_all_three(examples, name):
    quantity, price = {HOSPITAL: ("Qty", "Unit Price"), UNIVERSITY: ("Qty Inv", "Unit Cost")}.get(
        name, ("", "")
    )
    stated = [row for row in rows_of(examples, name) if quantity and row[quantity] and row[price]]
    for row in stated:
        product = float(row[quantity]) * float(row[price].replace(",", ""))
        assert value(row[AMOUNT[name]]) == pytest.approx(product, abs=0.006)
    assert stated or name == COUNCIL


@EACH
@pytest.mark.parametrize(
    "item", ["computer cable", "piano", "computer keyboard", "backpack", "coriander|cilantro"]
)
def test_every_ledger_holds_the_lines_that_other_systems_get_wrong(examples, name, item):
    assert any(re.search(item, text, re.IGNORECASE) for text in column(examples, name, TEXT[name]))


@EACH
@pytest.mark.parametrize(
    "kind",
    [
        "pay",
        "pension|retirement|LGPS",
        "VAT|FORM 941",
        "grant|subaward",
        "depreciation|depn",
        "recharge",
        "agency|temp staff",
    ],
)
def test_every_ledger_holds_what_looks_like_a_purchase_and_what_does_not(examples, name, kind):
    assert any(re.search(rf"\b({kind})", text, re.IGNORECASE) for text in column(examples, name, TEXT[name]))


def test_the_hospital_and_the_university_also_pay_in_euro(examples):
    assert set(column(examples, HOSPITAL, "Cur")) == {"GBP", "EUR", ""}
    assert set(column(examples, UNIVERSITY, "Curr")) == {"USD", "EUR", ""}


@pytest.mark.parametrize(
    ("name", "header", "digits"),
    [(HOSPITAL, "CPV Code", 8), (COUNCIL, "CPV", 8), (UNIVERSITY, "UNSPSC", 8), (UNIVERSITY, "NAICS", 6)],
)
def test_some_lines_but_not_most_carry_a_code(examples, name, header, digits):
    codes = column(examples, name, header)
    given = [code for code in codes if code]
    assert 0.05 < len(given) / len(codes) < 0.5
    assert all(re.fullmatch(rf"\d{{{digits}}}", code) for code in given)


def test_the_licence_covers_them(examples):
    licence = (examples.parent.parent / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in licence
    assert "Version 2.0, January 2004" in licence
    assert "END OF TERMS AND CONDITIONS" in licence
