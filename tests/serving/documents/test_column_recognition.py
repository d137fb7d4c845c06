import pandas as pd
import pytest

from data.errors import ColumnMappingError, UnknownCurrencyError, UnreadableDocumentError
from features.line_items import LINE_ITEM_FIELDS
from serving.documents import read_ledger
from serving.documents.columns import recognise_columns
from serving.documents.content import is_gtin
from serving.documents.countries import country_code
from serving.documents.currencies import currency_in_header, scale_in_header
from serving.documents.spellings import name_score, vat_of


def best_field(header: str) -> str:
    return max(LINE_ITEM_FIELDS, key=lambda field: name_score(field, header))


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("PO_LINE_DESCRIPTION", "description"),
        ("ItemDescription", "description"),
        ("Désignation", "description"),
        ("Omschrijving", "description"),
        ("Descripción del artículo", "description"),
        ("Descrizione articolo", "description"),
        ("Discription", "description"),
        ("Amount (excl. VAT)", "amount"),
        ("Montant H.T.", "amount"),
        ("Importe (IVA incluida)", "amount"),
        ("Betrag in EUR", "amount"),
        ("Imponibile", "amount"),
        ("Invoice Dt", "date"),
        ("Fecha de factura", "date"),
        ("Belegdatum", "date"),
        ("Qty.", "quantity"),
        ("Stückzahl", "quantity"),
        ("UoM", "unit"),
        ("Mengeneinheit", "unit"),
        ("Vendor Name", "supplier"),
        ("Nom du fournisseur", "supplier"),
        ("Leverancier", "supplier"),
        ("Cost Center", "cost_centre"),
        ("Kostenstelle", "cost_centre"),
        ("UNSPSC", "category_code"),
        ("EAN-13", "gtin"),
        ("Ccy", "currency"),
        ("Buying entity", "buyer"),
    ],
)
def test_a_header_names_its_field_in_the_usual_languages_and_abbreviations(header, field):
    assert best_field(header) == field
    assert name_score(field, header) >= 0.5


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Irrecoverable VAT Amount", "amount"),
        ("Unit Price", "amount"),
        ("Unit Price", "unit"),
        ("Freight Cost (USD)", "amount"),
        ("Supplier Number", "supplier"),
        ("Supplier Postcode", "supplier"),
        ("Item Code", "description"),
        ("Due Date", "date"),
        ("Business Unit", "unit"),
        ("Supplier Country", "country"),
        ("awards/0/items/0/unit/name", "supplier"),
    ],
)
def test_a_header_with_a_word_that_speaks_against_a_field_does_not_name_it(header, field):
    assert name_score(field, header) < 0.35


def test_a_header_says_whether_tax_is_included():
    assert [vat_of(header) for header in ("Net amount", "Amount ex VAT", "Montant HT", "Nettobetrag")] == [
        "excluded"
    ] * 4
    assert [vat_of(header) for header in ("ORIGINAL GROSS AMT", "Total TTC", "Bedrag incl. btw")] == [
        "included"
    ] * 3
    assert vat_of("Amount") == "unknown"


def test_the_net_amount_is_preferred_and_the_item_text_wins_over_the_account():
    source = pd.DataFrame(
        {
            "Account description": ["Office supplies", "IT equipment"],
            "Gross amount": ["12.00", "24.00"],
            "VAT": ["2.00", "4.00"],
            "Net amount": ["10.00", "20.00"],
            "Item text": ["Copier paper A4", "Computer keyboard"],
        },
        dtype="str",
    )
    choices, notes = recognise_columns(source, {})
    chosen = {choice.field: choice.column for choice in choices}
    assert chosen["amount"] == "Net amount"
    assert chosen["description"] == "Item text"
    assert any('"Gross amount"' in note for note in notes)
    assert any('"Account description"' in note for note in notes)


def test_numbers_under_a_unit_header_are_no_units():
    source = pd.DataFrame(
        {"Item": ["Tablets", "Syrup"], "Unit of measure (per pack)": ["60", "240"], "Cost": ["5.10", "6.20"]},
        dtype="str",
    )
    assert "unit" not in {choice.field for choice in recognise_columns(source, {})[0]}


def test_barcodes_are_known_by_their_check_digit_without_a_header():
    source = pd.DataFrame(
        {"X": ["4006381333931", "5901234123457"], "Item": ["Pens", "Paper"], "Price paid": ["5.10", "6.20"]},
        dtype="str",
    )
    choice = next(choice for choice in recognise_columns(source, {})[0] if choice.field == "gtin")
    assert (choice.column, choice.how) == ("X", "by content")
    assert is_gtin("4006381333931")
    assert not is_gtin("4006381333932")
    assert not is_gtin("0000000000000")


@pytest.fixture
def ledger_path(tmp_path):
    path = tmp_path / "ledger.csv"
    path.write_text("Item Text,Ledger Text,Amount\nPaper,Office,1.50\nPens,Office,2.50\n")
    return path


def test_a_mapping_wins_over_recognition_and_may_leave_a_field_out(ledger_path):
    ledger = read_ledger(ledger_path, mapping={"description": "ledger text", "cost_centre": ""}, country="GB")
    choice = next(choice for choice in ledger.columns if choice.field == "description")
    assert (choice.column, choice.how, choice.samples) == ("Ledger Text", "given", ("Office",))
    assert ledger.lines["description"].tolist() == ["Office", "Office"]


