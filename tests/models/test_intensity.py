import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from models.intensity import IntensityModel, family_folds
from models.intensity_features import (
    DOMAIN_CENTRE,
    FEATURES,
    HIGHEST,
    JOINT_MEAN,
    KERNEL,
    LOWEST,
    MAIN_DOMAIN,
    NEAREST,
    CategoryProbabilities,
    Footprints,
    Products,
    by_likeness,
    features,
)
from models.state import State

MATERIALS = {"steel": 2.0, "aluminium": 9.0, "paper": 1.0, "beef": 25.0, "bread": 0.7, "jeans": 15.0}
CODES = np.array(["331110", "331313", "322121", "311611", "311812", "315220"])


def products(families_each=12, seed=0):
    """Products around a direction for each material; two members in each family."""
    rng = np.random.default_rng(seed)
    rows, vectors, position = [], [], []
    for at, (material, value) in enumerate(MATERIALS.items()):
        for family in range(families_each):
            true = value * np.exp(rng.normal(0, 0.2))
            for member in range(2):
                vector = 3 * np.eye(24)[at] + rng.normal(0, 0.3, 24)
                vectors.append(vector / np.linalg.norm(vector))
                position.append(at)
                rows.append(
                    {
                        "text": f"{material} {family} {member}",
                        "kg_co2e_per_kg": true,
                        "gate_kg_co2e_per_kg": true,
                        "boundary": "consumer" if member else "gate",
                        "domain": "food" if material in ("beef", "bread") else "things",
                        "group": f"{material}{family}",
                        "source": "test",
                        "licence": "CC0-1.0",
                        "weight": 1.0,
                        "weight_kg": np.nan,
                    }
                )
    probability = sparse.csr_matrix(np.eye(len(CODES))[position])
    return (
        pd.DataFrame(rows),
        np.array(vectors, dtype=np.float32),
        CategoryProbabilities(CODES, probability),
    )


def nothing(rows, text, industry, same):  # noqa: ARG001
    return np.zeros(len(text))


@pytest.fixture(scope="module")
def fitted():
    return IntensityModel(neighbours=20, rounds=60).fit(*products())


@pytest.fixture(scope="module")
def asked():
    examples, vectors, categories = products(3, seed=7)
    return examples, vectors, categories


def test_new_products_of_a_known_material_come_out_within_a_factor_of_two(fitted, asked):
    examples, vectors, categories = asked
    out = fitted.predict(examples["text"], vectors, categories)
    ratio = out["kg_co2e_per_kg"].to_numpy() / examples["kg_co2e_per_kg"].to_numpy()
    assert (np.abs(np.log(ratio)) < np.log(2)).mean() > 0.9
    assert (out["low"] <= out["kg_co2e_per_kg"]).all()
    assert (out["kg_co2e_per_kg"] <= out["high"]).all()


def test_the_range_holds_nine_in_ten_of_families_never_seen(fitted):
    examples, vectors, categories = products(60, seed=11)
    out = fitted.predict(examples["text"], vectors, categories)
    true = examples["kg_co2e_per_kg"].to_numpy()
    assert 0.82 < ((out["low"] <= true) & (true <= out["high"])).mean() <= 1.0


def test_an_estimate_does_not_depend_on_the_company_it_comes_in(fitted, asked):
    examples, vectors, categories = asked
    together = fitted.predict(examples["text"], vectors, categories)
    rows = np.array([5])
    alone = fitted.predict(examples["text"].iloc[rows], vectors[rows], categories[rows])
    np.testing.assert_array_equal(alone.to_numpy(), together.iloc[rows].to_numpy())


def test_learning_twice_gives_the_same_model(fitted, asked):
    _, vectors, categories = asked
    again = IntensityModel(neighbours=20, rounds=60).fit(*products())
    assert again.state().boosters == fitted.state().boosters
    np.testing.assert_array_equal(
        again.contributions(vectors, categories), fitted.contributions(vectors, categories)
    )


def test_contributions_add_up_to_the_log_estimate(fitted, asked):
    examples, vectors, categories = asked
    out = fitted.predict(examples["text"], vectors, categories)
    parts = fitted.contributions(vectors, categories)
    np.testing.assert_allclose(parts.sum(axis=1), np.log(out["kg_co2e_per_kg"]), atol=1e-9)


def test_evidence_names_products_of_the_same_material_with_their_licence(fitted, asked):
    examples, vectors, categories = asked
    shown = fitted.evidence(vectors, categories, k=2)
    assert len(shown) == 2 * len(examples)
    material = examples["text"].str.split().str[0].to_numpy()[shown["line"]]
    assert (shown["name"].str.split().str[0] == material).mean() > 0.95
    assert set(shown["licence"]) == {"CC0-1.0"}


def test_a_saved_model_estimates_exactly_the_same(fitted, asked):
    examples, vectors, categories = asked
    restored = IntensityModel.from_state(State.of_parts({"intensity": fitted.state()}).part("intensity"))
    first = fitted.predict(examples["text"], vectors, categories)
    second = restored.predict(examples["text"], vectors, categories)
    pd.testing.assert_frame_equal(second, first)


