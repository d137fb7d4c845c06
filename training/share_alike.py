"""Share-alike sets: products whose terms pass to a bundle made from them; taken only when asked for."""

from collections.abc import Collection
from enum import StrEnum
from typing import Any, Final

from data.catalogue import files

CARD: Final = "share_alike"
"""Entry of the model card that says which terms a bundle carries."""

_TERMS: Final = {
    "ODbL-1.0": "https://opendatacommons.org/licenses/odbl/1-0/",
    "CC-BY-SA-4.0": "https://creativecommons.org/licenses/by-sa/4.0/legalcode",
}


class ShareAlike(StrEnum):
    """A set of products by its source in the catalogue."""

    BOAVIZTA = "boavizta"
    OEFDB = "oefdb"

    @property
    def file(self) -> str:
        """Name of its file."""
        return _FILES[self]


_FILES: Final = {
    ShareAlike.BOAVIZTA: "share_alike/boavizta_data_us.csv",
    ShareAlike.OEFDB: "share_alike/oefdb_2022_05_12.csv",
}


def bundle_terms(sets: Collection[ShareAlike]) -> dict[str, Any]:
    """Say for the model card which terms a bundle carries that was made from these sets.

    Returns
    -------
    dict
        Empty without a set. Else :data:`CARD` with ``licences``, ``attribution``, ``products_of`` (the
        sources) and ``terms``, the sentences that have to stay with the bundle.
    """
    if not sets:
        return {}
    sources = [files()[one.file].source for one in sorted(sets)]
    licences = sorted({source.licence for source in sources})
    return {
        CARD: {
            "products_of": [source.title for source in sources],
            "licences": licences,
            "attribution": [source.attribution for source in sources],
            "terms": _terms(licences),
        }
    }


def _terms(licences: list[str]) -> str:
    named = " and ".join(f"{licence} ({_TERMS[licence]})" for licence in licences)
    begun = (
        f"This bundle holds products with a footprint under {named}, and its model was learned from them. "
    )
    if len(licences) > 1:
        return begun + (
            "Each licence asks that what is made from its data is passed on under itself alone, so no terms "
            "satisfy both: use this bundle, but do not pass it on. Train with one of the sets for that."
        )
    return begun + (
        "Whoever passes on the bundle, changed or not, or data made from it, does so under the same licence, "
        "keeps this statement, and names the sources."
    )