def test_a_mapping_with_an_unknown_field_or_column_asks_did_you_mean(ledger_path):
    with pytest.raises(ColumnMappingError, match=r'did you mean "description"'):
        read_ledger(ledger_path, mapping={"descripton": "Item Text"})
    with pytest.raises(ColumnMappingError, match=r'did you mean "Item Text"'):
        read_ledger(ledger_path, mapping={"description": "Item Txt"})


def test_options_that_make_no_sense_are_refused(ledger_path):
    with pytest.raises(ColumnMappingError, match="country"):
        read_ledger(ledger_path, country="Atlantis")
    with pytest.raises(UnknownCurrencyError, match="ISO 4217"):
        read_ledger(ledger_path, currency="GBX1")
    with pytest.raises(ColumnMappingError, match="date"):
        read_ledger(ledger_path, date="someday")
    with pytest.raises(UnreadableDocumentError, match='no sheet "May"'):
        read_ledger(ledger_path, sheet="May")


def test_currency_and_date_options_fill_gaps_and_are_named_as_constants(ledger_path):
    ledger = read_ledger(ledger_path, country="Germany", currency="chf", date="2020-04-30")
    constants = {choice.field: choice.samples for choice in ledger.columns if choice.how == "constant"}
    assert constants == {"currency": ("CHF",), "date": ("2020-04-30",), "country": ("DE",)}
    assert ledger.lines["date"].eq(pd.Timestamp("2020-04-30")).all()


def test_category_codes_take_their_scheme_from_the_header(tmp_path):
    path = tmp_path / "ledger.csv"
    path.write_text("Description,CPV code,Amount\nPaper,30197630-1,1.50\nPens,,2.50\n")
    lines = read_ledger(path, country="GB").lines
    assert lines["category_code"].tolist() == ["30197630-1", ""]
    assert lines["category_scheme"].tolist() == ["CPV", ""]


def test_identifiers_are_used_only_where_they_are_unique(tmp_path):
    path = tmp_path / "ledger.csv"
    path.write_text("Transaction number,Description,Amount\n77,Paper,1.50\n78,Pens,2.50\n,,\n")
    assert read_ledger(path, country="GB").lines["line_id"].tolist() == ["77", "78", "row 3"]
    path.write_text("Transaction number,Description,Amount\n77,Paper,1.50\n77,Pens,2.50\n")
    assert read_ledger(path, country="GB").lines["line_id"].tolist() == ["1", "2"]


def test_a_header_names_a_currency_by_sign_code_or_word_but_not_by_chance():
    headers = ["Amount in Sterling", "Freight Cost (USD)", "Spend £", "Amount EUR", "Spend (£000)"]
    assert [currency_in_header(header) for header in headers] == ["GBP", "USD", "GBP", "EUR", "GBP"]
    assert [currency_in_header(header) for header in ("ALL COSTS", "Amount", "Top level")] == ["", "", ""]


@pytest.mark.parametrize(
    ("header", "currency"),
    [
        ("spend_usd", "USD"),
        ("AMOUNT_EUR", "EUR"),
        ("net_amount_gbp", "GBP"),
        ("amount_all", ""),
        ("is_top", ""),
    ],
)
def test_a_header_as_databases_write_it_names_a_currency_that_is_no_word(header, currency):
    assert currency_in_header(header) == currency


def test_an_earlier_result_is_read_without_its_estimates(tmp_path):
    path = tmp_path / "result.csv"
    path.write_text(
        "Item,Net Amount,Currency,line_id,status,kg_co2e,category_code,category_scheme,estimate_id,"
        "model_version,mass_kg\n"
        "Oak desk,100,GBP,a,estimated,40,337211,NAICS 2017,x,v,3\n"
        "Chair,50,GBP,b,estimated,20,337127,NAICS 2017,y,v,2\n"
    )

    ledger = read_ledger(path)
    mapped = read_ledger(path, mapping={"category_code": "category_code"})

    read = {choice.field: choice.column for choice in ledger.columns if choice.column}
    assert read == {
        "line_id": "line_id",
        "description": "Item",
        "amount": "Net Amount",
        "currency": "Currency",
    }
    assert any("is a result of ledgerprint" in note for note in ledger.notes)
    assert ledger.lines["category_code"].eq("").all()
    assert mapped.lines["category_code"].tolist() == ["337211", "337127"]


def test_amounts_counted_in_thousands_are_written_out(tmp_path):
    assert (
        scale_in_header("Spend (£000)")
        == scale_in_header("Umsatz TEUR")
        == scale_in_header("Cost £k")
        == 1000
    )
    assert scale_in_header("Amount 2000") == scale_in_header("Amount over £25,000") == 1
    path = tmp_path / "ledger.csv"
    path.write_text("Description,Spend (£000)\nPaper,1.5\nPens,20.25\n")
    ledger = read_ledger(path)
    assert ledger.lines["amount"].tolist() == [1500.0, 20250.0]
    assert any("multiplied by 1,000" in note for note in ledger.notes)


def test_the_country_of_the_buyer_is_read_from_codes_and_names(tmp_path):
    written = ["UK", "GBR", "Deutschland", "Congo, DRC", "Côte d'Ivoire", "España", "Atlantis", "EU"]
    assert [country_code(name) for name in written] == ["GB", "GB", "DE", "CD", "CI", "ES", "", ""]
    path = tmp_path / "ledger.csv"
    path.write_text("Description,Country,Amount\nPaper,Germany,1.50\nPens,Germany,2.50\n")
    lines = read_ledger(path).lines
    assert lines["country"].tolist() == ["DE", "DE"]
    assert lines["currency"].tolist() == ["EUR", "EUR"]
