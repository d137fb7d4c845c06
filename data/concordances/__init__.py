"""Concordances: tables that lead from one classification to another, a row for every pair.

Every path to a US factor ends in a six-digit NAICS 2017 code; every path to a UK multiplier in a Defra group.
"""

from data.concordances.goods import cn_to_naics_2017, hs_to_naics_2017
from data.concordances.industries import (
    nace_to_naics_2017,
    naics_2022_to_2017,
    naics_to_bea,
    naics_to_defra,
    naics_to_nace,
)
from data.concordances.procurement import cpv_to_nace_division

__all__ = [
    "cn_to_naics_2017",
    "cpv_to_nace_division",
    "hs_to_naics_2017",
    "nace_to_naics_2017",
    "naics_2022_to_2017",
    "naics_to_bea",
    "naics_to_defra",
    "naics_to_nace",
]
