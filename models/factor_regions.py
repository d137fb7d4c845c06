"""Which country a factor set speaks for, the set closest to a buyer, and what the distance costs."""

from typing import Final

DEFAULT_SETS: Final = {"US": "epa-v1.3", "GB": "defra-2023"}

FOREIGN_GSD: Final = 1.5
"""Spread between the same sector's factors in two countries, prices aligned; decision 0004."""

_NEAR_US: Final = frozenset({
    "AG", "AI", "AR", "AS", "AW", "BB", "BM", "BO", "BR", "BS", "BZ", "CA", "CL", "CO", "CR", "CU",
    "DM", "DO", "EC", "GD", "GT", "GU", "GY", "HN", "HT", "JM", "KN", "KY", "LC", "MP", "MX", "NI",
    "PA", "PE", "PR", "PY", "SR", "SV", "TC", "TT", "UM", "UY", "VC", "VE", "VG", "VI",
})  # fmt: skip
_NEAR_GB: Final = frozenset({
    "AD", "AL", "AT", "AX", "BA", "BE", "BG", "BY", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI",
    "FO", "FR", "GG", "GI", "GL", "GR", "HR", "HU", "IE", "IM", "IS", "IT", "JE", "LI", "LT", "LU",
    "LV", "MC", "MD", "ME", "MK", "MT", "NL", "NO", "PL", "PT", "RO", "RS", "SE", "SI", "SJ", "SK",
    "SM", "TR", "UA", "VA", "XK",
})  # fmt: skip
_SAME_COUNTRY: Final = {"GG": "GB", "IM": "GB", "JE": "GB", "PR": "US", "VI": "US", "GU": "US"}

_OWN, _SIMILAR, _DIFFERENT = 1, 3, 5


def choose_factor_set(country: str) -> tuple[str, str]:
    """Choose the factor set for a buyer.

    Parameters
    ----------
    country
        ISO 3166-1 alpha-2; "" where the line names none.

    Returns
    -------
    tuple of str
        Id of the set, and the reason as a sentence for the reader of an estimate.

    Examples
    --------
    >>> choose_factor_set("GB")
    ('defra-2023', 'The buyer is in GB, which the set describes.')
    >>> choose_factor_set("FR")
    ('defra-2023', 'No set describes FR; the UK set is the closest one held, so the range is wider.')
    """
    home = _SAME_COUNTRY.get(country, country)
    if home in DEFAULT_SETS:
        return DEFAULT_SETS[home], f"The buyer is in {country}, which the set describes."
    if country in _NEAR_GB:
        return DEFAULT_SETS["GB"], _closest(country, "UK")
    if country:
        return DEFAULT_SETS["US"], _closest(country, "US")
    return DEFAULT_SETS["US"], "The line names no country; the US set has the finest categories."


def geographical_score(country: str, region: str) -> int:
    """Score how well factors of a region fit a buyer: 1 the same country, 3 similar production, 5 different.

    Examples
    --------
    >>> geographical_score("US", "US"), geographical_score("CA", "US"), geographical_score("GB", "US")
    (1, 3, 5)
    """
    if _SAME_COUNTRY.get(country, country) == region:
        return _OWN
    near = {"US": _NEAR_US, "GB": _NEAR_GB}.get(region, frozenset())
    return _SIMILAR if country in near else _DIFFERENT


def mismatch_gsd(country: str, region: str) -> float:
    """Geometric standard deviation that a factor of another country adds; 1 for the same country.

    The pedigree factor for another region is 1.1 at the most; sector factors of two countries differ by far
    more.
    """
    return 1.0 if geographical_score(country, region) == _OWN else FOREIGN_GSD


def _closest(country: str, described: str) -> str:
    return f"No set describes {country}; the {described} set is the closest one held, so the range is wider."
