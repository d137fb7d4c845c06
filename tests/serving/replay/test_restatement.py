"""Restatement: the diff adds up, counts every purchase once, and overwrites nothing."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from features.line_items import line_items
from models.bundle import bundle_version
from models.footprint import EstimateOptions
from serving.replay.restatement import RestatementRequest, restate
from serving.store import Actor
from serving.store.estimate_search import EstimateFilter
from serving.store.restatements import (
    RestatementError,
    approve_restatement,
    approved_restatements,
    propose_restatement,
)
from serving.store.verification import verify

LOCAL = Actor.local()


@pytest.fixture
def diff(store, archive, load):
    def run(factor_set=None, bundle=None, **wanted):
        request = RestatementRequest(EstimateFilter(**wanted), factor_set, bundle)
        with store.reading(LOCAL) as reading:
            return restate(reading, request, archive, load)

    return run


def test_the_diff_by_a_newer_bundle_adds_up_and_keeps_the_recorded_figures(record, diff, tiny, purchases):
    lines = purchases(40)
    old = record(tiny.older, lines)

    found = diff(bundle=tiny.newer)

    table = found.lines
    assert list(table["line_id"]) == list(lines["line_id"])
    np.testing.assert_array_equal(table["old_kg_co2e"], old["kg_co2e"])
    assert table["difference_kg_co2e"].sum() == pytest.approx(found.new.kg_co2e - found.old.kg_co2e)
    assert table["old_kg_co2e"].sum() == pytest.approx(found.old.kg_co2e)
    assert table["new_kg_co2e"].sum() == pytest.approx(found.new.kg_co2e)
    valued = table["old_kg_co2e"].notna()
    np.testing.assert_allclose(table.loc[valued, "ratio"], 0.4 / 0.3)
    assert table.loc[~valued, "difference_kg_co2e"].isna().all()
    assert set(table["new_model_version"]) == {bundle_version(tiny.newer)}
    assert found.new.kg_co2e_low < found.new.kg_co2e < found.new.kg_co2e_high
    assert (
        found.moved_most(3)["difference_kg_co2e"].abs().min()
        >= (table["difference_kg_co2e"].abs().nlargest(4).iloc[-1])
    )


def test_another_factor_set_is_asked_of_the_bundle_that_made_each_estimate(record, diff, bundles, purchases):
    lines = purchases(12)
    record(bundles.older, lines, job="a")
    record(bundles.newer, line_items(lines.assign(buyer="Leeds")), job="b")

    found = diff(factor_set="epa-v1.2").lines

    assert list(found["old_model_version"]) == list(found["new_model_version"])
    assert found["new_model_version"].nunique() == 2
    spent = found["new_method"] == "spend-based"
    assert spent.any()
    assert found.loc[spent, "new_factor_id"].str.startswith("epa-v1.2/").all()
    assert (found.loc[spent, "old_kg_co2e"] != found.loc[spent, "new_kg_co2e"]).any()


def test_changes_of_method_and_category_are_marked(record, diff, tiny, purchases, load, monkeypatch):
    record(tiny.older, purchases(6))
    newer = load(tiny.newer)
    plain = type(newer).predict

    def otherwise(self, lines, options=None):
        changed = np.arange(len(lines)) % 2 == 0
        out = plain(self, lines, options)
        out.loc[changed, "category_code"] = "325412"
        return out.assign(method="average-data")

    monkeypatch.setattr(type(newer), "predict", otherwise)

    found = diff(bundle=tiny.newer).lines

    assert found["method_changed"].all()
    assert found["category_changed"].sum() == 3


def test_a_line_that_was_estimated_several_times_counts_once_by_its_latest_estimate(
    record, diff, tiny, purchases
):
    lines = purchases(5)
    record(tiny.older, lines)
    record(tiny.older, lines)
    latest = record(tiny.newer, lines)

    found = diff(bundle=tiny.older)

    assert found.repeated == 10
    np.testing.assert_array_equal(found.lines["old_kg_co2e"], latest["kg_co2e"])
    assert list(found.lines["sequence"]) == [11, 12, 13, 14, 15]


def test_lines_are_chosen_by_date_and_job(record, diff, tiny, purchases, clock):
    record(tiny.older, purchases(2, seed=1), job="a")
    clock.now = datetime(2026, 1, 1, tzinfo=UTC)
    record(tiny.older, purchases(3, seed=2), job="b")
    record(tiny.older, purchases(4, seed=3), job="c")

    assert len(diff(bundle=tiny.newer, since=datetime(2026, 1, 1, tzinfo=UTC)).lines) == 7
    assert len(diff(bundle=tiny.newer, job_id="b").lines) == 3
    with pytest.raises(RestatementError, match="Got 0 estimates to restate"):
        diff(bundle=tiny.newer, job_id="d")


def test_a_restatement_by_nothing_new_is_refused():
    with pytest.raises(RestatementError, match="by nothing new"):
        RestatementRequest(EstimateFilter())


def test_what_is_proposed_and_approved_is_shown_beside_the_estimate(
    record, diff, tiny, purchases, store, archive, actor
):
    estimates = record(tiny.older, purchases(4))
    found = diff(bundle=tiny.newer)
    request = RestatementRequest(EstimateFilter(), None, tiny.newer)
    with store.writing(actor("anna")) as writing:
        kept = propose_restatement(writing, found.summary(request), found.restated_lines())
    with store.writing(actor("ben")) as writing:
        approve_restatement(writing, kept.number)

    with store.reading(LOCAL) as reading:
        shown = [approved_restatements(reading, name) for name in estimates["estimate_id"]]

    assert [len(each) for each in shown] == [1, 1, 1, 1]
    new = pd.Series([each[0].line.new.kg_co2e for each in shown], dtype=float)
    np.testing.assert_array_equal(new, found.lines["new_kg_co2e"])
    assert shown[0][0].restatement.summary["new"]["kg_co2e"] == found.new.kg_co2e
    assert shown[0][0].restatement.summary["model_versions"] == [bundle_version(tiny.newer)]
    assert verify(store).findings == []
    archive.find(bundle_version(tiny.newer))


def test_the_same_diff_comes_of_options_that_differ_from_line_to_line(record, diff, tiny, purchases):
    record(tiny.older, purchases(4, seed=1), EstimateOptions("epa-v1.3"))
    record(tiny.older, purchases(4, seed=2), EstimateOptions())

    found = diff(bundle=tiny.newer)

    assert list(found.lines["sequence"]) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert sorted({name.partition("/")[0] for name in found.lines["new_factor_id"]}) == ["epa-v1.3", "usual"]
