"""What a model is trained on: reference entries, labelled lines, goods with a mass and with a footprint."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.catalogue import files
from features.text import TextEncoder
from models.purchases import PurchaseModel
from training.intensity_sets import intensity_examples
from training.labelled_sets import LabelledSet, labelled_sets
from training.mass_sets import mass_examples
from training.purchases import evaluate_purchases, fit_purchases
from training.reference_entries import reference_entries
from training.share_alike import ShareAlike

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
    "labelled/carbon_catalogue_train.csv",
    "labelled/agribalyse_gate.csv",
    "labelled/agribalyse_3_1_by_stage.csv",
    "labelled/uslci_gwp.csv",
    "labelled/owid_food.csv",
    "labelled/rivm_food_2021.xlsx",
    "factors/desnz_2025_conversion_factors_flat.xlsx",
)
"""Files whose content reaches the bundle; products with a known footprint stand in it as evidence."""

LEARNED_FROM: Final = (
    "labelled/austin_train.csv",
    "labelled/grocery_train.csv",
    "labelled/public_lines_train.csv",
    "taxonomies/cpv_2008.csv",
    "ledgers/usaid_scms.csv",
    "prices/worldbank_pinksheet_2022_10.xlsx",
    "prices/usda_fruit_2022.csv",
    "prices/usda_vegetables_2022.csv",
)
"""Files that models are fitted to and evaluated on; of the labelled ones the texts reach the bundle too."""

QUICK_LINES: Final = 1000
"""Lines of a set that a quick training learns from, at most."""

QUICK_ROUNDS: Final = 80
"""Trees of each model in a quick training, at most."""

Encode = Callable[[pd.Series], npt.NDArray[np.float32]]
Products = tuple[pd.DataFrame, npt.NDArray[np.float32]]
"""m rows of :class:`models.intensity_examples.IntensityExamples`, and the (m, d) vectors of their texts."""


def passed_on_masses() -> pd.DataFrame:
    """Gather the goods with a known mass whose terms are confirmed: the model is passed on."""
    return mass_examples(confirmed_terms_only=True)


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
    purchase_figures
        Measures it on suppliers never seen, in folds of a seed.
    masses
        Gathers :class:`models.mass.MassExamples`.
    products
        Gathers products with a known footprint, and encodes them.
    share_alike
        Sets among the products whose terms pass to the bundle.
    """

    entries: pd.DataFrame
    sets: Sequence[LabelledSet]
    purchases: Callable[[TextEncoder], PurchaseModel] = fit_purchases
    purchase_figures: Callable[[TextEncoder, Sequence[int]], pd.DataFrame] = evaluate_purchases
    masses: Callable[[], pd.DataFrame] = passed_on_masses
    products: Callable[[Encode], Products] = intensity_examples
    share_alike: Collection[ShareAlike] = ()

    @classmethod
    def of_reference_data(cls, quick: bool = False, share_alike: Collection[ShareAlike] = ()) -> Self:
        """Gather the reference data; quickly, the first groups of each set up to a thousand lines.

        Share-alike sets are touched only if they are asked for.
        """
        sets = [one.first(QUICK_LINES) if quick else one for one in labelled_sets()]
        products = partial(intensity_examples, share_alike=share_alike)
        return cls(reference_entries(sets), sets, products=products, share_alike=share_alike)


def data_versions(share_alike: Collection[ShareAlike] = ()) -> dict[str, dict[str, str]]:
    """Name, digest, terms and credit line of every file that the model is made from."""
    known = files()
    names = {*IN_THE_BUNDLE, *LEARNED_FROM, *(one.file for one in share_alike)}
    return {
        name: {
            "sha256": known[name].sha256,
            "source": known[name].source.title,
            "licence": known[name].source.licence,
            "attribution": known[name].source.attribution,
        }
        for name in sorted(names)
    }
