"""Two small bundles that estimate differently, and a store and an archive to record their estimates in."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.line_items import line_items
from features.text import TextEncoder
from models.bundle import DEFAULT_BUNDLE, Bundle, bundle_version, load_bundle, save_bundle
from models.candidates import CandidateFinder
from models.estimates import ESTIMATE_FIELDS, Estimates
from models.footprint import EstimateOptions, estimate_ids
from models.lexicon import Lexicon
from models.persistence import load_model
from models.ranked_category import RankedCategory, ask
from models.ranker import CategoryRanker
from models.reference_index import ReferenceIndex
from models.state import State
from serving.replay.archive import BundleArchive
from serving.store import Actor, AuditStore
from serving.store.estimates import record_estimates

GOODS = {
    "322121": ["copier paper", "printing paper", "envelopes of paper"],
    "324110": ["diesel fuel", "heating oil", "motor fuel"],
    "325412": ["paracetamol tablets", "ibuprofen tablets", "insulin"],
    "334118": ["computer keyboard", "computer mouse", "printer"],
    "337214": ["office chairs", "steel desks", "swivel chairs"],
}
LOCAL = Actor.local()


def small_category(encoder: TextEncoder) -> RankedCategory:
    """A category model of five categories with real vectors."""
    texts = [(code, text) for code, names in GOODS.items() for text in names]
    sources = ("naics_2017_index", "naics_2017_titles")
    rows = [(code, text, source, code, 1.0, "line") for source in sources for code, text in texts]
    columns = ["naics_code", "text", "source", "source_code", "weight", "view"]
    entries = pd.DataFrame(rows, columns=columns)
    index = ReferenceIndex.from_vectors(entries, encoder.transform(entries["text"]))
    finder = CandidateFinder(candidates=4).fit(index, Lexicon.of(entries["text"]))
    words = pd.Series([text for _, text in texts])
    questions = ask(words, pd.Series([""] * len(words)), encoder)
    found = finder.find(questions)
    truth = np.searchsorted(finder.classes_, [code for code, _ in texts])
    accepted = found.column == truth[:, None]
    ranker = CategoryRanker(rounds=5).fit(found, accepted, np.ones(len(truth)), finder.feature_names_)
    ranker.calibrate(ranker.score(found), accepted, questions.has_supplier, np.ones(len(truth)))
    return RankedCategory(finder, ranker)


@dataclass(frozen=True)
class SmallBundles:
    """Folders of two bundles; the factors of the newer one are a tenth higher."""

    older: Path
    newer: Path


@pytest.fixture(scope="session")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> SmallBundles:
    """The shipped bundle with a category model of five categories in place of its own."""
    shipped = load_bundle(DEFAULT_BUNDLE)
    category = small_category(TextEncoder(threads=1).fit())
    parts = State(shipped.metadata["learned"], shipped.arrays, shipped.tables, shipped.boosters)
    kept = {name: parts.part(name) for name in ("purchases", "mass", "intensity", "ladder")}
    learned = State.of_parts({"category": category.state(), **kept})
    tables = {name: table for name, table in shipped.tables.items() if "." not in name}
    tables |= {"entries": category.index_.entries, **learned.tables}
    arrays = {"quantised": category.index_.quantised, "scale": category.index_.scale, **learned.arrays}
    metadata = {**shipped.metadata, "learned": learned.metadata}
    higher = tables["factors"].assign(kg_co2e_per_unit=tables["factors"]["kg_co2e_per_unit"] * 1.1)
    folder = tmp_path_factory.mktemp("bundles")
    save_bundle(Bundle(metadata, arrays, tables, learned.boosters), folder / "older")
    newer = Bundle(metadata, arrays, {**tables, "factors": higher}, learned.boosters)
    save_bundle(newer, folder / "newer")
    return SmallBundles(folder / "older", folder / "newer")


class Multiplies:
    """A model that estimates by one number, its bundle's: fast, for all that is not about the estimates."""

    def __init__(self, bundle: Bundle) -> None:
        self.version = bundle.version
        self.factor = bundle.metadata["factor"]

    def predict(self, lines: pd.DataFrame, options: EstimateOptions | None = None) -> pd.DataFrame:
        options = options or EstimateOptions()
        numbers = [name for name, column in Estimates.to_schema().columns.items() if column.nullable]
        out = pd.DataFrame("", index=lines.index, columns=list(ESTIMATE_FIELDS), dtype=object)
        out[numbers] = np.nan
        kg = (lines["amount"] * self.factor).where(lines["description"] != "")
        figures = {"kg_co2e": kg, "kg_co2e_low": kg - kg.abs() / 2, "kg_co2e_high": kg + kg.abs()}
        method = np.where(lines["quantity"].notna(), "average-data", "spend-based")
        texts = {"status": "estimated", "method": method, "category_code": "339113"}
        texts |= {"alternatives": "[]", "conversions": "[]", "evidence": "[]", "contributions": "{}"}
        texts |= {"factor_id": f"{options.factor_set or 'usual'}/339113", "model_version": self.version}
        ids = estimate_ids(lines, self.version, options)
        return Estimates.validate(out.assign(line_id=lines["line_id"], estimate_id=ids, **figures, **texts))


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> SmallBundles:
    """Two bundles that :class:`Multiplies` estimates by."""
    folder = tmp_path_factory.mktemp("tiny")
    for name, factor in (("older", 0.3), ("newer", 0.4)):
        tables = {"factors": pd.DataFrame({"factor": np.full(1000, factor)})}
        save_bundle(Bundle({"factor": factor}, {"none": np.zeros(1)}, tables), folder / name)
    return SmallBundles(folder / "older", folder / "newer")