def test_codes_the_model_has_never_met_are_no_error(fitted, asked):
    examples, vectors, _ = asked
    unknown = CategoryProbabilities(np.array(["999999"]), sparse.csr_matrix(np.ones((len(examples), 1))))
    assert np.isfinite(fitted.predict(examples["text"], vectors, unknown)["kg_co2e_per_kg"]).all()


def test_too_few_families_are_refused():
    examples, vectors, categories = products(1)
    with pytest.raises(ValueError, match="families"):
        IntensityModel(folds=20).fit(examples, vectors, categories)


def test_members_of_the_own_family_have_no_vote():
    vectors = np.eye(3, dtype=np.float32)[[0, 0, 1]]
    known = Products(vectors, vectors, np.zeros(3, dtype=np.int64), np.full(3, np.nan))
    log, ones = np.array([0.0, 0.0, 5.0]), np.ones(3)
    footprints = Footprints(log, log, ones, ones, np.zeros(3, dtype=np.int64), np.array([0, 0, 1]))
    seen = features(known, known, footprints, 1, nothing)
    unseen = features(known, known, footprints, 1, nothing, footprints.group)
    assert list(seen[:, 2]) == [0, 0, 5]
    assert list(unseen[:, 2]) == [5, 5, 0]


def test_the_centre_of_a_domain_is_its_mean_without_the_family_that_is_asked_about():
    log = np.array([0.0, 2.0, 4.0, 10.0])
    ones = np.ones(4)
    footprints = Footprints(log, log, ones, ones, np.array([0, 0, 0, 1]), np.array([5, 5, 7, 9]))
    np.testing.assert_allclose(footprints.domain_centres(None), [[2.0, 10.0]])
    without = footprints.domain_centres(np.array([7, 5, 6, 9, 99]))
    np.testing.assert_allclose(without[0], [1.0, 10.0])
    np.testing.assert_allclose(without[1], [4.0, 10.0])
    np.testing.assert_allclose(without[2], [2.0, 10.0])
    np.testing.assert_allclose(without[3], [2.0, 2.0])  # a domain without any is where all are
    np.testing.assert_allclose(without[4], [2.0, 10.0])


@pytest.mark.parametrize(
    ("nearest", "main", "drawn"),
    [(0.95, 0.0, 0.0), (0.65, 0.0, 0.15), (0.2, 0.0, 0.3), (0.2, 1.0, 0.0), (0.2, 0.5, 0.15)],
)
def test_what_is_like_nothing_known_is_drawn_to_its_domain_unless_that_is_the_main_one(nearest, main, drawn):
    x = np.zeros((1, len(FEATURES)))
    x[0, [JOINT_MEAN, KERNEL, LOWEST, HIGHEST, DOMAIN_CENTRE]] = 1.0, 1.0, 1.0, 1.0, 2.0
    x[0, [NEAREST, MAIN_DOMAIN]] = nearest, main
    assert by_likeness(x, 0.3) == pytest.approx(1.0 + drawn)
    assert by_likeness(x, 0.0) == pytest.approx(1.0)


@pytest.mark.parametrize(("kernel", "log"), [(1.5, 1.75), (0.0, 1.5), (9.0, 2.5)])
def test_regression_stays_within_the_range_of_the_nearest_products(kernel, log):
    x = np.zeros((1, len(FEATURES)))
    x[0, [JOINT_MEAN, KERNEL, LOWEST, HIGHEST, MAIN_DOMAIN]] = 2.0, kernel, 1.0, 3.0, 1.0
    assert by_likeness(x, 0.3) == pytest.approx(log)


def test_a_domain_with_many_examples_is_told_by_the_neighbours():
    examples, vectors, categories = products()
    names = categories.profile_names()
    boundary = np.zeros(len(examples), dtype=np.int64)
    known = Products(vectors, categories.profile(names), boundary, np.full(len(examples), np.nan))
    footprints = Footprints.of_examples(examples)
    main = features(known, known, footprints, 20, nothing, footprints.group)[:, MAIN_DOMAIN]
    assert ((main > 0.5) == (examples["domain"] == "things")).all()


def test_related_industries_are_more_alike_than_unrelated_ones():
    codes = np.array(["311611", "311612", "331110"])
    profile = CategoryProbabilities(codes, sparse.csr_matrix(np.eye(3)))
    rows = profile.profile(profile.profile_names())
    alike = rows @ rows.T
    np.testing.assert_allclose(np.diag(alike), 1, atol=1e-6)
    assert alike[0, 1] > 0.5 > alike[0, 2]


def test_folds_keep_families_whole_and_hold_out_each_example_once():
    group = np.repeat(np.arange(10), 3)
    held = np.array(list(family_folds(group, 5, 0)))
    assert (held.sum(axis=0) == 1).all()
    for family in range(10):
        assert len(np.unique(held[:, group == family], axis=1).T) == 1
