"""Published emission factors per unit of money and per tonne, each value with the line it was read from."""

import re
from typing import Final, Literal

import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import DataFrame, Series

from data.location import locate
from data.tables import SOURCE_ROW, read_csv, read_sheet, rename_columns

EpaRelease = Literal["v1.3", "v1.2"]

EPA_FILES: Final[dict[EpaRelease, str]] = {
    "v1.3": "factors/epa_supply_chain_v1_3_co2e_usd2022.csv",
    "v1.2": "factors/epa_supply_chain_v1_2_co2e_usd2021.csv",
}
EPA_CURRENCY_YEARS: Final[dict[EpaRelease, int]] = {"v1.3": 2022, "v1.2": 2021}
EPA_BY_GAS_FILE: Final = "factors/epa_supply_chain_v1_3_by_ghg_usd2022.csv"
DEFRA_FILE: Final = "factors/uk_defra_spend_multipliers_sic_2015_2023.txt"
DESNZ_FILE: Final = "factors/desnz_2025_conversion_factors_flat.xlsx"

DEFRA_ARTEFACTS: Final = {
    "7": "metal ores come out near 0 kg CO2e per GBP, because UK demand for them is next to nothing",
    "24.4-5": "non-ferrous metals come out near 0.03 kg CO2e per GBP, because UK demand for them is tiny",
    "46": "wholesale trade comes out at several kg CO2e per GBP, because UK demand for it is tiny",
    "65.3": "pension funding comes out near 0.001 kg CO2e per GBP, because UK demand for it is tiny",
}
"""Groups whose published multiplier is an artefact of the input-output method, and why: never use it raw."""

_DEFRA_YEARS: Final = range(2015, 2024)
_DEFRA_OWN_PREFIXES: Final[dict[str, tuple[str, ...]]] = {
    "41.2": ("41",),  # development of building projects (41.1) has no group of its own
    "42.99": ("429", "43"),  # its title is that of division 43, which has no row
    "68.12": ("681", "682"),
    "68.2IMP": (),  # imputed rents of owner-occupiers: nobody's purchase
}
_KG_PER_TONNE_UNIT: Final = "kg CO2e"


class EpaFactors(pa.DataFrameModel):
    """Supply chain emission factors per US dollar of the currency year, at purchaser prices."""

    naics_code: Series[str] = pa.Field(str_matches=r"^\d{6}$", unique=True, description="NAICS 2017")
    title: Series[str] = pa.Field(str_length={"min_value": 1})
    kg_co2e_per_usd: Series[float] = pa.Field(ge=0, description="with margins: the one for an amount paid")
    kg_co2e_per_usd_without_margins: Series[float] = pa.Field(ge=0)
    margins_kg_co2e_per_usd: Series[float] = pa.Field(ge=0)
    useeio_code: Series[str] = pa.Field(
        str_matches=r"^[0-9A-Z]{6}(,[0-9A-Z]{6})*$", description="BEA 2017 detail codes, joined by a comma"
    )
    currency_year: Series[int]
    source_row: Series[int] = pa.Field(description="1-based line in the file")

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True


class EpaFactorsByGas(pa.DataFrameModel):
    """The factors of v1.3 split by gas: mass of the gas itself, not yet weighed by a GWP."""

    naics_code: Series[str] = pa.Field(str_matches=r"^\d{6}$", description="NAICS 2017")
    gas: Series[str]
    unit: Series[str] = pa.Field(
        isin=("kg", "kg CO2e"), description="of the numerator; a basket of gases comes as CO2e"
    )
    amount_per_usd: Series[float] = pa.Field(
        ge=0, description="with margins, per USD of 2022, purchaser price"
    )
    source_row: Series[int] = pa.Field(description="1-based line in the file")

    class Config:
        """Exactly these columns, in this order; one row per code and gas."""

        strict = True
        ordered = True
        coerce = True
        unique = ("naics_code", "gas")


class DefraMultipliers(pa.DataFrameModel):
    """UK spend multipliers per pound of each year, at basic prices without VAT and margins."""

    sic_group: Series[str] = pa.Field(description="SIC 2007 group as published")
    title: Series[str] = pa.Field(str_length={"min_value": 1})
    sic_prefixes: Series[str] = pa.Field(
        str_matches=r"^(\d{2,4}(,\d{2,4})*)?$", description="codes of the members without dots, comma"
    )
    year: Series[int]
    kg_co2e_per_gbp: Series[float] = pa.Field(ge=0)
    source_row: Series[int] = pa.Field(description="1-based line in the file")

    class Config:
        """Exactly these columns, in this order; one row per group and year."""

        strict = True
        ordered = True
        coerce = True
        unique = ("sic_group", "year")


class MaterialFactors(pa.DataFrameModel):
    """UK factors for the production of materials, cradle to gate."""

    material_group: Series[str]
    material: Series[str]
    production: Series[str] = pa.Field(description="primary material, re-used or closed loop")
    kg_co2e_per_tonne: Series[float] = pa.Field(gt=0)
    source_row: Series[int] = pa.Field(description="1-based row in the worksheet")

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True
        unique = ("material_group", "material", "production")


