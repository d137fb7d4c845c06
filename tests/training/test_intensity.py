import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from models.category import CategoryVotes
from models.intensity import IntensityModel
from models.intensity_features import CategoryProbabilities
from training.intensity import (
    NEIGHBOURS,
    OWN,
    evaluate_intensity,
    example_categories,
    out_of_family,
    worst_errors,
)

CODES = np.array(["311611", "331110", "322121"])
VALUES = (20.0, 2.0, 1.0)
MODEL = IntensityModel(neighbours=15, rounds=40)


@pytest.fixture(scope="module")
def data():
    """Three industries whose texts look alike, so that only the category tells them apart."""
    rng = np.random.default_rng(0)
    industry = np.repeat([0, 1, 2], 60)
    vectors = rng.normal(0, 1, (180, 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    value = np.array(VALUES)[industry] * np.exp(rng.normal(0, 0.15, 180))
    examples = pd.DataFrame(
        {
            "text": [f"product {row}" for row in range(180)],
            "kg_co2e_per_kg": value,
            "gate_kg_co2e_per_kg": value,
            "boundary": np.where(np.arange(180) % 3 == 0, "shop", "gate"),
            "domain": np.array(["food", "metals and minerals", "paper"])[industry],
            "group": [f"family {row // 2}" for row in range(180)],
            "source": np.where(np.arange(180) % 2 == 0, "carbon_catalogue", "uslci"),
            "licence": "CC0-1.0",
            "weight": 1.0,
            "weight_kg": np.nan,
        }
    )
    return examples, vectors, CategoryProbabilities(CODES, sparse.csr_matrix(np.eye(3)[industry]))


def test_the_category_helps_where_the_text_does_not(data):
    scores = evaluate_intensity(*data, model=MODEL, seeds=(0,)).set_index(["group", "model"])
    assert scores.loc[("all", OWN), "within_2x"] > scores.loc[("all", NEIGHBOURS), "within_2x"] + 0.3
    assert scores.loc[("all", OWN), "coverage"] > 0.8
    assert scores.loc[("all", OWN), "lines"] == 180
    assert ("Carbon Catalogue, unseen companies", OWN) in scores.index


def test_every_example_is_estimated_once_without_its_family(data):
    estimates = out_of_family(*data, model=MODEL)
    assert not estimates.isna().any(axis=None)


def test_a_known_family_makes_estimates_better(data):
    examples, vectors, categories = data
    member = np.arange(180) % 2
    lone = np.repeat(np.random.default_rng(1).normal(0, 1, 90), 2)
    value = examples["kg_co2e_per_kg"] * np.exp(lone + 0.01 * member)
    related = vectors[np.arange(180) // 2 * 2] + 0.05 * vectors
    related /= np.linalg.norm(related, axis=1, keepdims=True)
    examples = examples.assign(kg_co2e_per_kg=value, gate_kg_co2e_per_kg=value)
    asked = (examples, related.astype(np.float32), categories, MODEL)
    known, unknown = out_of_family(*asked, family_known=True), out_of_family(*asked)
    error = [(part[OWN] - np.log(value)).abs().median() for part in (known, unknown)]
    assert error[0] < 0.5 * error[1]


def test_the_worst_error_comes_first_and_once_a_family(data):
    estimates = out_of_family(*data, model=MODEL)
    worst = worst_errors(data[0], estimates, 10)
    assert len(worst) == 10
    assert worst["log_error"].abs().is_monotonic_decreasing


class Sorter:
    """Knows two categories, by the length of the text."""

    classes_ = np.array(["111110", "311811"])

    def votes(self, questions):
        assert not questions.has_supplier.any()
        short = (questions.text.str.len() < 6).to_numpy()
        return CategoryVotes(sparse.csr_matrix(np.column_stack([short, ~short]).astype(float)), None)


class Lengths:
    def transform(self, texts, progress=None):  # noqa: ARG002
        return np.ones((len(texts), 2), dtype=np.float32)


def test_the_categories_of_examples_are_those_of_the_category_model():
    found = example_categories(Sorter(), pd.Series(["Wheat", "Sourdough bread"]), Lengths())
    best = found.codes[np.asarray(found.probability.argmax(axis=1)).ravel()]
    assert list(best) == ["111110", "311811"]
