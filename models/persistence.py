"""A footprint model as a bundle, and a bundle as a footprint model."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from pandera.errors import SchemaError

from data.errors import BundleError, EncoderMismatchError
from features.price_tables import PriceTables
from features.text import TextEncoder
from features.text_memory import RememberingEncoder
from models.bundle import DEFAULT_BUNDLE, Bundle, load_bundle, save_bundle
from models.buyer_codes import BuyerCodes
from models.factor_sets import FactorSets
from models.footprint import FootprintModel
from models.intensity import IntensityModel
from models.intervals import CategoryDoubt
from models.ladder import Ladder
from models.mass import MassModel
from models.purchases import PurchaseModel
from models.ranked_category import RankedCategory
from models.reference_index import ReferenceIndex
from models.state import State


def save_model(model: FootprintModel, folder: Path) -> str:
    """Write a model as a bundle and say its version."""
    index = model.category.index_
    learned = State.of_parts(
        {
            "category": model.category.state(),
            "purchases": model.purchases.state(),
            "mass": model.mass.state(),
            "intensity": model.intensity.state(),
            "ladder": model.ladder.state(),
        }
    )
    return save_bundle(
        Bundle(
            metadata={
                "encoder": {"model": model.encoder.model, "weights_sha256": model.encoder.weights_sha256_},
                "learned": learned.metadata,
                "doubt": {**model.doubt.get_params(), "multiple": model.doubt.multiple_},
                "card": dict(model.card),
            },
            arrays={"quantised": index.quantised, "scale": index.scale, **learned.arrays},
            tables={
                "entries": index.entries,
                "categories": pd.DataFrame(
                    {"naics_code": model.titles.keys(), "title": model.titles.values()}
                ),
                "codes": model.codes.table,
                **model.factor_sets.to_frames(),
                **model.tables.to_frames(),
                **learned.tables,
            },
            boosters=learned.boosters,
        ),
        folder,
    )


def load_model(folder: Path = DEFAULT_BUNDLE, threads: int | None = None) -> FootprintModel:
    """Read a model from its bundle.

    Parameters
    ----------
    folder
        Of the bundle; by default the one that ships with the project.
    threads
        That encode texts and find candidates; ``None`` takes every core.

    Raises
    ------
    BundleError
        If the bundle is missing, incomplete, altered or of another format.
    EncoderMismatchError
        If the encoder at hand is not the one the bundle was made with.
    """
    bundle = load_bundle(folder)
    try:
        return _model(bundle, threads)
    except (KeyError, TypeError) as error:
        raise BundleError(
            f"The bundle {folder} lacks {error}, expected a bundle of this ledgerprint: train again with "
            "`ledgerprint train`."
        ) from error
    except SchemaError as error:
        raise BundleError(
            f"A table of the bundle {folder} is not {error.schema.name} of this ledgerprint "
            f"({error.reason_code}): train again with `ledgerprint train`."
        ) from error


def _model(bundle: Bundle, threads: int | None) -> FootprintModel:
    metadata, tables = bundle.metadata, dict(bundle.tables)
    doubt = dict(metadata["doubt"])
    multiple = doubt.pop("multiple")
    calibrated = CategoryDoubt(**doubt)
    calibrated.multiple_ = multiple
    index = ReferenceIndex(tables["entries"], bundle.arrays["quantised"], bundle.arrays["scale"])
    categories = tables["categories"]
    learned = State(metadata["learned"], bundle.arrays, tables, bundle.boosters)
    return FootprintModel(
        encoder=RememberingEncoder(_encoder(metadata["encoder"], threads)),
        category=RankedCategory.from_state(learned.part("category"), index, threads),
        purchases=PurchaseModel.from_state(learned.part("purchases")),
        mass=MassModel.from_state(learned.part("mass")),
        intensity=IntensityModel.from_state(learned.part("intensity")),
        ladder=Ladder.from_state(learned.part("ladder")),
        doubt=calibrated,
        factor_sets=FactorSets.from_frames(tables),
        tables=PriceTables.from_frames(tables),
        titles=dict(zip(categories["naics_code"], categories["title"], strict=True)),
        codes=BuyerCodes(tables["codes"]),
        version=bundle.version,
        card=metadata["card"],
    )


def _encoder(described: Mapping[str, Any], threads: int | None) -> TextEncoder:
    encoder = TextEncoder(described["model"], threads=threads).fit()
    if encoder.weights_sha256_ != described["weights_sha256"]:
        raise EncoderMismatchError(
            f"The bundle was made with an encoder of SHA-256 {described['weights_sha256'][:12]}…, got "
            f"{encoder.weights_sha256_[:12]}… at {encoder.model!r}: use that encoder, or train again."
        )
    return encoder
