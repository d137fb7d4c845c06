"""Training: from the reference data to a bundle, as one MLflow run."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from data.catalogue import files
from data.taxonomies import naics_titles
from features.price_tables import PriceTables
from features.text import DEFAULT_ENCODER, TextEncoder
from models.buyer_codes import BuyerCodes
from models.category import NearestNeighbourCategory
from models.factor_tables import load_factor_sets
from models.footprint import FootprintModel
from models.persistence import save_model
from models.reference_index import ReferenceIndex
from training.code_table import code_table
from training.evaluation import EVALUATED_ON, OWN, Evaluation, evaluate
from training.labelled_sets import LabelledSet, labelled_sets
from training.plots import evaluation_plots
from training.reference_entries import WEIGHTS, reference_entries
from training.tracking import (
    DEFAULT_TRACKING_URI,
    log_bundle,
    log_parameters,
    log_plots,
    log_scores,
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
    "labelled/public_lines_train.csv",
)
"""Files whose content reaches the bundle."""

CALIBRATED_ON: Final = (
    "labelled/austin_train.csv",
    "labelled/grocery_train.csv",
    "labelled/public_lines_train.csv",
)
"""Files with labels that the range is calibrated on, and that the model is evaluated on."""


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
    entries: pd.DataFrame | None = None,
    sets: Sequence[LabelledSet] | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Training:
    """Train the model and save it.

    Nothing is drawn at random: the same data, encoder and library versions give the same bundle on the same
    kind of machine.

    Parameters
    ----------
    folder
        Where the bundle goes.
    tracking_uri
        Of MLflow.
    encoder
        See :class:`features.text.TextEncoder`.
    entries
        :class:`models.reference_index.ReferenceEntries`; ``None`` takes those of the reference data.
    sets
        Labelled goods to evaluate and calibrate on; ``None`` takes those of the reference data.
    say
        Told what is being done.

    Raises
    ------
    MissingDataError, AlteredDataError
        If the reference data are not at hand as the catalogue describes them.
    BundleError
        If the folder holds other things.
    """
    with training_run(tracking_uri, "nearest neighbours") as run:
        say("gathering the reference entries")
        entries = reference_entries() if entries is None else entries
        text_encoder = TextEncoder(encoder).fit()
        say(f"encoding {len(entries):,} entries (minutes)")
        index = ReferenceIndex.from_vectors(entries, text_encoder.transform(entries["text"]))
        category = NearestNeighbourCategory().fit(index)
        factor_sets = load_factor_sets()
        versions = data_versions()
        log_parameters(_parameters(text_encoder, category, entries), versions)
        say("evaluating on labelled goods")
        sets = labelled_sets() if sets is None else sets
        found = evaluate(text_encoder, category, factor_sets[EVALUATED_ON], sets)
        log_scores(found.to_frame())
        log_plots(evaluation_plots(found, [str(code) for code in category.classes_]))
        model = FootprintModel(
            encoder=text_encoder,
            category=category,
            doubt=found.doubt,
            factor_sets=factor_sets,
            tables=PriceTables.from_data(),
            titles=_titles(),
            codes=BuyerCodes(code_table()),
            version="",
            card=model_card(category, found.to_frame(), versions),
        )
        say(f"saving the bundle to {folder}")
        version = save_model(model, folder)
        log_bundle(folder, version, model.card)
        return Training(version, folder, run.info.run_id, found)


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
        for name in sorted({*IN_THE_BUNDLE, *CALIBRATED_ON})
    }


def model_card(
    category: NearestNeighbourCategory, scores: pd.DataFrame, versions: Mapping[str, Any]
) -> dict[str, Any]:
    """Describe the model: what it is, what it was made from and how well it does."""
    own = scores[scores["model"] == OWN]
    stable = [
        "dataset",
        "lines",
        "groups",
        "top1",
        "top5",
        "factor_mape",
        "factor_within_2x",
        "coverage",
        "median_width",
    ]
    return {
        "name": "nearest neighbours over open classifications, spend-based",
        "categories": len(category.classes_),
        "reference_entries": len(category.index_),
        "evaluated_on": EVALUATED_ON,
        "figures": own[stable].round(4).to_dict("records"),
        "data": dict(versions),
    }


def _parameters(
    encoder: TextEncoder, category: NearestNeighbourCategory, entries: pd.DataFrame
) -> dict[str, Any]:
    return {
        "encoder": encoder.model,
        "encoder_sha256": encoder.weights_sha256_,
        "entries": len(entries),
        **{f"entries.{source}": int(count) for source, count in entries["source"].value_counts().items()},
        **{f"category.{name}": value for name, value in category.get_params().items()},
        **{f"weight.{source}": weight for source, weight in WEIGHTS.items()},
    }


def _titles() -> dict[str, str]:
    titles = naics_titles()
    six = titles[titles["naics_code"].str.fullmatch(r"\d{6}")]
    return dict(zip(six["naics_code"], six["title"], strict=True))
