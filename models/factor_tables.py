"""Factor sets made from the published tables: keyed by NAICS 2017, screened, every gap filled or named."""

from typing import Final

import numpy as np
import pandas as pd

from data.concordances import naics_to_defra
from data.factors import DEFRA_ARTEFACTS, DEFRA_FILE, EPA_FILES, EpaRelease, defra_multipliers, epa_factors
from data.taxonomies import naics_titles
from features.price_tables import FactorPrices
from models.factor_screening import group_means, implausible, nace_section
from models.factor_sets import FACTOR_COLUMNS, FactorSet, FactorSets

_SECTOR_AVERAGE, _MEAN_OF_SECTORS, _STAND_IN = 3, 4, 5
"""Pedigree scores of technological correlation."""

_EPA_COLUMNS: Final = {
    True: ("kg_co2e_per_usd", "Supply Chain Emission Factors with Margins"),
    False: ("kg_co2e_per_usd_without_margins", "Supply Chain Emission Factors without Margins"),
}
_EPA_GHG_SETS: Final[dict[EpaRelease, str]] = {
    "v1.3": "IPCC AR5, 100 years (the release's factors by gas add up to it)",
    "v1.2": "as published; not stated in the file",
}
_EPA_ATTRIBUTION: Final = (
    "US Environmental Protection Agency, Supply Chain Greenhouse Gas Emission Factors, "
    "doi.org/10.23719/1531143."
)
_ELECTRICITY_GROUP: Final = "2211"
_ELECTRICITY: Final[dict[int, tuple[float, float]]] = {2021: (0.387, 0.1110), 2022: (0.373, 0.1236)}
"""Year to kg CO2 per kWh generated (US EPA, eGRID, US total output rate) and USD per kWh sold (US EIA,
Electric Power Annual, average retail price of all sectors). The EPA factors leave electricity out."""

_UNIT: Final = "kg CO2e per {currency} {year}, {basis} price"


def load_factor_sets() -> FactorSets:
    """Make every factor set from the reference data: the default ones first.

    Raises
    ------
    MissingDataError, AlteredDataError
        If a reference file is not there or not the one of the catalogue.
    """
    return FactorSets(
        [
            epa_factor_set("v1.3"),
            defra_factor_set(),
            epa_factor_set("v1.3", with_margins=False),
            epa_factor_set("v1.2"),
        ]
    )


def epa_factor_set(release: EpaRelease = "v1.3", *, with_margins: bool = True) -> FactorSet:
    """Make a set from a release of the US EPA supply chain factors.

    Codes without a factor take the mean of their 5-, 4- or 3-digit NAICS group; electricity takes the US
    grid's emissions per kWh over the average retail price; government has none.

    Parameters
    ----------
    release
        "v1.3" (USD of 2022) or "v1.2" (USD of 2021).
    with_margins
        Whether the emissions of trade and transport to the buyer are in. Either way the factor is for an
        amount at purchaser price.
    """
    published = epa_factors(release)
    year = int(published["currency_year"].iloc[0])
    column, heading = _EPA_COLUMNS[with_margins]
    set_id = f"epa-{release}" + ("" if with_margins else "-without-margins")
    unit = _UNIT.format(currency="USD", year=year, basis="purchaser")
    rows = published.set_index("naics_code").reindex(_naics_codes())
    absurd = implausible(rows[column].to_numpy())
    lines = rows["source_row"].astype("Int64").astype("str")
    factors = pd.DataFrame(
        {
            "naics_code": rows.index,
            "year": year,
            "factor_id": f"{set_id}/" + rows.index,
            "kg_co2e_per_unit": rows[column].where(~absurd),
            "unit": unit,
            "source": f"{EPA_FILES[release]}, line " + lines + f", column {heading}",
            "usable": True,
            "screening_reason": np.where(
                absurd, "the published factor of " + rows[column].astype("str") + " is implausible", ""
            ),
            "technological_score": _SECTOR_AVERAGE,
        }
    ).set_index("naics_code", drop=False)
    kg_per_kwh, usd_per_kwh = _ELECTRICITY[year]
    power = factors["kg_co2e_per_unit"].isna() & factors.index.str.startswith(_ELECTRICITY_GROUP)
    factors.loc[power, "kg_co2e_per_unit"] = kg_per_kwh / usd_per_kwh
    factors.loc[power, "source"] = "US EPA eGRID, US total output rate; US EIA, Electric Power Annual"
    factors.loc[power, "screening_reason"] = (
        f"electricity is not among the EPA factors: {kg_per_kwh} kg CO2 over {usd_per_kwh} USD per kWh, "
        f"the US averages of {year}, stand in; a factor per kWh is better, "
        "and bought electricity belongs to scope 2"
    )
    factors = _filled_from_groups(factors.reset_index(drop=True))
    return FactorSet(
        id=set_id,
        title=f"US EPA Supply Chain Greenhouse Gas Emission Factors {release}, "
        f"{'with' if with_margins else 'without'} margins",
        prices=FactorPrices("USD", year, year, "purchaser"),
        ghg_set=_EPA_GHG_SETS[release],
        region="US",
        licence="US Government work, public domain",
        attribution=_EPA_ATTRIBUTION,
        reliability=2,
        completeness=2,
        factors=factors,
    )


