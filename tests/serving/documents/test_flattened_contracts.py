"""OCDS flattened into workbooks and CSV: read by the paths of its columns, as the JSON it was made from."""

from decimal import Decimal

import pandas as pd
import pytest

from data.errors import UnreadableDocumentError
from serving.documents import read_ledger
from serving.documents.formats.document import NoPurchaseLinesError
from serving.documents.ledger import LedgerReading
from serving.documents.parts import read_parts

HEADER = (
    "ocid,id,buyer/name,awards/0/id,awards/0/status,awards/0/date,awards/0/suppliers/0/name,"
    "awards/0/items/0/id,awards/0/items/0/description,awards/0/items/0/classification/scheme,"
    "awards/0/items/0/classification/id,awards/0/items/0/quantity,awards/0/items/0/unit/name,"
    "awards/0/items/0/unit/value/amount,awards/0/items/0/unit/value/currency\n"
)
DESKS = "o-1,r-1,Town,a1,active,2024-03-01,Wood Ltd,1,Desk,CPV,39121100-7,4,Each,25.50,GBP\n"
CHAIRS = "o-1,r-1,Town,a1,active,2024-03-01,Wood Ltd,2,Chair,CPV,39112000-0,8,Each,10,GBP\n"


@pytest.fixture
def written(tmp_path):
    def write(text, name="contracts.csv"):
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return path

    return write


def test_columns_are_known_by_their_paths(written):
    read = read_ledger(written(HEADER + DESKS + CHAIRS))

    assert read.lines["description"].tolist() == ["Desk", "Chair"]
    assert read.lines["amount"].tolist() == [102.0, 80.0]
    assert read.lines["quantity"].tolist() == [4.0, 8.0]
    for field, value in (("unit", "Each"), ("supplier", "Wood Ltd"), ("buyer", "Town"), ("currency", "GBP")):
        assert read.lines[field].unique().tolist() == [value]
    assert read.lines["category_code"].str[:8].tolist() == ["39121100", "39112000"]
    assert read.lines["date"].dt.strftime("%Y-%m-%d").unique().tolist() == ["2024-03-01"]
    assert {choice.how for choice in read.columns if choice.column} == {"by format"}


def test_a_contract_stands_for_its_award_and_a_line_for_what_items_leave_of_its_value(written):
    path = written(
        "ocid,id,awards/0/id,awards/0/value/amount,awards/0/value/currency,contracts/0/id,contracts/0/awardID,"
        "contracts/0/value/amount,contracts/0/value/currency,contracts/0/title\n"
        "o-1,r-1,a1,100,GBP,,,,,\n"
        "o-1,r-2,,,,c1,a1,80,GBP,Desks\n"
    )

    lines = read_ledger(path).lines

    assert lines[["description", "amount"]].to_numpy().tolist() == [["Desks", 80.0]]


def test_items_without_an_identifier_stay_apart(written):
    text = HEADER + DESKS.replace(",1,Desk", ",,Desk") + CHAIRS.replace(",2,Chair", ",,Chair")

    assert len(read_ledger(written(text)).lines) == 2


def test_contracts_of_nobody_are_refused_by_name(written):
    text = (HEADER + DESKS).replace("ocid,", "process,")

    with pytest.raises(
        UnreadableDocumentError, match=r'"awards/0/id" of flattened OCDS and no column "ocid"'
    ):
        read_ledger(written(text))


def test_a_cell_among_names_of_columns_that_contradict_each_other_does_no_harm(written):
    text = (
        "ocid,id,awards/0/id,awards/0/title,awards,awards/0/title/x,awards/0\no,r,a,Desk,odd,odder,oddest\n"
    )

    with pytest.raises(NoPurchaseLinesError, match="neither value nor items"):
        read_ledger(written(text))


def test_a_long_file_is_read_whole(written):
    path = written(HEADER + DESKS + CHAIRS)

    parts = read_parts(path, LedgerReading(path), part_rows=1, whole_bytes=1)

    assert len(parts.first.lines) == 2
    assert list(parts.following) == []


@pytest.mark.data_package
def test_a_workbook_says_what_the_json_says_that_it_was_made_from(data_dir):
    folder = data_dir / "documents" / "ocds"
    name = "ocds-213czf-000-00001-05-contract"

    flat = read_ledger(folder / "flattened" / f"{name}.xlsx").lines
    nested = read_ledger(folder / "fictional_1_1" / f"{name}.json").lines

    same = ["description", "amount", "currency", "quantity", "unit", "category_code", "date"]
    pd.testing.assert_frame_equal(flat[same], nested[same])
    assert sum(map(Decimal, map(str, flat["amount"]))) == Decimal(11_000_000)


@pytest.mark.data_package
def test_an_award_that_is_pending_is_no_purchase_in_a_workbook_either(data_dir):
    path = data_dir / "documents" / "ocds" / "flattened" / "ocds-213czf-000-00001-04-award.xlsx"

    with pytest.raises(NoPurchaseLinesError, match="not in force"):
        read_ledger(path)
