"""Training: from the reference data to a bundle, as one MLflow run."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import pandas as pd

from data.catalogue import files
from data.taxonomies import naics_titles
from features.price_tables import PriceTables
from features.text import DEFAULT_ENCODER, TextEncoder
from models.buyer_codes import BuyerCodes
from models.candidates import CandidateFinder
from models.factor_tables import load_factor_sets
from models.footprint import FootprintModel
from models.persistence import save_model
from models.purchases import PurchaseModel
from models.ranked_category import RankedCategory
from models.ranker import CategoryRanker
from models.reference_index import ReferenceIndex
from training.category import fit_category, labelled_lines
from training.code_table import code_table
from training.evaluation import EVALUATED_ON, OWN, Evaluation, evaluate
from training.labelled_sets import LabelledSet, labelled_sets
from training.model_logging import log_pyfunc
from training.plots import evaluation_plots
from training.purchases import fit_purchases
from training.reference_entries import WEIGHTS, reference_entries
from training.registry import SEED_PARAMETER, RunRecord
from training.tracking import (
    DEFAULT_TRACKING_URI,
    log_bundle,
    log_parameters,
    log_plots,
    log_scorecard,
    log_scores,
    part_run,
    training_run,
)

IN_THE_BUNDLE: Final = (
    "taxonomies/naics_2017_index.xlsx",
    "taxonomies/naics_2017_titles.csv",
    "taxonomies/naics_2017_descriptions.xlsx",
    "taxonomies/schedule_b_2019_to_naics.txt",
    "taxonomies/emdn.csv",
    "taxonomies/naics_2017_to_nace_rev2.csv",
    "taxonomies/naics_2017_to_naics_2022.csv",
    "taxonomies/hs_2022_to_naics.csv",
    "taxonomies/cn_2022_to_cpa_2_1.csv",
    "factors/epa_supply_chain_v1_3_co2e_usd2022.csv",
    "factors/epa_supply_chain_v1_2_co2e_usd2021.csv",
    "factors/uk_defra_spend_multipliers_sic_2015_2023.txt",
    "prices/fx_monthly.csv",
    "prices/cpi_world_bank.csv",
    "prices/bea_detail_price_index_1997_2023.csv",
    "prices/useeio_margins_2017.parquet",
)
"""Files whose content reaches the bundle."""

LEARNED_FROM: Final = (
    "labelled/austin_train.csv",
    "labelled/grocery_train.csv",
    "labelled/public_lines_train.csv",
    "taxonomies/cpv_2008.csv",
)
"""Files that models are fitted to and evaluated on; of the labelled ones the texts reach the bundle too."""

_QUICK_ROUNDS: Final = 80
_QUICK_LINES: Final = 1000


@dataclass(frozen=True)
class Sources:
    """What a model is trained on.

    Attributes
    ----------
    entries
        :class:`models.reference_index.ReferenceEntries`, labelled lines among them.
    sets
        Labelled lines to learn from, and to evaluate and calibrate on.
    purchases
        Fits the model that tells purchases from the rest.
    """

    entries: pd.DataFrame
    sets: Sequence[LabelledSet]
    purchases: Callable[[TextEncoder], PurchaseModel] = fit_purchases

    @classmethod
    def of_reference_data(cls, quick: bool = False) -> Self:
        """Gather the reference data; quickly, the first groups of each set up to a thousand lines."""
        sets = [one.first(_QUICK_LINES) if quick else one for one in labelled_sets()]
        return cls(reference_entries(sets), sets)


@dataclass(frozen=True)
class Training:
    """What a training made."""

    version: str
    folder: Path
    run_id: str
    evaluation: Evaluation


def train(
    folder: Path,
    *,
    tracking_uri: str = DEFAULT_TRACKING_URI,
    encoder: str = DEFAULT_ENCODER,
    seed: int = 0,
    quick: bool = False,
    say: Callable[[str], None] = lambda _: None,
    sources: Sources | None = None,
) -> Training:
    """Train the model and save it.

    The same data, seed, encoder and library versions give the same bundle on the same kind of machine.

    Parameters
    ----------
    folder
        Where the bundle goes.
    tracking_uri
        Of MLflow.
    encoder
        See :class:`features.text.TextEncoder`.
    seed
        Of the folds and of the random splits of the trees.
    quick
        Learn from at most a thousand lines a set, with few trees: minutes, to try something out.
    say
        Told what is being done.
    sources
        What to train on; by default the reference data.

    Raises
    ------
    MissingDataError, AlteredDataError
        If the reference data are not at hand as the catalogue describes them.
    BundleError
        If the folder holds other things.
    """
    with training_run(tracking_uri, "quick" if quick else "full") as run:
        say("gathering the reference entries")
        sources = sources or Sources.of_reference_data(quick)
        versions = data_versions()
        text_encoder = TextEncoder(encoder).fit()
        ranker = CategoryRanker(rounds=_QUICK_ROUNDS, seeds=(seed,)) if quick else CategoryRanker()
        ranker.set_params(seeds=tuple(seed + number for number in ranker.seeds))
        log_parameters(_parameters(text_encoder, ranker, sources.entries, seed, quick), versions)
        factor_sets = load_factor_sets()
        say(f"encoding {len(sources.entries):,} entries (minutes)")
        index = ReferenceIndex.from_vectors(sources.entries, text_encoder.transform(sources.entries["text"]))
        with part_run("category"):
            lines = labelled_lines(sources.sets, text_encoder, seed)
            fitted = fit_category(index, lines, ranker, say)
            say("evaluating on labelled goods")
            found = evaluate(fitted, lines, factor_sets[EVALUATED_ON])
            log_scores(found.to_frame())
            log_plots(evaluation_plots(found, [str(code) for code in fitted.model.classes_]))
        with part_run("purchases"):
            say("telling purchases from the rest")
            purchases = sources.purchases(text_encoder)
        log_scores(found.to_frame())
        log_scorecard(found.scorecard)
        model = FootprintModel(
            encoder=text_encoder,
            category=fitted.model,
            purchases=purchases,
            doubt=found.doubt,
            factor_sets=factor_sets,
            tables=PriceTables.from_data(),
            titles=_titles(),
            codes=BuyerCodes(code_table()),
            version="",
            card=model_card(fitted.model, found.to_frame(), versions, seed),
        )
        say(f"saving the bundle to {folder}")
        version = save_model(model, folder)
        log_bundle(folder, version, model.card)
        log_pyfunc(folder, version)
        return Training(version, folder, run.info.run_id, found)


def retrain(run: RunRecord, folder: Path) -> str:
    """Train again as a run was trained, as a run of its own, and say the version of the bundle."""
    with tempfile.TemporaryDirectory() as store:
        again = train(
            folder,
            tracking_uri=f"sqlite:///{Path(store) / 'runs.db'}",
            encoder=run.parameters["encoder"],
            seed=int(run.parameters[SEED_PARAMETER]),
            quick=run.parameters["quick"] == str(True),
        )
    return again.version


def data_versions() -> dict[str, dict[str, str]]:
    """Name, digest, terms and credit line of every file that the model is made from."""
    known = files()
    return {
        name: {
            "sha256": known[name].sha256,
            "source": known[name].source.title,
            "licence": known[name].source.licence,
            "attribution": known[name].source.attribution,
        }
        for name in sorted({*IN_THE_BUNDLE, *LEARNED_FROM})
    }


def model_card(
    category: RankedCategory, scores: pd.DataFrame, versions: Mapping[str, Any], seed: int
) -> dict[str, Any]:
    """Describe the model: what it is, what it was made from and how well it does."""
    own = scores[scores["model"] == OWN]
    return {
        "name": "ranked candidates over open classifications and labelled lines, spend-based",
        "categories": len(category.classes_),
        "reference_entries": len(category.index_),
        "evaluated_on": f"{EVALUATED_ON}, five folds by group, seed {seed}",
        "figures": own.drop(columns="model").round(4).to_dict("records"),
        "data": dict(versions),
    }


def _parameters(
    encoder: TextEncoder, ranker: CategoryRanker, entries: pd.DataFrame, seed: int, quick: bool
) -> dict[str, Any]:
    return {
        "seed": seed,
        "quick": quick,
        "encoder": encoder.model,
        "encoder_sha256": encoder.weights_sha256_,
        "entries": len(entries),
        **{f"entries.{source}": int(count) for source, count in entries["source"].value_counts().items()},
        **{f"ranker.{name}": value for name, value in ranker.get_params().items()},
        **{f"finder.{name}": value for name, value in CandidateFinder().get_params().items()},
        **{f"weight.{source}": weight for source, weight in WEIGHTS.items()},
    }


def _titles() -> dict[str, str]:
    titles = naics_titles()
    six = titles[titles["naics_code"].str.fullmatch(r"\d{6}")]
    return dict(zip(six["naics_code"], six["title"], strict=True))