@pytest.fixture(scope="session")
def load() -> Callable[[Path], object]:
    """Loads each bundle once, whichever copy of it is asked for."""
    known: dict[str, object] = {}

    def cached(folder: Path) -> object:
        version = bundle_version(folder)
        if version not in known:
            bundle = load_bundle(folder)
            is_tiny = "factor" in bundle.metadata
            known[version] = Multiplies(bundle) if is_tiny else load_model(folder, threads=1)
        return known[version]

    return cached


@dataclass
class Clock:
    """Goes on by a second whenever it is asked, or as a test sets it."""

    now: datetime = field(default_factory=lambda: datetime(2025, 1, 1, tzinfo=UTC))

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def clock() -> Clock:
    """The time that the store takes it to be."""
    return Clock()


@pytest.fixture
def database(tmp_path: Path) -> str:
    """URL of an empty SQLite database."""
    return f"sqlite:///{tmp_path / 'store.db'}"


@pytest.fixture
def store(database: str, clock: Clock) -> Iterator[AuditStore]:
    """An empty store."""
    with AuditStore(database, clock=clock) as opened:
        yield opened


@pytest.fixture
def archive(tmp_path: Path) -> BundleArchive:
    """An empty archive, where the commands look for that of the database."""
    return BundleArchive(tmp_path / "store.db.bundles")


@pytest.fixture
def default(bundles: SmallBundles, tmp_path: Path) -> Path:
    """A folder that holds the older bundle, and whose bundle a test may exchange."""
    return shutil.copytree(bundles.older, tmp_path / "default")


@pytest.fixture
def record(store: AuditStore, archive: BundleArchive, load: Callable) -> Callable[..., pd.DataFrame]:
    """Estimates lines with a bundle, keeps it and records the estimates; gives these."""

    def run(
        bundle: Path,
        lines: pd.DataFrame,
        options: EstimateOptions | None = None,
        job: str = "job",
        actor: Actor = LOCAL,
    ) -> pd.DataFrame:
        options = options or EstimateOptions()
        model = load(archive.keep(bundle))
        estimates = model.predict(lines, options)
        with store.writing(actor) as writing:
            record_estimates(
                writing, lines["description"].tolist(), lines, estimates, options, job, [""] * len(lines)
            )
        return estimates

    return run


@pytest.fixture
def actor() -> Callable[[str], Actor]:
    """Makes somebody with a key of their own."""
    return lambda who: Actor("default", who, frozenset({"review"}))


@pytest.fixture
def purchases() -> Callable[[int], pd.DataFrame]:
    """Makes n lines of all kinds: goods by money and by mass, credits, pay, and lines that say too little."""

    def make(count: int, seed: int = 0) -> pd.DataFrame:
        rng = np.random.default_rng(seed)
        goods = [name for names in GOODS.values() for name in names]
        words = [*goods, "salary of March", "copier paper 5 kg", "", "frozen peas 2 kg"]
        text = rng.choice(words, count)
        amount = np.round(rng.lognormal(4, 1, count), 2) * rng.choice([1, 1, 1, -1], count)
        return line_items(
            pd.DataFrame(
                {
                    "description": text,
                    "amount": amount,
                    "currency": rng.choice(["GBP", "USD", "EUR"], count),
                    "country": rng.choice(["GB", "US"], count),
                    "date": pd.Timestamp("2023-04-01") + pd.to_timedelta(rng.integers(0, 365, count), "D"),
                    "supplier": rng.choice(["", "Acme Ltd"], count),
                }
            )
        )

    return make
