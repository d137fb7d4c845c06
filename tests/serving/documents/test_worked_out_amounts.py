"""Ledgers without one column of amounts: it is worked out, and said how."""

import pytest

from serving.documents import read_ledger


@pytest.fixture
def read(tmp_path):
    def read(text, **options):
        path = tmp_path / "ledger.csv"
        path.write_text(text, encoding="utf-8")
        return read_ledger(path, **options)

    return read


def amount_choice(ledger):
    return next(choice for choice in ledger.columns if choice.field == "amount")


@pytest.mark.parametrize(
    ("debit", "credit"),
    [("Debit", "Credit"), ("Paid out", "Paid in"), ("Soll", "Haben"), ("Debit £", "Credit £")],
)
def test_credits_are_taken_off_debits_where_each_has_its_own_column(read, debit, credit):
    ledger = read(
        f"Date,Details,{debit},{credit},Balance\n"
        '01/04/2024,Paper,"1,100.00",,1100.00\n02/04/2024,Refund,,20.00,1080.00\n03/04/2024,Nothing,,,1080.00\n',
        country="GB",
    )
    assert ledger.lines["amount"].tolist()[:2] == [1100.0, -20.0]
    assert ledger.lines["amount"].isna().tolist() == [False, False, True]
    assert (amount_choice(ledger).shown, amount_choice(ledger).how) == (
        f'"{debit}" less "{credit}"',
        "computed",
    )
    assert f'Amount: "{debit}" less "{credit}".' in ledger.notes


def test_credits_that_carry_a_minus_already_are_not_turned_into_spend(read):
    ledger = read("Details,Debit,Credit\nPaper,100.00,\nRefund,,-20.00\nRefund,,-5.00\n", country="GB")
    assert ledger.lines["amount"].tolist() == [100.0, -20.0, -5.0]


def test_an_amount_of_its_own_wins_over_debit_and_credit(read):
    ledger = read(
        "Details,Net amount,Debit,Credit\nPaper,9.50,10.00,0.00\nPens,4.50,5.00,0.00\n", country="GB"
    )
    assert ledger.lines["amount"].tolist() == [9.5, 4.5]


@pytest.mark.parametrize(
    ("column", "debit", "credit"), [("D/C", "D", "C"), ("S/H", "S", "H"), ("Dr/Cr", "DR", "CR")]
)
def test_a_column_that_tells_debits_from_credits_gives_amounts_their_sign(read, column, debit, credit):
    ledger = read(f"Text,Amount,{column},Currency\nPaper,10.00,{debit},EUR\nReturned,3.00,{credit},EUR\n")
    assert ledger.lines["amount"].tolist() == [10.0, -3.0]
    assert any(f'1 line made negative, credits as "{column}" says' in note for note in ledger.notes)


def test_amounts_that_are_signed_already_keep_their_sign(read):
    ledger = read("Text,Amount,D/C,Currency\nPaper,10.00,D,EUR\nReturned,-3.00,C,EUR\nBonus,2.00,C,EUR\n")
    assert ledger.lines["amount"].tolist() == [10.0, -3.0, 2.0]


@pytest.mark.parametrize("price", ["Unit Price", "Price", "Price (GBP)", "Cost per unit", "Einzelpreis"])
def test_quantity_times_unit_price_is_the_amount_where_no_column_holds_it(read, price):
    ledger = read(
        f"Item,Qty,{price},Currency\nPaper,10,4.50,GBP\nReturned,-2,4.50,GBP\nPens,3 boxes,1.20,GBP\n"
    )
    assert ledger.lines["amount"].tolist() == pytest.approx([45.0, -9.0, 3.6])
    assert ledger.lines["unit"].iloc[2] == "boxes"
    assert any(f'"Qty" times "{price}" for 3 lines, as no column holds it' in note for note in ledger.notes)


def test_only_the_lines_that_state_no_amount_get_a_computed_one(read):
    ledger = read(
        "Item,Qty,Unit Price,Amount,Currency\n"
        "Paper,10,4.50,40.00,GBP\nPens,3,1.20,,GBP\nInk,1,5.00,see PO,GBP\nTape,,2.00,,GBP\n"
    )
    assert ledger.lines["amount"].tolist()[:2] == pytest.approx([40.0, 3.6])
    assert ledger.lines["issue"].iloc[2] == "amount_unreadable"
    assert ledger.lines["amount"].isna().tolist() == [False, False, True, True]


def test_a_user_who_names_the_amount_gets_that_column_and_nothing_computed(read):
    ledger = read("Item,Quantity,Price\nPaper,10,£4.50\nPens,3,£1.20\n", mapping={"amount": "Price"})
    assert ledger.lines["amount"].tolist() == [4.5, 1.2]


def test_the_dash_that_spreadsheets_show_for_zero_is_zero(read):
    ledger = read("Description,Amount (£)\nPaper, 10.00 \nSample, -   \nInk, £- \n")
    assert ledger.lines["amount"].tolist() == [10.0, 0.0, 0.0]
    assert ledger.lines["issue"].eq("").all()


def test_the_error_of_a_spreadsheet_formula_is_named_as_such(read):
    ledger = read("Description,Amount\nPaper,#REF!\nPens,1.50\nInk,2.50\n", country="GB")
    assert ledger.lines["issue"].tolist() == ["amount_unreadable", "", ""]
    assert ledger.lines["issue_detail"].iloc[0].startswith('Got "#REF!", an error of a spreadsheet formula')


def test_net_is_taken_where_net_tax_and_gross_are_all_there(read):
    ledger = read(
        "Supplier,Description,Net,VAT,Gross\nAcme,Paper,10.00,2.00,12.00\nBolt,Pens,20.00,4.00,24.00\n"
    )
    assert ledger.lines["amount"].tolist() == [10.0, 20.0]
    assert ledger.vat == "excluded"
