"""Bundles outlive the code that wrote them: one from before newer sources and features still loads.

What it holds is written out here as that code wrote it: no buyers' wordings and no known suppliers in its
index, a sharpness and a lead for the calibration, and an intensity model that draws nothing to a domain.
"""

import lightgbm
import numpy as np
import pandas as pd
import pytest

from features.line_items import line_items
from models.bundle import DEFAULT_BUNDLE, Bundle, load_bundle, save_bundle
from models.intensity_features import FEATURES
from models.persistence import load_model
from models.reference_index import ReferenceIndex
from models.state import State

GOODS = {
    "322121": ["copier paper", "printing paper", "envelopes of paper"],
    "324110": ["diesel fuel", "heating oil", "motor fuel"],
    "337214": ["office chairs", "steel desks", "swivel chairs"],
}
SHARES = ("share", "share_3", "share_4")


def source_features(source, *, labelled):
    names = [f"{source}.similarity", f"{source}.similarity_gap", f"{source}.words", f"{source}.words_gap"]
    return [*names, *(f"{source}.{share}" for share in SHARES)], [f"{source}.votes"] if labelled else []


OLD_FEATURES = [
    *source_features("naics_2017_index", labelled=False)[0],
    *source_features("naics_2017_titles", labelled=False)[0],
    *source_features("austin", labelled=True)[0],
    "austin.votes",
    "austin.count",
    *(
        f"{view}.{source}{end}"
        for view in ("description", "supplier")
        for source in ("naics_2017_index", "naics_2017_titles")
        for end in ("", "_gap")
    ),
    *("overall.share", "overall.rank", "overall.share_3", "overall.share_4", "overall.share_within_4"),
    *("overall.doubt", "category.is_trade", "category.sector", "line.has_supplier", "line.length"),
]
OLD_STATISTICS = (
    *("nearest_similarity", "tenth_similarity", "mean", "spread", "mean_of_10", "median_of_10"),
    *("mean_at_gate", "lowest_of_5", "highest_of_5", "mean_same_boundary", "share_of_main_domain"),
)
OLD_INTENSITY_FEATURES = [
    *(f"{kind}_{statistic}" for kind in ("text", "joint", "industry") for statistic in OLD_STATISTICS),
    *("boundary", "log_weight", "kernel_estimate", "kernel_above_neighbours"),
]


def booster(names, target, seed=0):
    """Trees that follow one feature."""
    x = np.random.default_rng(seed).random((400, len(names)))
    data = lightgbm.Dataset(x, x[:, names.index(target)], feature_name=list(names))
    settings = {"num_leaves": 4, "verbose": -1, "num_threads": 1, "deterministic": True}
    return lightgbm.train(settings, data, 5).model_to_string()


def old_entries():
    rows = [
        (code, text, source, code, 1.0, "line")
        for source in ("naics_2017_index", "naics_2017_titles", "austin")
        for code, texts in GOODS.items()
        for text in texts
    ]
    return pd.DataFrame(rows, columns=["naics_code", "text", "source", "source_code", "weight", "view"])


def old_category():
    words = sorted({word for texts in GOODS.values() for text in texts for word in text.split()})
    return State(
        metadata={
            "finder": {
                "candidates": 40,
                "temperature": 0.05,
                "word_weight": 0.15,
                "trade_prior": 0.3,
                "code_trust": 0.8,
            },
            "lexicon": {},
            "ranker": {
                "parameters": {"rounds": 5, "leaves": 4, "learning_rate": 0.05, "seeds": [1]},
                "sharpness": {"described": 9.0, "supplied": 9.0},
                "lead": {"described": 0.1, "supplied": 0.1},
                "features": OLD_FEATURES,
            },
        },
        tables={"lexicon.words": pd.DataFrame({"word": words, "weight": np.ones(len(words))})},
        boosters={"ranker.seed_1": booster(OLD_FEATURES, "overall.share")},
    )


