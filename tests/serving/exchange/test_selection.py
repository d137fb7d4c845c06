"""Only estimates that still hold are published: what people have said since counts."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from features.line_items import line_items
from models.bundle import DEFAULT_BUNDLE
from models.footprint import EstimateOptions
from models.persistence import load_model
from serving.exchange.selection import select_footprints
from serving.overrides import apply_overrides, find_overrides
from serving.store import Actor, AuditStore
from serving.store.catalogue import CatalogueItem, put_items
from serving.store.estimate_search import EstimateFilter, each_estimate
from serving.store.estimates import record_estimates
from serving.store.restatements import (
    Figure,
    RestatedLine,
    approve_restatement,
    propose_restatement,
)
from serving.store.reviews import Correction, approve_review, review_estimate
from serving.store.supplier_figures import GoodsOfSupplier, SupplierFigure, put_figure

ANNA = Actor("default", "anna", frozenset({"estimate", "review"}))
BEN = Actor("default", "ben", frozenset({"review"}))
OPTIONS = EstimateOptions()


def line(**said):
    told = {
        "line_id": "1",
        "description": "White rice",
        "supplier": "Grain Ltd",
        "quantity": 5.0,
        "unit": "kg",
    }
    dated = {"country": "GB", "date": pd.Timestamp("2024-05-06")}
    return line_items(pd.DataFrame([told | dated | said]))


@pytest.fixture(scope="module")
def model():
    return load_model(DEFAULT_BUNDLE)


@pytest.fixture
def store(url):
    """An empty store of each kind, with the real time."""
    with AuditStore(url) as store:
        yield store


@pytest.fixture
def recorded(store, model):
    """Records a line as it is estimated with what is known at that time; gives the estimate's id."""

    def record(lines=None, **changed):
        lines = line() if lines is None else lines
        with store.writing(ANNA) as writing:
            known = find_overrides(writing, lines, OPTIONS.money)
            found = apply_overrides(model, lines, model.predict(lines, OPTIONS), known, OPTIONS)
            found = found.assign(**changed)
            record_estimates(writing, [{}] * len(lines), lines, found, OPTIONS)
        return found["estimate_id"].iloc[0]

    return record


@pytest.fixture
def reviewed(store):
    """Reviews an estimate, and lets another one approve that."""

    def review(estimate_id, correction=None, *, approved=True):
        with store.writing(ANNA) as writing:
            made = review_estimate(writing, estimate_id, correction)
        if approved:
            with store.writing(BEN) as writing:
                approve_review(writing, estimate_id, made.sequence)

    return review


@pytest.fixture
def published(store):
    """Ids of the estimates that are published, and why the others are not."""

    def select():
        with store.reading(ANNA) as reading:
            found = select_footprints(reading, EstimateFilter())
        return [one.estimate_id for one in found.footprints], {
            name: str(error) for name, error in found.refused.items()
        }

    return select


def test_an_estimate_that_nobody_has_touched_is_published(recorded, published):
    rice = recorded()

    assert published() == ([rice], {})


def test_a_corrected_estimate_is_not_published_and_the_one_recorded_after_it_is(
    recorded, reviewed, published
):
    rice = recorded()
    reviewed(rice, Correction(category_code="311230", category_scheme="NAICS 2017"))

    ids, refused = published()
    assert ids == []
    assert "a review has corrected it: record its line again" in refused[rice]

    again = recorded()
    ids, refused = published()
    assert ids == [again] != [rice]
    assert list(refused) == [rice]


def test_a_correction_that_awaits_approval_holds_an_estimate_back(recorded, reviewed, published):
    rice = recorded()
    reviewed(rice, Correction(kg_co2e=7.0), approved=False)

    ids, refused = published()

    assert ids == []
    assert "nobody has approved that yet" in refused[rice]


def test_a_line_that_a_review_excludes_is_not_published(recorded, reviewed, published):
    rice = recorded()
    reviewed(rice, Correction(excluded=True))

    assert "no purchase" in published()[1][rice]


def test_a_correction_of_another_line_of_the_same_goods_counts_too(recorded, reviewed, published):
    first = recorded(line(date=pd.Timestamp("2023-05-06")))
    second = recorded()
    assert published()[0] == [first, second]

    reviewed(first, Correction(mass_kg=4.0))

    ids, refused = published()
    assert ids == []
    assert "the same goods have been corrected since" in refused[second]


def test_what_awaited_review_is_published_once_two_people_have_signed_it_off(recorded, reviewed, published):
    rice = recorded(status="review", reason="category_uncertain")
    assert "it is review (category_uncertain)" in published()[1][rice]

    reviewed(rice, approved=False)
    assert published()[0] == []

    reviewed(rice)
    assert published() == ([rice], {})


def test_a_suppliers_figure_or_a_catalogue_that_came_later_replaces_an_estimate(store, recorded, published):
    rice = recorded()
    with store.writing(BEN) as writing:
        put_figure(
            writing,
            GoodsOfSupplier(supplier="Grain Ltd", article="White rice"),
            SupplierFigure(kg_co2e_per_unit=1.5, unit="kg", source="EPD 7", valid_from=date(2024, 1, 1)),
        )
    gloves = recorded(line(line_id="2", description="A-100", gtin="4006381333931"))
    with store.writing(BEN) as writing:
        put_items(writing, [CatalogueItem(gtin="4006381333931", description="Nitrile gloves")])

    ids, refused = published()

    assert ids == []
    assert "the supplier has declared a figure since" in refused[rice]
    assert gloves in refused


def test_an_approved_restatement_holds_an_estimate_back_and_a_proposed_one_does_not(
    store, recorded, published
):
    rice, other = recorded(), recorded(line(line_id="2", description="Wheat flour"))
    old = Figure(rice, "estimated", "average-data", "1", "mass/1", "m1", 7.5, 5.0, 11.0)
    new = replace(old, kg_co2e=9.0, factor_id="mass/2", model_version="m2")
    with store.writing(ANNA) as writing:
        proposal = propose_restatement(writing, {"lines": 1}, [RestatedLine(1, date(2024, 5, 6), old, new)])
    assert published() == ([rice, other], {})

    with store.writing(BEN) as writing:
        approve_restatement(writing, proposal.number)

    ids, refused = published()
    assert ids == [other]
    assert "an approved restatement has another figure: record its line again" in refused[rice]


def test_of_several_estimates_of_the_same_goods_the_latest_stands(store, recorded, published):
    first = recorded()
    second = recorded(line(line_id="2", quantity=9.0))
    again = recorded()

    ids, refused = published()

    assert again == first
    assert ids == [first]
    assert "a later estimate of the same goods" in refused[second]
    with store.reading(ANNA) as reading:
        assert len(list(each_estimate(reading, EstimateFilter()))) == 3