def epa_factors(release: EpaRelease = "v1.3") -> DataFrame[EpaFactors]:
    """Return the supply chain emission factors of the US EPA by NAICS 2017 code.

    Parameters
    ----------
    release
        "v1.3" (kg CO2e per USD of 2022, gases of 2022) or "v1.2" (per USD of 2021, gases of 2019). Factors of
        one code differ between the two by 0.3 to 1.8: name the release with every estimate.

    Notes
    -----
    Source: US EPA, Supply Chain Greenhouse Gas Emission Factors, doi.org/10.23719/1531143.
    """
    frame = rename_columns(
        read_csv(EPA_FILES[release], source_row=True),
        {
            "2017 NAICS Code": "naics_code",
            "2017 NAICS Title": "title",
            "Supply Chain Emission Factors with Margins": "kg_co2e_per_usd",
            "Supply Chain Emission Factors without Margins": "kg_co2e_per_usd_without_margins",
            "Margins of Supply Chain Emission Factors": "margins_kg_co2e_per_usd",
            "Reference USEEIO Code": "useeio_code",
            SOURCE_ROW: SOURCE_ROW,
        },
    )
    frame["useeio_code"] = frame["useeio_code"].str.replace(" ", "")
    frame.insert(6, "currency_year", EPA_CURRENCY_YEARS[release])
    return EpaFactors.validate(frame)


def epa_factors_by_gas() -> DataFrame[EpaFactorsByGas]:
    """Return the factors of EPA v1.3 by gas, for weighing with another set of GWPs."""
    frame = rename_columns(
        read_csv(EPA_BY_GAS_FILE, source_row=True),
        {
            "2017 NAICS Code": "naics_code",
            "GHG": "gas",
            "Unit": "unit",
            "Supply Chain Emission Factors with Margins": "amount_per_usd",
            SOURCE_ROW: SOURCE_ROW,
        },
    )
    frame["unit"] = frame["unit"].str.partition("/")[0]
    return EpaFactorsByGas.validate(frame)


def defra_multipliers() -> DataFrame[DefraMultipliers]:
    """Return the UK spend multipliers by SIC 2007 product group, for each year from 2015 to 2023.

    ``sic_prefixes`` lists the members of a group by the beginning of their SIC 2007 (= NACE Rev. 2) codes,
    without dots: "10.2 -3" becomes "102,103"; "23OTHER" takes its members from the title. Every code
    belongs to the group with the longest matching prefix. :data:`DEFRA_ARTEFACTS` are among the groups.

    Notes
    -----
    Source: Defra and University of Leeds, UK and England's carbon footprint to 2023.
    """
    lines = locate(DEFRA_FILE).read_text(encoding="utf-8").splitlines()
    records = [(*line.split("|"), row) for row, line in enumerate(lines, 1) if not line.startswith("#")]
    table = pd.DataFrame(records, columns=["sic_group", "title", *_DEFRA_YEARS, SOURCE_ROW])
    table["sic_prefixes"] = [
        ",".join(sic_prefixes(group, title))
        for group, title in zip(table["sic_group"], table["title"], strict=True)
    ]
    frame = table.melt(
        ["sic_group", "title", "sic_prefixes", SOURCE_ROW], var_name="year", value_name="kg_co2e_per_gbp"
    )
    frame = frame.sort_values([SOURCE_ROW, "year"], ignore_index=True)
    columns = ["sic_group", "title", "sic_prefixes", "year", "kg_co2e_per_gbp", SOURCE_ROW]
    return DefraMultipliers.validate(frame[columns])


def sic_prefixes(group: str, title: str) -> tuple[str, ...]:
    """Return the beginnings of the SIC 2007 codes that belong to a Defra product group, without dots.

    Examples
    --------
    >>> sic_prefixes("10.2 -3", "Processed and preserved fish")
    ('102', '103')
    >>> sic_prefixes("20A", "Industrial gases - 20.11/13/15")
    ('2011', '2013', '2015')
    """
    if group in _DEFRA_OWN_PREFIXES:
        return _DEFRA_OWN_PREFIXES[group]
    members = title.rpartition(" - ")[2] if re.search(r"[A-Z]", group) else group
    prefixes: list[str] = []
    division = ""
    for member in members.replace(" ", "").split("/"):
        left, dot, right = member.partition(".")
        if not division and not dot:
            return (left.zfill(2),)
        division, digits = (left, right) if dot else (division, left)
        first, _, end = digits.partition("-")
        last = first[: len(first) - len(end)] + end if end else first
        prefixes += [f"{division.zfill(2)}{n:0{len(first)}d}" for n in range(int(first), int(last) + 1)]
    return tuple(prefixes)


def desnz_material_factors() -> DataFrame[MaterialFactors]:
    """Return the UK conversion factors 2025 for material use: kg CO2e per tonne of material produced.

    Only the rows that carry a value are there (70 of 168).

    Notes
    -----
    Source: DESNZ, UK Government GHG Conversion Factors for Company Reporting 2025, "Material use".
    """
    skipped = 5
    sheet = read_sheet(DESNZ_FILE, "Factors by Category", skip_lines=skipped)
    sheet[SOURCE_ROW] = range(skipped + 2, skipped + 2 + len(sheet))
    value = "GHG Conversion Factor 2025"
    rows = sheet[
        (sheet["Level 1"] == "Material use")
        & (sheet["GHG/Unit"] == _KG_PER_TONNE_UNIT)
        & (sheet["UOM"] == "tonnes")
        & (sheet[value] != "")
    ]
    frame = rename_columns(
        rows,
        {
            "Level 2": "material_group",
            "Level 3": "material",
            "Column Text": "production",
            value: "kg_co2e_per_tonne",
            SOURCE_ROW: SOURCE_ROW,
        },
    )
    return MaterialFactors.validate(frame.reset_index(drop=True))
