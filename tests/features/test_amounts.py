import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.amounts import DecimalConvention, currency_of_country, decimal_convention, parse_amounts


def read(text: str, country: str = "") -> tuple[float, str]:
    row = parse_amounts(pd.Series([text]), country=country).iloc[0]
    assert row["problem"] == ""
    return row["value"], row["currency_hint"]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1,234.50", 1234.5),
        ("1.234,50", 1234.5),
        ("1'234.50", 1234.5),
        ("1\u2019234.50", 1234.5),
        ("1\u00a0234,50", 1234.5),
        ("1\u202f234\u202f567,5", 1234567.5),
        ("1,23,456.00", 123456.0),
        ("1.234.567", 1234567.0),
        ("1234,567", 1234.567),
        ("0,123", 0.123),
        (".5", 0.5),
        ("12.", 12.0),
        ("12,-", 12.0),
        ("12,--", 12.0),
        ("1.2E+05", 120000.0),
        ("+7", 7.0),
    ],
)
def test_a_figure_is_read_whatever_its_separators(written, value):
    assert read(written) == (value, "")


@pytest.mark.parametrize(
    "written",
    ["(1,234.50)", "1,234.50-", "-1,234.50", "\u22121,234.50", "- 1,234.50", "1,234.50 CR", "(-1,234.50)"],
)
def test_every_way_to_write_a_credit_is_negative(written):
    assert read(written) == (-1234.5, "")


def test_a_debit_suffix_is_positive():
    assert read("12.00DR") == (12.0, "")


@pytest.mark.parametrize(
    ("written", "value", "currency"),
    [
        ("£12.00", 12.0, "GBP"),
        ("-£12.00", -12.0, "GBP"),
        ("£-12.00", -12.0, "GBP"),
        ("(£12.00)", -12.0, "GBP"),
        ("GBP 12.00", 12.0, "GBP"),
        ("12,50 EUR", 12.5, "EUR"),
        ("12,50 € -", -12.5, "EUR"),
        ("US$1,000.00", 1000.0, "USD"),
        ("$5", 5.0, "USD"),
        ("zł 5", 5.0, "PLN"),
    ],
)
def test_a_currency_beside_the_figure_is_handed_on(written, value, currency):
    assert read(written) == (value, currency)


def test_the_country_tells_which_dollar_or_crown_is_meant():
    assert read("$5", "CA") == (5.0, "CAD")
    assert read("kr. 12", "SE") == (12.0, "SEK")
    assert read("12 kr.", "DK") == (12.0, "DKK")
    assert read("kr.12") == (12.0, "")


@pytest.mark.parametrize(
    "written",
    [
        "N/A", "see DN-304 (ID#:10589)", "Freight Included in Commodity Cost", "-", "--5", "(5", "12-13",
        "12 34", "12,34,5", "2020-01-02", "24/04/2020", "24.04.2020", "-5 CR", "5 USD EUR", "=5",
        "5 kg", "R1234", "USD 5 EUR",
    ],
)  # fmt: skip
def test_what_is_no_amount_is_never_guessed(written):
    row = parse_amounts(pd.Series([written])).iloc[0]
    assert math.isnan(row["value"])
    assert row["problem"] == (
        f'Got "{written}", expected a number such as 1234.50; write the number or leave the cell empty.'
    )


def test_hashes_and_shares_are_told_apart_from_other_text():
    problems = parse_amounts(pd.Series(["######", "12 %"]))["problem"]
    assert "too narrow a column" in problems[0]
    assert "a share" in problems[1]


def test_an_empty_cell_is_missing_without_a_problem():
    amounts = parse_amounts(pd.Series(["", None, " "]))
    assert amounts["value"].isna().all()
    assert amounts["problem"].tolist() == ["", "", ""]


def test_one_value_with_one_reading_settles_the_ambiguous_ones_of_its_column():
    assert parse_amounts(pd.Series(["1.234", "5,60"]))["value"].tolist() == [1234.0, 5.6]
    assert parse_amounts(pd.Series(["1.234", "5.60"]))["value"].tolist() == [1.234, 5.6]
    assert parse_amounts(pd.Series(["1,234", "5.60"]))["value"].tolist() == [1234.0, 5.6]
    assert parse_amounts(pd.Series(["1,234", "7,654,321"]))["value"].tolist() == [1234.0, 7654321.0]


def test_an_ambiguous_value_without_evidence_stays_unread_and_says_both_readings():
    row = parse_amounts(pd.Series(["1,234"])).iloc[0]
    assert math.isnan(row["value"])
    assert "1234 or 1.234" in row["problem"]


def test_evidence_from_elsewhere_is_used_only_where_the_column_says_nothing():
    elsewhere = {"fallback": ",", "fallback_evidence": "the file is separated by semicolons"}
    assert decimal_convention(pd.Series(["1.234"]), **elsewhere).mark == ","
    assert decimal_convention(pd.Series(["1.234", "5.60"]), **elsewhere).mark == "."


def test_a_column_that_contradicts_itself_has_no_convention_and_shows_both_values():
    column = pd.Series(["5.60", "5,60", "1.234"])
    convention = decimal_convention(column)
    assert convention.mark == ""
    assert '"5.60"' in convention.evidence
    assert '"5,60"' in convention.evidence
    assert parse_amounts(column)["value"].isna().tolist() == [False, False, True]


def test_dates_and_version_numbers_are_no_evidence_for_a_decimal_mark():
    assert decimal_convention(pd.Series(["24.04.2020", "1.2.3"])).mark == ""


def test_the_index_and_repeated_values_of_the_column_are_kept():
    amounts = parse_amounts(pd.Series(["5", "x", "5"], index=[7, 5, 3]))
    assert amounts.index.tolist() == [7, 5, 3]
    assert amounts["value"].isna().tolist() == [False, True, False]


def test_the_money_of_a_country_is_the_one_in_use():
    assert [currency_of_country(code) for code in ("GB", "US", "DE", "HR", "")] == [
        "GBP",
        "USD",
        "EUR",
        "EUR",
        "",
    ]


@given(st.integers(-(10**11), 10**11), st.sampled_from([(",", "."), (".", ","), ("'", "."), ("\u202f", ",")]))
def test_any_sum_of_cents_survives_the_way_of_any_country(cents, separators):
    grouping, decimal = separators
    written = f"{abs(cents) // 100:,}".replace(",", grouping) + f"{decimal}{abs(cents) % 100:02d}"
    written = f"-{written}" if cents < 0 else written
    convention = DecimalConvention("", "nothing is known", needed=False)
    assert parse_amounts(pd.Series([written]), convention=convention)["value"].iloc[0] == pytest.approx(
        cents / 100
    )
