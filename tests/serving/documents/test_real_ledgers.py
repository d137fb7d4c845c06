"""Every real ledger of the data package, read with the country alone."""

import pytest

from serving.documents import read_ledger

pytestmark = pytest.mark.data_package

GUYS = {
    "description": "Expense type",
    "date": "Date of payment",
    "supplier": "Supplier",
    "cost_centre": "Expense area",
    "buyer": "Entity",
}
BIRMINGHAM = {
    "description": "TRANS CAC DESC 1",
    "amount": "ORIGINAL GROSS AMT",
    "date": "TRANS DATE",
    "supplier": "MERCHANT NAME",
    "cost_centre": "TRANS CAC DESC 2",
}
EXPECTED = {
    "guys_2020_04.csv": (13_457, {**GUYS, "amount": "amount"}),
    "guys_2020_05.csv": (15_038, {**GUYS, "amount": "Amount in Sterling"}),
    "leeds_2020_06.csv": (
        16_177,
        {
            "line_id": "Transaction Number",
            "description": "Purpose",
            "amount": "Amount",
            "date": "Payment Date",
            "supplier": "Beneficiary Name",
            "cost_centre": "Service Division Label",
            "buyer": "Organisation Label",
        },
    ),
    "usaid_scms.csv": (
        10_324,
        {
            "line_id": "ID",
            "description": "Item Description",
            "amount": "Line Item Value",
            "quantity": "Line Item Quantity",
            "supplier": "Vendor",
            "date": "Delivered to Client Date",
        },
    ),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_the_columns_of_a_real_ledger_are_recognised_and_every_amount_is_read(data_dir, name):
    rows, columns = EXPECTED[name]
    ledger = read_ledger(data_dir / "ledgers" / name, country="US" if name.startswith("usaid") else "GB")
    chosen = {choice.field: choice.column for choice in ledger.columns}
    assert {field: chosen[field] for field in columns} == columns
    assert len(ledger.lines) == len(ledger.source) == rows
    assert ledger.lines["issue"].isin(["", "empty_record"]).all()
    lines = ledger.lines[ledger.lines["issue"].eq("")]
    assert lines["amount"].notna().all()
    assert lines["date"].notna().all()
    assert lines["currency"].unique().tolist() == (["USD"] if name.startswith("usaid") else ["GBP"])


def test_twelve_months_of_card_purchases_read_alike_with_tax_included(data_dir):
    months = sorted((data_dir / "ledgers" / "birmingham_pcard").glob("*.csv"))
    ledgers = [read_ledger(month, country="GB") for month in months]
    assert sum(len(ledger.lines) for ledger in ledgers) == 52_526
    for ledger in ledgers:
        chosen = {choice.field: choice.column for choice in ledger.columns}
        assert {field: chosen[field] for field in BIRMINGHAM} == BIRMINGHAM
        assert ledger.vat == "included"
        assert ledger.lines["issue"].isin(["", "empty_record"]).all()


def test_amounts_in_the_original_currency_are_paired_with_it(data_dir):
    ledger = read_ledger(data_dir / "ledgers" / "birmingham_pcard" / "2017_01.csv", country="GB")
    assert {choice.field: choice.column for choice in ledger.columns}["currency"] == "ORIGINAL CUR"
    assert set(ledger.lines["currency"]) == {"GBP", "USD", "EUR", "SEK", "DKK", "QAR"}


def test_the_destination_country_of_a_delivery_yields_to_the_country_given(data_dir):
    ledger = read_ledger(data_dir / "ledgers" / "usaid_scms.csv", country="US")
    assert ledger.lines["country"].eq("US").all()
    assert any('whatever column "Country" says' in note for note in ledger.notes)
