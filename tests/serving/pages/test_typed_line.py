"""A line as a person types it."""

import pytest

from serving.pages.typed_line import TypedLine


def read(**said):
    return TypedLine.read({"description": "gloves", **said})


@pytest.mark.parametrize(
    ("said", "amount", "currency"),
    [
        ({"amount": "412", "currency": "gbp"}, 412.0, "GBP"),
        ({"amount": "£1,234.50"}, 1234.5, "GBP"),
        ({"amount": "1.200,00 €"}, 1200.0, "EUR"),
        ({"amount": "1,234", "currency": "GBP", "country": "GB"}, 1234.0, "GBP"),
        ({"amount": "1,234", "currency": "EUR", "country": "Germany"}, 1.234, "EUR"),
        ({"amount": "$50", "country": "AU"}, 50.0, "AUD"),
        ({"amount": "(50)", "currency": "USD"}, -50.0, "USD"),
    ],
)
def test_amounts_are_read_as_people_write_them(said, amount, currency):
    typed = read(**said)

    assert typed.faults == {}
    assert (typed.line["amount"], typed.line["currency"]) == (amount, currency)


@pytest.mark.parametrize(
    ("said", "field", "expected"),
    [
        ({"amount": "much", "currency": "GBP"}, "amount", "expected a number"),
        ({"amount": "1,234", "currency": "GBP"}, "amount", "can be 1234 or 1.234"),
        ({"amount": "412"}, "currency", "such as GBP"),
        ({"amount": "412", "country": "DE"}, "currency", "such as EUR"),
        ({"amount": "412", "currency": "pounds of old"}, "currency", "three capital letters"),
        ({"quantity": "some", "unit": "kg"}, "quantity", "expected a number"),
        ({"country": "Atlantis"}, "country", "expected a country"),
        ({"date": "soon"}, "date", "date of 1900 to 2199"),
        ({"description": "x" * 100_000}, "description", "at most 10,000 characters"),
        ({"amount": "9" * 30, "currency": "GBP"}, "amount", "at most 1e+15"),
    ],
)
def test_a_fault_stands_at_its_field_and_says_what_was_expected(said, field, expected):
    typed = read(**said)

    assert list(typed.faults) == [field]
    assert expected in typed.faults[field]
    assert len(typed.faults[field]) < 300


def test_the_address_holds_what_was_typed_and_nothing_else():
    typed = read(amount="1 & 2", currency="", supplier="Müller")

    assert typed.address == "/try?description=gloves&amount=1+%26+2&supplier=M%C3%BCller"
