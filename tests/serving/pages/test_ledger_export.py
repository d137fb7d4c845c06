"""A ledger as it stands now as a file, whole or as it is looked at."""

import io
import json

import pandas as pd
import pytest

from serving.store.reviews import Correction
from tests.serving.ledgers.conftest import LEDGER, LedgerModel
from tests.serving.pages.footprints import estimate_of, review, run
from tests.serving.small_model import small_parts


@pytest.fixture
def small_model():
    return LedgerModel(**small_parts())


@pytest.fixture
def address(service):
    return run(service, LEDGER)


READERS = {
    "csv": lambda content: pd.read_csv(io.BytesIO(content)),
    "xlsx": lambda content: pd.read_excel(io.BytesIO(content), engine="openpyxl"),
    "parquet": lambda content: pd.read_parquet(io.BytesIO(content)),
    "jsonl": lambda content: pd.DataFrame([json.loads(line) for line in content.splitlines()]),
}


@pytest.mark.parametrize("kind", READERS)
def test_every_format_holds_the_lines_their_estimates_and_their_reviews(service, browser, address, kind):
    review(service, estimate_of(browser.open(address).text, "Steel desk"), Correction(kg_co2e=12.0))

    answer = browser.open(f"{address}/export.{kind}")
    table = READERS[kind](answer.content)

    assert f'filename="year-footprint.{kind}"' in answer.headers["content-disposition"]
    assert table["Description"].tolist() == [line.split(",")[0] for line in LEDGER.splitlines()[1:]]
    desk = table[table["Description"] == "Steel desk"].iloc[0]
    assert desk["reviewed_kg_co2e"] == 12.0
    assert desk["kg_co2e"] != 12.0


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize(("supplier", "count"), [("Deskworks", 1), ("Nobody", 0)])
def test_a_view_is_exported_where_it_is_asked_for(browser, address, kind, supplier, count):
    whole = browser.open(f"{address}/export.{kind}", supplier=supplier)
    part = browser.open(f"{address}/export.{kind}", supplier=supplier, view="filtered")

    assert len(READERS[kind](whole.content)) == 12
    assert len(READERS[kind](part.content)) == count
    assert "year-footprint-part" in part.headers["content-disposition"]


def test_the_page_leads_to_its_view_as_a_file(browser, address):
    page = browser.open(address, supplier="Deskworks").text

    assert f'href="{address}/export.csv?supplier=Deskworks&amp;view=filtered"' in page


@pytest.mark.parametrize("path", ["export.exe", "export.csv?view=nonsense"])
def test_a_file_that_there_is_not_is_a_fault_of_the_address(browser, address, path):
    assert browser.open(f"{address}/{path}").status_code == 422
