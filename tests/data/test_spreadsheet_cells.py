import pandas as pd
import pytest

from data.spreadsheet_cells import without_formulas


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "=", "+44 20 7188 7188 x", "\uff1d1+1"],
)
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text):
    table, changed = without_formulas(pd.DataFrame({"text": [text, "gloves"]}))
    assert (table["text"].tolist(), changed) == ([f"'{text}", "gloves"], 1)


@pytest.mark.parametrize("text", ["", "-4.50", "+1,200", "-£ 3", "--", "5-pack", "a=b", "-12%"])
def test_numbers_dashes_and_other_texts_stay(text):
    table, changed = without_formulas(pd.DataFrame({"text": [text]}))
    assert (table["text"].tolist(), changed) == ([text], 0)


def test_rows_of_one_name_numbers_and_missing_cells_are_left_in_place():
    table = pd.DataFrame({"text": ["=a", None, "b"], "kg": [-1.0, 2.0, float("nan")]}, index=[0, 0, 0])
    safe, changed = without_formulas(table)
    assert safe["text"].fillna("none").tolist() == ["'=a", "none", "b"]
    assert changed == 1
    pd.testing.assert_series_equal(safe["kg"], table["kg"])
    assert table["text"].iloc[0] == "=a"


def test_names_of_columns_are_cells_too():
    safe, changed = without_formulas(pd.DataFrame({"=cmd": ["x"], 3: [1]}))
    assert (list(safe.columns), changed) == (["'=cmd", 3], 0)
