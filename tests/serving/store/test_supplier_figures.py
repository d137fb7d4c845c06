"""Figures that suppliers declare: versions of one thing, however its name is spelt."""

import math
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from serving.store import Actor
from serving.store.errors import ScopeError, SupplierFigureError
from serving.store.supplier_figures import (
    GoodsOfSupplier,
    SupplierFigure,
    current_figures,
    figure_history,
    put_figure,
)
from serving.store.verification import verify

LOCAL = Actor.local()
GTIN = GoodsOfSupplier(gtin="4006381333931")
ARTICLE = GoodsOfSupplier(supplier="Acme Ltd", article="B-250 X")


def figure(kg, **changed):
    return SupplierFigure(**({"kg_co2e_per_unit": kg, "unit": "piece", "source": "EPD 12"} | changed))


def put(store, goods, declared, actor=LOCAL):
    with store.writing(actor) as writing:
        return put_figure(writing, goods, declared)


@pytest.mark.parametrize("goods", [GTIN, ARTICLE])
def test_a_new_figure_is_a_new_version_and_the_old_one_stays(store, goods):
    days = {"valid_from": date(2024, 1, 1), "valid_to": date(2026, 12, 31)}
    first = put(store, goods, figure(0.1 + 0.2))
    second = put(store, goods, figure(0.25, **days))

    assert (first.version, second.version) == (1, 2)
    with store.reading(LOCAL) as reading:
        assert current_figures(reading, [goods]) == [second]
        assert figure_history(reading, goods) == [second, first]


def test_the_same_figure_put_again_is_no_new_version(store):
    first = put(store, GTIN, figure(0.3))

    assert put(store, GTIN, figure(0.3)) == first


def test_goods_are_the_same_in_any_spelling(store):
    put(store, ARTICLE, figure(0.3))
    put(store, GTIN, figure(0.4))
    asked = [
        GoodsOfSupplier(supplier="ACME limited", article=" b-250  x"),
        GoodsOfSupplier(gtin="04006381333931"),
        GoodsOfSupplier(supplier="Acme", article="B-250"),
    ]

    with store.reading(LOCAL) as reading:
        found = current_figures(reading, asked)

    assert [one and one.figure.kg_co2e_per_unit for one in found] == [0.3, 0.4, None]


def test_versions_put_at_once_are_numbered_one_after_another(store):
    with ThreadPoolExecutor(8) as threads:
        versions = list(threads.map(lambda n: put(store, GTIN, figure(float(n))).version, range(16)))

    assert sorted(versions) == list(range(1, 17))
    assert verify(store).findings == []


def test_another_tenant_does_not_see_it(store):
    put(store, GTIN, figure(0.3))

    with store.reading(Actor.local("leeds")) as reading:
        assert current_figures(reading, [GTIN]) == [None]
        assert figure_history(reading, GTIN) == []


def test_a_key_that_may_only_estimate_declares_nothing(store, actor):
    with pytest.raises(ScopeError):
        put(store, GTIN, figure(0.3), actor("robot", "estimate"))


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"supplier": "Acme"},
        {"article": "B-250"},
        {"gtin": "4006381333932"},
        {"gtin": "4006381333931", "supplier": "Acme", "article": "B-250"},
        {"supplier": "Acme", "article": "\ud800"},
        {"supplier": "Acme", "article": "a\0b"},
    ],
)
def test_goods_are_a_gtin_or_an_article_of_a_supplier(wrong):
    with pytest.raises(SupplierFigureError, match="Got"):
        GoodsOfSupplier(**wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kg": math.nan},
        {"kg": math.inf},
        {"unit": " "},
        {"source": ""},
        {"valid_from": date(2025, 1, 1), "valid_to": date(2024, 1, 1)},
    ],
)
def test_a_figure_is_a_number_of_something_from_somewhere(wrong):
    with pytest.raises(SupplierFigureError, match="Got"):
        figure(**({"kg": 0.3} | wrong))
