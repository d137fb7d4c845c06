import pandas as pd
import pytest

from features.dates import date_order, parse_dates


def read(text: str, country: str = "") -> str:
    value = parse_dates(pd.Series([text]), country=country)["value"].iloc[0]
    return "" if pd.isna(value) else f"{value:%Y-%m-%d}"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2020-04-24", "2020-04-24"),
        ("2020-04-24T23:59:00Z", "2020-04-24"),
        ("2020-04-24 10:00:00.123", "2020-04-24"),
        ("2024-04-24T00:30:00+02:00", "2024-04-24"),
        ("24/04/2020", "2020-04-24"),
        ("24.04.2020 13:45", "2020-04-24"),
        ("24/04/2020 1:30 PM", "2020-04-24"),
        ("2-Jun-06", "2006-06-02"),
        ("2-Jun-98", "1998-06-02"),
        ("20200424", "2020-04-24"),
        ("43945", "2020-04-24"),
        ("43945.5", "2020-04-24"),
        ("24. Dezember 2019", "2019-12-24"),
        ("12 août 2020", "2020-08-12"),
        ("5 de marzo de 2021", "2021-03-05"),
        ("2-mei-2019", "2019-05-02"),
        ("Fri 24 Apr 2020", "2020-04-24"),
        ("April 24, 2020", "2020-04-24"),
        ("2020-04", "2020-04-01"),
        ("04/2020", "2020-04-01"),
        ("Apr-20", "2020-04-01"),
    ],
)
def test_a_date_is_read_in_the_notations_of_ledgers(written, meant):
    assert read(written) == meant


@pytest.mark.parametrize("written", ["Pre-PQ Process", "31/02/2020", "99/99/2020", "12345", "1/2", "N/A"])
def test_what_is_no_date_is_missing_and_says_what_was_got_and_expected(written):
    dates = parse_dates(pd.Series([written]))
    assert dates["value"].isna().all()
    assert dates["problem"].iloc[0] == (
        f'Got "{written}", expected a date such as 2020-04-24; write the date or leave the cell empty.'
    )


def test_hashes_are_explained_as_too_narrow_a_column():
    assert "too narrow a column" in parse_dates(pd.Series(["########"]))["problem"].iloc[0]


def test_an_empty_cell_is_missing_without_a_problem():
    dates = parse_dates(pd.Series(["", None, "  "]))
    assert dates["value"].isna().all()
    assert dates["problem"].tolist() == ["", "", ""]


def test_one_day_above_twelve_settles_the_whole_column():
    column = pd.Series(["03/04/2020", "05/04/2020", "24/04/2020"])
    assert date_order(column, country="US").order == "day first"
    assert parse_dates(column, country="US")["value"].dt.month.unique().tolist() == [4]


def test_one_month_position_above_twelve_settles_it_for_month_first():
    column = pd.Series(["9/11/14", "4/30/14"])
    order = date_order(column)
    assert order.order == "month first"
    assert '"4/30/14"' in order.evidence
    assert parse_dates(column)["value"].dt.strftime("%Y-%m-%d").tolist() == ["2014-09-11", "2014-04-30"]


def test_a_column_that_can_be_read_both_ways_follows_the_country_and_says_so():
    column = pd.Series(["03/04/2020"])
    order = date_order(column, "US")
    assert order.needed
    assert "custom of US" in order.evidence
    assert read("03/04/2020", "US") == "2020-03-04"
    assert read("03/04/2020", "GB") == "2020-04-03"
    assert read("03/04/2020") == "2020-04-03"


def test_a_date_with_one_reading_is_read_even_against_the_order_of_its_column():
    dates = parse_dates(pd.Series(["24/04/2020", "25/04/2020", "04/26/2020"]))
    assert dates["value"].dt.day.tolist() == [24, 25, 26]


def test_the_index_and_repeated_values_of_the_column_are_kept():
    dates = parse_dates(pd.Series(["2020-01-01", "x", "2020-01-01"], index=[7, 5, 3]))
    assert dates.index.tolist() == [7, 5, 3]
    assert dates["value"].isna().tolist() == [False, True, False]
