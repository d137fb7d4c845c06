"""Views of a ledger: filters that live in an address, and pages of what is left."""

import numpy as np
import pytest

from serving.jobs.settings import JobSettings
from serving.ledgers import LedgerFilter, line_page
from serving.ledgers.filters import SORTED_BY
from serving.store import AuditStore
from serving.store.reviews import Correction
from tests.serving.ledgers.conftest import Desk, LedgerModel
from tests.serving.small_model import small_parts


@pytest.fixture(scope="module")
def frame(tmp_path_factory):
    """A standing's frame, which no test changes: the first line is approved, the second reviewed."""
    folder = tmp_path_factory.mktemp("filters")
    settings = JobSettings(folder=folder / "jobs", batch_lines=5)
    with AuditStore(f"sqlite:///{folder / 'store.db'}") as store:
        desk = Desk(store, settings, LedgerModel(**small_parts()))
        job_id = desk.run()
        standing = desk.standing(job_id)
        desk.approve(desk.review(standing, 1, Correction(kg_co2e=1.0)))
        desk.review(standing, 2)
        return desk.standing(job_id).frame


@pytest.mark.parametrize(
    ("wanted", "rows"),
    [
        ({}, list(range(1, 13))),
        ({"supplier": "Bytes"}, [7]),
        ({"supplier": "Not stated"}, [12]),
        ({"cost_centre": "Theatre"}, [3]),
        ({"category": "337214"}, [6]),
        ({"category": "All Other Plastics Product Manufacturing", "month": "2023-12"}, [4]),
        ({"month": "2024-05"}, [7, 8, 9]),
        ({"month": "2023"}, [4]),
        ({"status": "unmatched"}, [11]),
        ({"reason": "vague_description"}, [8, 9]),
        ({"review": "approved"}, [1]),
        ({"review": "reviewed"}, [2]),
        ({"review": "corrected"}, [1]),
        ({"review": "unreviewed", "status": "excluded"}, [10]),
        ({"text": "DESK"}, [6]),
        ({"text": " unknown "}, [8, 9]),
        ({"text": "12"}, [12]),
    ],
)
def test_a_filter_finds_the_lines_that_it_names(frame, wanted, rows):
    assert LedgerFilter(**wanted).apply(frame)["row"].tolist() == rows


def test_the_same_goods_can_be_asked_for(frame):
    goods = str(frame["goods"].iloc[0])

    assert LedgerFilter(goods=goods).apply(frame)["row"].tolist() == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    "name",
    ["category", "supplier", "cost_centre", "month", "status", "method", "reason", "review", "goods", "text"],
)
@pytest.mark.parametrize("value", ["no such", "2024-99", "-", "\x00", "<script>", "(", "9" * 400])
def test_what_nobody_knows_finds_nothing(frame, name, value):
    assert len(LedgerFilter(**{name: value}).apply(frame)) == 0


def test_an_address_gives_the_filter_back_and_leaves_other_words_alone():
    wanted = LedgerFilter(category="326199", text="glove & mitten")

    assert wanted.to_query() == {"category": "326199", "text": "glove & mitten"}
    assert LedgerFilter.from_query(wanted.to_query() | {"page": "2"}) == wanted


def test_pages_hold_every_line_once_in_order(frame):
    found = [line_page(frame, "kg", descending=True, offset=at, limit=5) for at in (0, 5, 10, 15)]

    assert [page.count for page in found] == [12] * 4
    assert [len(page.lines) for page in found] == [5, 5, 2, 0]
    kg = [value for page in found for value in page.lines["kg"]]
    assert kg[:10] == sorted(frame["kg"].dropna(), reverse=True)
    assert np.isnan(kg[10:]).all()


@pytest.mark.parametrize("column", SORTED_BY)
@pytest.mark.parametrize("descending", [False, True])
def test_lines_can_be_sorted_by_each_column(frame, column, descending):
    values = line_page(frame, column, descending=descending).lines[column].dropna().tolist()

    assert values == sorted(values, reverse=descending)


def test_an_unknown_order_is_that_of_the_ledger(frame):
    assert line_page(frame, "no such", descending=True).lines["row"].tolist() == list(range(1, 13))
