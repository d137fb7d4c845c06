"""The shipped bundle and lines to ask it about, and a small world whose categories are known."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from features.line_items import line_items
from features.text import TextEncoder
from models.candidates import CandidateFinder, Candidates
from models.footprint import EstimateOptions, FootprintModel
from models.lexicon import Lexicon
from models.persistence import load_model
from models.questions import VIEWS, Questions
from models.ranked_category import RankedCategory
from models.ranker import CategoryRanker
from models.reference_index import Neighbours, ReferenceIndex

GOODS = {
    "322121": ["copier paper", "printing paper", "envelopes of paper"],
    "324110": ["diesel fuel", "heating oil", "motor fuel"],
    "325412": ["paracetamol tablets", "ibuprofen tablets", "insulin"],
    "337214": ["office chairs", "steel desks", "swivel chairs"],
    "424120": ["paper merchants", "wholesale of paper", "stationery merchants"],
}
CODES = np.array(list(GOODS))
DIMENSION = 16


@pytest.fixture(scope="session")
def model() -> FootprintModel:
    return load_model(threads=2)


@pytest.fixture(scope="session")
def estimate(model: FootprintModel) -> Callable[..., pd.DataFrame]:
    """Estimate lines given as dictionaries; fields left out say what a plain UK ledger line says."""

    def run(*lines: dict[str, object], options: EstimateOptions | None = None) -> pd.DataFrame:
        plain = {
            "amount": 100.0,
            "currency": "GBP",
            "date": pd.Timestamp("2020-04-01"),
            "country": "GB",
            "supplier": "",
        }
        return model.predict(line_items(pd.DataFrame([{**plain, **line} for line in lines])), options)

    return run


@pytest.fixture(scope="session")
def encoder() -> TextEncoder:
    return TextEncoder(threads=2).fit()


@dataclass(frozen=True)
class World:
    """Five categories, each a direction, with entries of several sources, and lines whose category is known.

    ``truth`` (n,) holds the position of each line's category among the codes, ascending.
    """

    index: ReferenceIndex
    questions: Questions
    truth: np.ndarray

    @property
    def finder(self) -> CandidateFinder:
        return CandidateFinder().fit(self.index, Lexicon.of(self.index.entries["text"]))


def near(rng: np.random.Generator, category: np.ndarray, scale: float = 0.15) -> np.ndarray:
    """Unit vectors about the directions of some categories."""
    out = rng.normal(scale=scale, size=(len(category), DIMENSION))
    out[np.arange(len(category)), category] += 1.0
    return (out / np.linalg.norm(out, axis=1, keepdims=True)).astype(np.float32)


def world_entries() -> pd.DataFrame:
    """Every category has three entries of the index, a title, and three labelled lines in three views."""
    index = [(code, text, "naics_2017_index", code, "line") for code in CODES for text in GOODS[code]]
    titles = [(code, GOODS[code][0], "naics_2017_titles", code, "line") for code in CODES]
    lines = [
        (code, text, "public_lines", f"{code}:{number}", view)
        for view in VIEWS
        for code in CODES
        for number, text in enumerate(GOODS[code])
    ]
    columns = ["naics_code", "text", "source", "source_code", "view"]
    entries = pd.DataFrame([*index, *titles, *lines], columns=columns)
    entries.insert(4, "weight", 1.0)
    return entries


@pytest.fixture(scope="session")
def world() -> World:
    rng = np.random.default_rng(0)
    entries = world_entries()
    category = np.searchsorted(CODES, entries["naics_code"].to_numpy(dtype=str))
    truth = rng.integers(0, len(CODES), 300)
    questions = Questions(
        pd.Series([rng.choice(GOODS[code]) for code in CODES[truth]], dtype="str"),
        {view: near(rng, truth) for view in VIEWS},
        rng.random(300) < 0.5,
    )
    return World(ReferenceIndex.from_vectors(entries, near(rng, category)), questions, truth)


@pytest.fixture(scope="session")
def category(world: World) -> RankedCategory:
    """A model fitted on the first two hundred lines of the world and calibrated on the rest."""
    finder = world.finder
    found = finder.find(world.questions)
    accepted = found.column == world.truth[:, None]
    early = np.arange(300) < 200
    ranker = CategoryRanker(rounds=30).fit(
        Candidates(found.column[early], found.features[early], found.neighbours),
        accepted[early],
        np.ones(200),
        finder.feature_names_,
    )
    late = ~early
    supplied = world.questions.has_supplier
    score = ranker.score(found)
    ranker.calibrate(score[late], accepted[late], supplied[late], np.ones(100))
    return RankedCategory(finder, ranker)


@pytest.fixture(scope="session")
def scattered() -> Callable[..., tuple[Candidates, np.ndarray]]:
    """Candidates in random order of which one is right, and two features: noise, and one that tells it."""

    def draw(n: int = 400, k: int = 5, seed: int = 0) -> tuple[Candidates, np.ndarray]:
        rng = np.random.default_rng(seed)
        right = rng.integers(0, k, n)[:, None] == np.arange(k)
        features = rng.normal(size=(n, k, 2)).astype(np.float32)
        features[:, :, 1] += 3.0 * right
        nobody = Neighbours(np.zeros((n, 1), dtype=np.int32), np.zeros((n, 1), dtype=np.float32))
        return Candidates(np.tile(np.arange(k), (n, 1)), features, nobody), right

    return draw
