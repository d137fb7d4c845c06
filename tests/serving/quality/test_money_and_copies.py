"""What amounts, copies, credits and unit prices are found to be."""

from serving.quality import credit_notes, duplicates, money, purchases, unit_prices

DOCUMENTS = "Invoice Number,Description,Amount,Currency,Supplier,Date"
PRICES = "Description,Amount,Currency,Quantity,Unit,Date"


def test_amounts_that_are_missing_zero_negative_or_in_another_currency_are_told(checked, lines_of):
    ledger = checked(
        "Description,Amount,Currency", "desk,10,GBP", "desk,,GBP", "desk,0,GBP", "desk,-5,GBP", "desk,7,EUR"
    )

    findings = money.find(ledger)

    assert lines_of(findings, "amount_missing") == [2]
    assert lines_of(findings, "amount_zero") == [3]
    assert lines_of(findings, "amount_negative") == [4]
    assert lines_of(findings, "currency_other") == [5]
    assert lines_of(findings, "vat_unknown") == [1, 2, 3, 4, 5]


def test_where_there_is_no_value_added_tax_its_basis_is_no_question(checked, lines_of):
    findings = money.find(checked("Description,Amount,Currency,Country", "desk,10,USD,US", "chair,10,EUR,DE"))

    assert lines_of(findings, "vat_unknown") == [2]


def test_the_vat_basis_is_known_from_the_header_or_the_user(checked, lines_of):
    by_header = checked("Description,Net Amount,Currency", "desk,10,GBP")
    by_user = checked("Description,Amount,Currency", "desk,10,GBP", vat="included")

    assert lines_of(money.find(by_header), "vat_unknown") == []
    assert lines_of(money.find(by_user), "vat_unknown") == []


def test_an_amount_far_from_those_of_the_same_goods_and_supplier_is_told(checked, lines_of):
    usual = [f"Window cleaning,{100 + n},GBP,Bright Ltd" for n in range(12)]
    ledger = checked("Description,Amount,Currency,Supplier", *usual, "Window cleaning,10500,GBP,Bright Ltd")

    assert lines_of(money.find(ledger), "amount_outlier") == [13]


def test_a_copy_within_a_document_is_told_and_the_first_is_not(checked, lines_of):
    line = "I-1,Oak desk,10.00,GBP,Acme Ltd,2024-03-01"
    ledger = checked(DOCUMENTS, line, "I-2,Chair,5.00,GBP,Acme Ltd,2024-03-01", line)

    findings = duplicates.find(ledger)

    assert lines_of(findings, "line_repeated") == [3]
    assert findings[0].details[2] == "as line 1"


def test_a_copy_that_a_credit_takes_back_is_none(checked, lines_of):
    line = "I-1,Oak desk,10.00,GBP,Acme Ltd,2024-03-01"
    ledger = checked(DOCUMENTS, line, line, "I-1,Oak desk,-10.00,GBP,Acme Ltd,2024-03-01")

    assert lines_of(duplicates.find(ledger), "line_repeated") == []


def test_the_same_purchase_under_two_documents_is_likely_booked_twice(checked, lines_of):
    ledger = checked(
        DOCUMENTS,
        "I-1,Oak desk,1234.56,GBP,Acme Ltd,2024-03-01",
        "I-9,Oak desk,1234.56,GBP,Acme Ltd,2024-03-01",
        "I-9,Chair,5.00,GBP,Acme Ltd,2024-03-01",
    )

    findings = duplicates.find(ledger)

    assert lines_of(findings, "booked_twice") == [2]
    assert findings[1].details[1] == "as line 1 in document I-1"


def test_a_delivery_that_comes_every_week_is_not_booked_twice(checked, lines_of):
    rows = [f"I-{n // 2},Milk,12.00,GBP,Dairy Ltd,2024-03-0{1 + n // 4}" for n in range(8)]

    assert lines_of(duplicates.find(checked(DOCUMENTS, *rows)), "booked_twice") == []


def test_without_document_numbers_lines_are_only_alike(checked, lines_of):
    ledger = checked("Description,Amount,Currency,Supplier", "desk,10,GBP,Acme", "desk,10,GBP,Acme")

    findings = duplicates.find(ledger)

    assert lines_of(findings, "line_repeated") == []
    assert lines_of(findings, "lines_alike") == [2]


def test_payments_to_people_whose_names_are_withheld_are_not_told_as_copies(checked, lines_of):
    row = "Direct care,10,GBP,REDACTED PERSONAL DATA"

    assert (
        lines_of(duplicates.find(checked("Description,Amount,Currency,Supplier", row, row)), "lines_alike")
        == []
    )


def test_a_credit_larger_than_any_purchase_of_its_supplier_has_no_invoice_here(checked, lines_of):
    ledger = checked(
        "Description,Amount,Currency,Supplier",
        "desk,100,GBP,Acme",
        "desk,-40,GBP,Acme",
        "desk,-250,GBP,Acme",
        "chair,-5,GBP,Other",
    )

    findings = credit_notes.find(ledger)

    assert lines_of(findings, "credit_without_invoice") == [3, 4]
    assert findings[0].details[2] == "largest purchase of the supplier here: 100.00"


def test_a_unit_price_far_from_the_same_goods_is_told(checked, lines_of):
    usual = [f"Gloves,{20 + n / 10},GBP,10,box,2024-01-{n + 1:02d}" for n in range(8)]
    ledger = checked(
        PRICES, *usual, "Gloves,2000,GBP,10,box,2024-02-01", "Gloves,0.10,GBP,1,piece,2024-02-01"
    )

    findings = unit_prices.find(ledger)

    assert lines_of(findings, "price_impossible") == [9]
    assert findings[0].details[8] == "200 per box, median 2.04"


def test_a_price_that_jumped_is_told_where_it_did(checked, lines_of):
    before = [f"Gloves,{20 + n / 10},GBP,10,box,2024-01-{n + 1:02d}" for n in range(3)]
    after = [f"Gloves,{40 + n / 10},GBP,10,box,2024-06-{n + 1:02d}" for n in range(3)]

    findings = unit_prices.find(checked(PRICES, *before, *after))

    assert lines_of(findings, "price_jump") == [4]
    assert findings[1].details[3] == "2.01 before, 4.01 from 2024-06-01 on"


def test_what_is_no_purchase_is_told_by_reason(checked, lines_of):
    ledger = checked(
        "Description,Amount,Currency,Supplier",
        "Oak desk,10,GBP,Acme Ltd",
        "Income tax PAYE,50,GBP,HM Revenue and Customs",
    )

    findings = purchases.find(ledger)

    assert lines_of(findings, findings[0].code) == [2]
    assert findings[0].code.startswith("excluded_")
