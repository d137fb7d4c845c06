"""A ledger as it stands as a file: its own columns, the estimates, then what people made of them."""

import json

import pandas as pd
import pytest

from models.estimates import ESTIMATE_FIELDS
from serving.ledgers import write_standing
from serving.ledgers.tables import REVIEW_COLUMNS
from serving.store.reviews import Correction
from tests.serving.ledgers.conftest import LEDGER, LOCAL

READERS = {
    "csv": lambda path: pd.read_csv(path, dtype=str, keep_default_na=False),
    "xlsx": lambda path: pd.read_excel(path, dtype=str, keep_default_na=False, engine="openpyxl"),
    "parquet": pd.read_parquet,
    "jsonl": lambda path: pd.DataFrame(map(json.loads, path.read_text().splitlines())),
}


@pytest.fixture
def written(small_desk, tmp_path):
    job_id = small_desk.run()
    standing = small_desk.standing(job_id)
    review = small_desk.review(standing, 8, Correction(kg_co2e=12.0), comment='=HYPERLINK("http://x")')
    small_desk.approve(review)
    small_desk.review(standing, 1, Correction(excluded=True))

    def write(kind):
        path = tmp_path / f"out.{kind}"
        with small_desk.store.reading(LOCAL) as reading:
            notes = write_standing(reading, small_desk.standing(job_id), path)
        return READERS[kind](path), notes

    return write


@pytest.mark.parametrize("kind", READERS)
def test_each_format_holds_every_line_and_every_column(written, kind):
    table, _ = written(kind)

    own = LEDGER.splitlines()[0].split(",")[:-1]
    assert list(table.columns) == [*own, "input_Review", *ESTIMATE_FIELDS, *REVIEW_COLUMNS]
    assert table["Description"].tolist() == [line.split(",")[0] for line in LEDGER.splitlines()[1:]]
    assert table["review"].tolist() == ["reviewed", *[""] * 6, "approved", *[""] * 4]
    assert table["reviewed_by"].iloc[7] == "anna"
    assert table["approved_by"].iloc[7] == "bert"
    assert float(table["reviewed_kg_co2e"].iloc[7]) == 12.0
    assert table["reviewed_status"].iloc[0] == "excluded"


def test_estimates_stand_as_they_were_made(written):
    table, _ = written("parquet")

    assert table["status"].iloc[0] == "estimated"
    assert table["kg_co2e"].iloc[7] > 2000
    assert table["reviewed_kg_co2e"].isna().sum() == 11


def test_words_that_a_spreadsheet_would_run_are_disarmed(written):
    table, notes = written("csv")

    assert table["review_comment"].iloc[7] == '\'=HYPERLINK("http://x")'
    assert table["input_Review"].iloc[5] == "'=1+1"
    # the third is the explanation of a credit, which begins with a minus sign
    assert "3 cells" in notes[0]
