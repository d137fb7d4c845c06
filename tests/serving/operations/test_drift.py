"""Drift: what differs from the training lines shows, and what does not differ does not."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.line_items import line_items
from models.persistence import load_model
from models.reference_index import ReferenceIndex
from serving.documents import read_ledger
from serving.operations.baselines import kept_baseline
from serving.operations.drift import LENGTH, SECTOR, SIMILARITY, DriftBaseline, observed_bins, stability_index

GERMAN = Path(__file__).with_name("german_ledger.csv")


def test_the_same_shares_have_no_distance_however_many_lines_there_are():
    assert stability_index({"a": 30, "b": 70}, {"a": 0.3, "b": 0.7}) == 0


def test_the_distance_is_the_one_of_the_textbook():
    index = stability_index({"a": 50, "b": 50}, {"a": 0.2, "b": 0.8})

    assert index == pytest.approx(0.3 * np.log(0.5 / 0.2) - 0.3 * np.log(0.5 / 0.8))


def test_a_bin_that_nobody_expected_makes_a_large_and_finite_distance():
    assert 1 < stability_index({"new": 100}, {"old": 1.0}) < 20


def _index(texts, vectors, codes, sources):
    entries = pd.DataFrame(
        {
            "naics_code": codes,
            "text": texts,
            "source": sources,
            "source_code": "",
            "weight": 1.0,
            "view": "line",
        }
    )
    vectors = np.asarray(vectors, dtype=np.float32)
    return ReferenceIndex.from_vectors(entries, vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def test_a_baseline_counts_each_source_alike_and_a_line_is_not_its_own_neighbour():
    index = _index(
        ["Desk", "desk", "chair of oak", "stone", "office table"],
        [[1, 0], [1, 0], [1, 0.5], [0, 1], [1, 0]],
        ["337214", "337214", "337127", "327991", "337214"],
        ["austin", "naics_2017_index", "purchase_wordings", "purchase_wordings", "naics_2017_index"],
    )

    shares = DriftBaseline.from_index(index).shares

    assert shares[SECTOR] == {"33": 0.75, "32": 0.25}
    # "Desk" is like "office table", not like itself; nothing is like "stone"
    assert shares[SIMILARITY] == {"+Inf": 0.5, "0.9": 0.25, "0.5": 0.25}
    assert shares[LENGTH] == {"10": 0.75, "20": 0.25}


def test_a_bundle_without_buyers_lines_has_no_baseline():
    index = _index(["desk"], [[1, 0]], ["337214"], ["naics_2017_index"])

    assert DriftBaseline.from_index(index).shares == {}


@pytest.fixture(scope="module")
def distances(tmp_path_factory, examples):
    """Distances of a British hospital's ledger and of a German one, and the bins of each."""
    model = load_model(threads=1)
    folder = tmp_path_factory.mktemp("bundles")
    baseline = kept_baseline(model, folder)
    assert kept_baseline(model, folder) == baseline
    german = pd.read_csv(GERMAN).assign(currency="EUR", country="DE")
    ledgers = {"british": read_ledger(examples / "hospital.csv").lines, "german": line_items(german)}
    bins = {name: observed_bins(lines, model.predict(lines)) for name, lines in ledgers.items()}
    indices = {
        name: {feature: stability_index(found[feature], baseline.shares[feature]) for feature in found}
        for name, found in bins.items()
    }
    return indices, bins


def test_a_ledger_in_another_language_is_far_from_the_training_lines_and_a_british_one_is_not(distances):
    indices, _ = distances

    assert indices["british"][SIMILARITY] < 0.5
    assert indices["german"][SIMILARITY] > 2


def test_german_texts_are_mostly_unlike_any_reference_text(distances):
    _, bins = distances

    def far(name):
        found = bins[name][SIMILARITY]
        return (found.get("0.4", 0) + found.get("0.5", 0)) / sum(found.values())

    assert far("british") < 0.2
    assert far("german") > 0.5
