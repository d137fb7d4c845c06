"""The country of the buyer, where neither document nor user names one."""

import pytest

from serving.documents import read_ledger
from serving.documents.buyer_country import country_of_currency


@pytest.fixture
def read(tmp_path):
    def read(*rows, header="Description,Amount,Currency", **options):
        path = tmp_path / "ledger.csv"
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return read_ledger(path, **options)

    return read


def test_money_names_a_country_only_where_one_country_gave_it_its_code():
    assert [country_of_currency(code) for code in ("GBP", "USD", "CHF", "SEK")] == ["GB", "US", "CH", "SE"]
    assert [country_of_currency(code) for code in ("EUR", "XOF", "XXX", "")] == [""] * 4


@pytest.mark.parametrize(("currency", "country"), [("GBP", "GB"), ("USD", "US")])
def test_the_country_follows_from_the_money_and_a_note_says_so(read, currency, country):
    ledger = read(f"Paper,1.50,{currency}", f"Pens,2.50,{currency}")
    assert ledger.lines["country"].tolist() == [country, country]
    note = f"Country: 2 lines taken for {country}, whose money {currency} is; say --country if that is wrong."
    assert note in ledger.notes
    choice = next(choice for choice in ledger.columns if choice.field == "country")
    assert (choice.shown, choice.how) == (f'"{country}"', "constant")


def test_euro_names_no_country(read):
    ledger = read("Papier,1.50,EUR", "Stifte,2.50,EUR")
    assert ledger.lines["country"].eq("").all()
    assert not any(note.startswith("Country") for note in ledger.notes)


def test_a_few_invoices_in_other_money_do_not_move_the_buyer_abroad(read):
    ledger = read(*[f"Paper {n},{n}.50,GBP" for n in range(9)], "Stents,99.00,EUR")
    assert ledger.lines["country"].eq("GB").all()


def test_a_ledger_in_several_moneys_is_judged_line_by_line(read):
    ledger = read("Paper,1.50,GBP", "Pens,2.50,USD", "Stifte,3.50,EUR")
    assert ledger.lines["country"].tolist() == ["GB", "US", ""]


def test_a_country_given_or_stated_is_never_replaced(read):
    assert read("Paper,1.50,GBP", country="IE").lines["country"].tolist() == ["IE"]
    rows = ("Paper,1.50,GBP,Ireland", "Pens,2.50,GBP,")
    stated = read(*rows, header="Description,Amount,Currency,Country").lines["country"]
    assert stated.tolist() == ["IE", "GB"]


def test_signs_beside_the_amounts_tell_country_and_custom_of_dates(read):
    ledger = read("04/05/2024,Paper,$10.00", "04/06/2024,Pens,$1,header", header="Date,Description,Amount")
    assert ledger.lines["country"].tolist() == ["US", "US"]
    assert ledger.lines["date"].dt.month.tolist() == [4, 4]


def test_the_inferred_country_tells_the_decimal_mark_of_its_amounts(read):
    ledger = read('Paper,"1,234",GBP', 'Pens,"2,345",GBP')
    assert ledger.lines["amount"].tolist() == [1234.0, 2345.0]


def test_lines_without_any_currency_are_counted_with_the_remedy(read):
    ledger = read("Paper,1.50", "Pens,2.50", header="Description,Amount")
    assert "Currency: none on 2 lines, which get no figure; say --currency or --country." in ledger.notes


@pytest.mark.parametrize(
    ("name", "country"), [("hospital.csv", "GB"), ("council.csv", "GB"), ("university.csv", "US")]
)
def test_the_shipped_ledgers_find_their_buyers_country_by_themselves(examples, name, country):
    assert read_ledger(examples / name).lines["country"].eq(country).all()
