"""What descriptions, codes, barcodes, quantities, suppliers and dates are found to lack."""

import pandas as pd
import pytest

from serving.quality import amounts_of_goods, codes, parties_and_days, texts
from serving.quality.document_numbers import document_number_column

HEADER = "Description,Amount,Currency,Supplier,Date"


def row(description, supplier="Acme Ltd", date="2024-03-01", amount="10.00"):
    return f"{description},{amount},GBP,{supplier},{date}"


@pytest.mark.parametrize(
    ("description", "code"),
    [
        ("n/a", "text_empty"),
        ("AB-10023/7", "text_code_only"),
        ("12345678", "text_code_only"),
        ("SUNDRIES", "text_generic"),
        ("Misc. items as per invoice", "text_generic"),
        ("Various goods 2024", "text_generic"),
        ("REDACTED PERSONAL DATA", "text_redacted"),
        ("Zentrifugenwinkelrotor Ersatzgummi", "text_not_understood"),
    ],
)
def test_a_text_that_says_nothing_is_told_with_the_reason(checked, lines_of, description, code):
    findings = texts.find(checked(HEADER, row("Nitrile gloves"), row(description), row("Oak desk")))

    assert lines_of(findings, code) == [2]
    assert [finding.code for finding in findings if finding.rows[1]] == [code]


@pytest.mark.parametrize(
    "description", ["Oak desk", "Tyres", "手袋", "Office supplies: paper", "A4 paper 80g"]
)
def test_a_text_that_names_goods_is_no_finding(checked, description):
    findings = texts.find(checked(HEADER, row("Nitrile gloves"), row(description)))

    unread = {"text_not_understood"} if description == "手袋" else set()
    assert {finding.code for finding in findings if finding.rows[1]} == unread


def test_a_text_shared_by_many_suppliers_names_an_account(checked, lines_of):
    shared = [row("Medical and surgical equipment", f"Supplier {n % 6}", amount=f"{n}.50") for n in range(24)]

    findings = texts.find(checked(HEADER, row("Oak desk"), *shared))

    assert lines_of(findings, "text_like_an_account") == list(range(2, 26))


def test_goods_with_quantities_are_no_account_however_often_they_are_bought(checked, lines_of):
    rows = [f"HIV test kit,{n + 1}.50,USD,Supplier {n % 6},10" for n in range(24)]

    findings = texts.find(checked("Description,Amount,Currency,Supplier,Quantity", *rows))

    assert lines_of(findings, "text_like_an_account") == []


def test_codes_are_known_by_scheme_and_by_number(checked, lines_of):
    ledger = checked(
        "Description,Amount,Currency,Category Code,Category Scheme",
        "gloves,10,GBP,325412,NAICS",
        "gloves,10,GBP,,",
        "gloves,10,GBP,4711,House list",
        "gloves,10,GBP,00000000,CPV",
    )

    findings = codes.find(ledger)

    assert lines_of(findings, "code_missing") == [2]
    assert lines_of(findings, "code_scheme_unknown") == [3]
    assert lines_of(findings, "code_not_found") == [4]


def test_a_barcode_is_held_against_its_check_digit(checked, lines_of):
    ledger = checked(
        "Description,Amount,Currency,GTIN",
        "gloves,10,GBP,4006381333931",
        "gloves,10,GBP,4006381333932",
        "gloves,10,GBP,",
    )

    findings = codes.find(ledger)

    assert lines_of(findings, "barcode_wrong") == [2]
    assert lines_of(findings, "barcode_missing") == [3]
    assert findings[-2].details[1] == 'GTIN "4006381333932"'


def test_quantities_are_told_by_their_units(checked, lines_of):
    ledger = checked(
        "Description,Amount,Currency,Quantity,Unit",
        "rice,10,GBP,5,kg",
        "rice,10,GBP,,",
        "rice,10,GBP,3,florps",
        "power,10,GBP,300,KWH",
        "gloves,10,GBP,3,box of 200",
    )

    findings = amounts_of_goods.find(ledger)

    assert lines_of(findings, "quantity_missing") == [2]
    assert lines_of(findings, "unit_unknown") == [3]
    assert lines_of(findings, "unit_no_amount") == [4]


def test_suppliers_and_dates_that_are_missing_withheld_or_far_off_are_told(checked, lines_of):
    usual = [row("Oak desk", f"Acme {n}", f"2024-03-{n:02d}") for n in range(1, 29)]
    ledger = checked(
        HEADER,
        *usual,
        row("desk", ""),
        row("desk", "REDACTED"),
        row("desk", date=""),
        row("desk", date="2019-03-01"),
    )

    findings = parties_and_days.find(ledger)

    assert lines_of(findings, "supplier_missing") == [29]
    assert lines_of(findings, "supplier_redacted") == [30]
    assert lines_of(findings, "date_missing") == [31]
    assert lines_of(findings, "date_far") == [32]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"Invoice No.": ["1", "1"]}, "Invoice No."),
        ({"Transaction Number": ["1", "2"]}, ""),
        ({"Belegnummer": ["7", "7"], "PO": ["1", "2"]}, "Belegnummer"),
        ({"Item": ["1", "1"]}, ""),
    ],
)
def test_the_column_of_document_numbers_is_found_unless_it_numbers_lines(columns, expected):
    assert document_number_column(pd.DataFrame(columns)) == expected