def defra_factor_set() -> FactorSet:
    """Make the set of the UK spend multipliers 2015 to 2023.

    A NAICS code takes the mean of the SIC groups it leads to. Groups that are artefacts or implausible are
    left out; a code with no other group takes the median of its NACE section in that year.
    """
    linked = _screened_links()
    groups = linked.groupby(["naics_code", "year"])
    factors = pd.DataFrame(
        {
            "kg_co2e_per_unit": groups["kg_co2e_per_gbp"].mean(),
            "members": groups["sic_group"].agg("+".join),
            "lines": groups["source_row"].agg(lambda rows: ", ".join(map(str, sorted(rows)))),
            "screening_reason": groups["reason"].first(),
            "technological_score": groups["technological_score"].max(),
        }
    ).reindex(pd.MultiIndex.from_product([_naics_codes(), sorted(linked["year"].unique())]))
    factors.index.names = ["naics_code", "year"]
    factors = factors.reset_index()
    years = factors["year"].astype("str")
    factors["factor_id"] = "defra-2023/" + factors["members"].fillna(factors["naics_code"]) + "/" + years
    factors["unit"] = [_UNIT.format(currency="GBP", year=year, basis="basic") for year in years]
    factors["source"] = f"{DEFRA_FILE}, line " + factors["lines"] + ", column " + years
    factors["screening_reason"] = factors["screening_reason"].fillna("")
    factors["usable"] = True
    factors = pd.concat([_filled_from_groups(rows) for _, rows in factors.groupby("year")])
    return FactorSet(
        id="defra-2023",
        title="Defra and University of Leeds, UK spend-based emissions multipliers by SIC group, 2015-2023",
        prices=FactorPrices("GBP", 2015, 2023, "basic"),
        ghg_set="as published; not stated in the file",
        region="GB",
        licence="Open Government Licence v3.0",
        attribution="Contains public sector information licensed under the Open Government Licence v3.0: "
        "Defra / University of Leeds, UK and England's carbon footprint to 2023.",
        reliability=2,
        completeness=2,
        factors=factors[list(FACTOR_COLUMNS)].sort_values(["naics_code", "year"], ignore_index=True),
    )


def _naics_codes() -> "pd.Index[str]":
    titles = naics_titles()["naics_code"]
    codes: list[str] = sorted(titles[titles.str.fullmatch(r"\d{6}")])
    return pd.Index(codes, name="naics_code")


def _screened_links() -> pd.DataFrame:
    """Pairs of NAICS code and SIC group by year, absurd groups replaced or, beside a sane one, left out."""
    multipliers = defra_multipliers()
    outside = pd.Series(implausible(multipliers["kg_co2e_per_gbp"].to_numpy()), index=multipliers.index)
    ever_outside = outside.groupby(multipliers["sic_group"]).transform("any")
    multipliers["absurd"] = multipliers["sic_group"].isin(list(DEFRA_ARTEFACTS)) | ever_outside
    multipliers["section"] = multipliers["sic_group"].map(nace_section)
    sane = multipliers[~multipliers["absurd"]]
    medians = sane.groupby(["section", "year"])["kg_co2e_per_gbp"].median().rename("median").reset_index()
    multipliers = multipliers.merge(medians, on=["section", "year"], how="left")

    linked = naics_to_defra().merge(multipliers, on="sic_group")
    of_code = linked.groupby(["naics_code", "year"])
    none_sane = of_code["absurd"].transform("all")
    some_absurd = of_code["absurd"].transform("any") & ~none_sane
    linked["kg_co2e_per_gbp"] = linked["kg_co2e_per_gbp"].mask(none_sane, linked["median"])
    linked["technological_score"] = _SECTOR_AVERAGE
    linked.loc[of_code["sic_group"].transform("size") > 1, "technological_score"] = _MEAN_OF_SECTORS
    linked.loc[none_sane, "technological_score"] = _STAND_IN
    why = linked["sic_group"].map(DEFRA_ARTEFACTS).fillna("its multiplier is implausible")
    linked["reason"] = ""
    linked.loc[none_sane, "reason"] = (
        "group "
        + linked["sic_group"]
        + " is not used: "
        + why
        + "; the median of NACE section "
        + linked["section"]
        + " stands in"
    )
    left_out = (
        linked[some_absurd & linked["absurd"]].groupby("naics_code")["sic_group"].unique().str.join(", ")
    )
    linked.loc[some_absurd, "reason"] = (
        "the mean leaves out group " + linked["naics_code"].map(left_out) + ", which comes out absurd"
    )
    return linked[none_sane | ~linked["absurd"]]


def _filled_from_groups(factors: pd.DataFrame) -> pd.DataFrame:
    """Give the codes without a factor the mean of their NAICS group, or say that there is none."""
    factors = factors.set_index("naics_code", drop=False)
    means = group_means(factors["kg_co2e_per_unit"])
    filled = means.index
    missing = factors["kg_co2e_per_unit"].isna()
    reason = factors["screening_reason"].mask(
        missing & (factors["screening_reason"] == ""), "no factor is published for the code"
    )
    factors.loc[filled, "kg_co2e_per_unit"] = means["value"]
    factors.loc[filled, "screening_reason"] = [
        f"{reason[code]}: mean of the {members} factors of NAICS group {group}"
        for code, group, members in zip(filled, means["group"], means["members"], strict=True)
    ]
    factors.loc[filled, "source"] = "mean of published factors: NAICS group " + means["group"]
    factors.loc[filled, "technological_score"] = _MEAN_OF_SECTORS
    none = factors["kg_co2e_per_unit"].isna()
    factors.loc[none, "usable"] = False
    factors.loc[none, "source"] = ""
    factors.loc[none, "technological_score"] = _STAND_IN
    factors.loc[none, "screening_reason"] = reason[none] + ", nor for any code of its three-digit NAICS group"
    return factors.reset_index(drop=True)
