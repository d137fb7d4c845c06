"""Classifications of goods, services and industries, with their texts: one frame per classification."""

from data.taxonomies.activities import isic, nace, useeio_commodities
from data.taxonomies.goods import cn, cpa, cpc, hs, schedule_b
from data.taxonomies.naics import naics_descriptions, naics_index, naics_titles
from data.taxonomies.procurement import cpv, emdn, psc
from data.taxonomies.units import packages, units

__all__ = [
    "cn",
    "cpa",
    "cpc",
    "cpv",
    "emdn",
    "hs",
    "isic",
    "nace",
    "naics_descriptions",
    "naics_index",
    "naics_titles",
    "packages",
    "psc",
    "schedule_b",
    "units",
    "useeio_commodities",
]
