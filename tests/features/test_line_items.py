import pandas as pd
import pytest
from pandera.errors import SchemaError

from features.line_items import LINE_ITEM_FIELDS, LineItems, line_items


def test_fields_that_nobody_gave_say_nothing():
    lines = line_items(pd.DataFrame({"description": ["gloves", "masks"]}))
    assert list(lines.columns) == [*LINE_ITEM_FIELDS, "issue", "issue_detail"]
    assert list(lines["line_id"]) == ["1", "2"]
    assert lines[["amount", "quantity", "date"]].isna().all(axis=None)
    assert (lines[["currency", "country", "supplier", "issue"]] == "").all(axis=None)


def test_missing_texts_become_empty_and_numbers_used_as_codes_become_texts():
    lines = line_items(
        pd.DataFrame({"description": ["gloves", None], "category_code": [2120, None], "gtin": [None, None]})
    )
    assert list(lines["description"]) == ["gloves", ""]
    assert list(lines["category_code"]) == ["2120", ""]
    assert (lines["gtin"] == "").all()


def test_no_lines_are_a_valid_frame():
    lines = line_items(pd.DataFrame(columns=["description", "amount"]))
    assert lines.empty
    LineItems.validate(lines)


def test_rows_keep_their_order_whatever_their_index():
    lines = line_items(pd.DataFrame({"description": ["a", "b", "c"]}, index=[7, 7, 1]))
    assert list(lines["description"]) == ["a", "b", "c"]
    assert list(lines.index) == [0, 1, 2]


def test_dates_are_read_whether_they_are_texts_or_timestamps():
    lines = line_items(pd.DataFrame({"description": ["a", "b"], "date": ["2020-04-24", None]}))
    assert lines["date"].iloc[0] == pd.Timestamp("2020-04-24")
    assert pd.isna(lines["date"].iloc[1])


@pytest.mark.parametrize(
    "wrong",
    [{"line_id": ["1", "1"]}, {"currency": ["GBP", "pounds"]}, {"country": ["GB", "England"]}],
)
def test_doubled_ids_and_names_in_place_of_codes_are_refused(wrong):
    with pytest.raises(SchemaError, match=next(iter(wrong))):
        line_items(pd.DataFrame({"description": ["a", "b"], **wrong}))