def old_intensity(vectors):
    codes = [code for code, texts in GOODS.items() for _ in texts]
    m = len(codes)
    kg = np.linspace(1.0, 5.0, m)
    examples = pd.DataFrame(
        {
            "text": [text for texts in GOODS.values() for text in texts],
            "kg_co2e_per_kg": kg,
            "gate_kg_co2e_per_kg": kg,
            "boundary": "gate",
            "domain": ["things"] * (m - 2) + ["food"] * 2,
            "group": [str(number) for number in range(m)],
            "source": "test",
            "licence": "CC0-1.0",
            "weight": 1.0,
            "weight_kg": np.nan,
        }
    )
    names = sorted(GOODS)
    return State(
        metadata={
            "model": {
                "parameters": {
                    "neighbours": 5,
                    "blend": 0.3,
                    "rounds": 5,
                    "coverage": 0.9,
                    "folds": 5,
                    "seed": 0,
                },
                "centre": 0.8,
            },
            "conformal": {
                "parameters": {"coverage": 0.9, "fewest_groups": 50},
                "kinds": [{"above": 2.8, "below": 3.2, "coverage": 0.9}] * 2,
            },
        },
        arrays={
            "model.alpha": np.zeros(m),
            "model.vectors": vectors.astype(np.float16),
            "model.profile": np.ones(m, dtype=np.float16),
            "model.profile_column": np.array([names.index(code) for code in codes], dtype=np.int16),
            "model.profile_start": np.arange(m + 1, dtype=np.int32),
        },
        tables={"model.examples": examples, "model.profile_names": pd.DataFrame({"name": names})},
        boosters={
            f"model.{name}": booster(OLD_INTENSITY_FEATURES, "joint_mean")
            for name in ("intensity", "difficulty")
        },
    )


@pytest.fixture(scope="module")
def old_bundle(encoder, tmp_path_factory):
    """Folder of the bundle; prices, factors and the parts whose layout never changed are the shipped ones."""
    shipped = load_bundle(DEFAULT_BUNDLE)
    learned = State(shipped.metadata["learned"], shipped.arrays, shipped.tables, shipped.boosters)
    entries = old_entries()
    index = ReferenceIndex.from_vectors(entries, encoder.transform(entries["text"]))
    products = encoder.transform([text for texts in GOODS.values() for text in texts])
    parts = {name: learned.part(name) for name in ("purchases", "mass", "ladder")}
    parts |= {"category": old_category(), "intensity": old_intensity(products)}
    whole = State.of_parts(parts)
    plain = {name: table for name, table in shipped.tables.items() if "." not in name}
    folder = tmp_path_factory.mktemp("old") / "bundle"
    save_bundle(
        Bundle(
            {**shipped.metadata, "learned": whole.metadata},
            {"quantised": index.quantised, "scale": index.scale, **whole.arrays},
            {**plain, "entries": entries, **whole.tables},
            whole.boosters,
        ),
        folder,
    )
    return folder


def test_a_bundle_from_before_newer_sources_and_features_loads_and_estimates(old_bundle):
    model = load_model(old_bundle, threads=1)
    lines = line_items(
        pd.DataFrame(
            {
                "description": ["copier paper", "steel desks", "diesel fuel", "copier paper 5 kg"],
                "amount": 100.0,
                "currency": "USD",
                "country": "US",
                "supplier": ["", "Acme Ltd", "", ""],
            }
        )
    )

    estimates = model.predict(lines)

    assert list(estimates["category_code"][:3]) == ["322121", "337214", "324110"]
    assert (estimates["kg_co2e"] > 0).all()
    assert estimates["kg_co2e"].between(estimates["kg_co2e_low"], estimates["kg_co2e_high"]).all()


def test_its_rankers_get_the_features_that_they_were_grown_on_in_their_order(old_bundle):
    assert load_model(old_bundle, threads=1).category.finder.feature_names_ == OLD_FEATURES


def test_its_intensity_is_drawn_nowhere_and_explained_by_the_features_it_knows(old_bundle):
    intensity = load_model(old_bundle, threads=1).intensity

    assert intensity.to_domain == 0.0
    assert set(OLD_INTENSITY_FEATURES) < set(FEATURES)
    assert intensity._booster.feature_name() == OLD_INTENSITY_FEATURES
