import math

import pandas as pd
import pytest

from training.user_labels import USER_LABEL_FIELDS, UserLabelsError, read_user_labels

CODES = {"339113", "325412", "337214", "337211"}


@pytest.fixture
def read(tmp_path):
    def run(text, encoding="utf-8"):
        path = tmp_path / "labels.csv"
        path.write_bytes(text.encode(encoding))
        return read_user_labels(path, CODES)

    return run


def test_labels_are_read_with_what_is_not_said_filled_in(read):
    found = read(
        "description,supplier,category_code,kg_co2e,mass_kg,amount,currency,date,weight,who\n"
        'Gloves,"Acme, Ltd",339113,,,,,,,Ada\n'
        "Desk,,337214,120.5,40,300,gbp,2024-03-31,2.5,\n"
        "Insulin,,,3,,12,USD,,,\n"
    )
    assert not found.problems
    labels = found.labels
    assert list(labels.columns) == list(USER_LABEL_FIELDS)
    assert labels["row"].tolist() == [2, 3, 4]
    assert labels["supplier"].tolist() == ["Acme, Ltd", "", ""]
    assert labels["category_code"].tolist() == ["339113", "337214", ""]
    assert labels["weight"].tolist() == [1, 2.5, 1]
    assert labels["currency"].tolist() == ["", "GBP", "USD"]
    assert labels.loc[1, "date"] == pd.Timestamp("2024-03-31")
    assert math.isnan(labels.loc[0, "kg_co2e"])
    assert labels["who"].tolist() == ["Ada", "", ""]
    assert len(found.sha256) == 64
    assert found.name == "labels.csv"


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (",,339113,,,,", "Line 3: got no description, expected what was bought: fill it in"),
        ("Desk,,,,,,", "Line 3: got no label, expected a category_code or kg_co2e"),
        (
            "Desk,,337215,,,,",
            "got category_code '337215', expected a six-digit NAICS 2017 code: did you mean 3372",
        ),
        ("Desk,,chair,,,,", "look it up in NAICS 2017"),
        ("Desk,,,5,,,", "got kg_co2e alone, expected also mass_kg, or amount and currency"),
        ("Desk,,,5,,10,", "got kg_co2e alone"),
        ("Desk,,,-5,1,,", "got kg_co2e '-5', expected a positive number"),
        ("Desk,,,1e999,1,,", "got kg_co2e '1e999', expected a positive number"),
        ("Desk,,,nan,1,,", "got kg_co2e 'nan', expected a positive number"),
        ('Desk,,,"1,200",1,,', "write it with a point and without separators"),
        ("Desk,,337214,,,,900", "got weight '900', expected a positive number up to 100"),
        ("Desk,,337214,,", "got 5 cells, expected 7"),
        ("Desk, oak,,337214,,,,", "put texts that hold a comma into double quotes"),
        ("gloves,ACME,337214,,,,", "expected 339113, as line 2 says of the same description and supplier"),
    ],
)
def test_a_line_that_cannot_be_used_is_named_and_the_rest_goes_on(read, line, sentence):
    header = "description,supplier,category_code,kg_co2e,mass_kg,amount,weight\n"
    found = read(f"{header}Gloves,Acme,339113,,,,\n{line}\nInsulin,,325412,,,,\n")
    assert found.labels["row"].tolist() == [2, 4]
    assert len(found.problems) == 1
    assert found.problems[0].row == 3
    assert sentence in str(found.problems[0])


@pytest.mark.parametrize(
    ("columns", "cells", "sentence"),
    [
        ("currency", "pounds", "got currency 'pounds', expected an ISO 4217 code"),
        ("date", "31/03/2024", "got date '31/03/2024', expected a date: write it as 2024-03-31"),
    ],
)
def test_currencies_and_dates_are_checked(read, columns, cells, sentence):
    found = read(f"description,category_code,{columns}\nDesk,337214,\nDesk,337214,{cells}\n")
    assert sentence in str(found.problems[0])


def test_a_spreadsheets_ways_are_understood(read):
    found = read("\ufeffdescription , category_code\r\n Desk ,337214.0\r\n\r\n,\r\nChair,337214\r\n")
    assert found.labels["category_code"].tolist() == ["337214", "337214"]
    assert found.labels["description"].tolist() == ["Desk", "Chair"]
    assert found.labels["row"].tolist() == [2, 5]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "description,categorycode\nDesk,337214\n",
            "Got column 'categorycode'.*did you mean 'category_code'",
        ),
        ("description,who\nDesk,Ada\n", "expected 'description' and 'category_code' or 'kg_co2e'"),
        ("category_code\n337214\n", "expected 'description'"),
        ("description;category_code\nDesk;337214\n", "expected columns of a label"),
        ("description,category_code,who,who\n", "'who' twice"),
        ("", "expected 'description'"),
        ("description,category_code\n", "Got no usable label"),
        ("description,category_code\nDesk,9\n", "Got no usable label.*Line 2: got category_code '9'"),
        ('description,category_code\n"Desk,337214\n', "cannot be read.*save it so"),
    ],
)
def test_a_file_without_usable_labels_is_refused(read, text, sentence):
    with pytest.raises(UserLabelsError, match=sentence):
        read(text)


def test_another_encoding_and_a_missing_file_are_refused(read, tmp_path):
    with pytest.raises(UserLabelsError, match="UTF-8"):
        read("description,category_code\nCafé,337214\n", encoding="latin-1")
    with pytest.raises(UserLabelsError, match="Got no file"):
        read_user_labels(tmp_path / "none.csv", CODES)
