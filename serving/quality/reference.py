"""The reference: what checks need of a model bundle, without loading the model."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, Self

from features.price_tables import PriceTables
from features.text import clean_text
from models.bundle import load_bundle
from models.buyer_codes import BuyerCodes
from models.factor_sets import FactorSet, FactorSets
from models.lexicon import stems
from models.state import State

_DOLLAR_SET: Final = "epa-v1.3"


@dataclass(frozen=True)
class Reference:
    """Tables of a bundle.

    Attributes
    ----------
    codes
        Codes of classifications that lead to a category.
    tables
        Exchange rates and price indices.
    dollars
        The factor set in whose US dollars spend is compared.
    words
        Words of the reference texts, plurals brought to the singular.
    """

    codes: BuyerCodes
    tables: PriceTables
    dollars: FactorSet
    words: frozenset[str]

    @classmethod
    def of_bundle(cls, folder: Path) -> Self:
        """Read the tables of a bundle; raises as :func:`models.bundle.load_bundle`."""
        bundle = load_bundle(folder)
        tables = dict(bundle.tables)
        learned = State(bundle.metadata["learned"], tables=tables)
        lexicon = learned.part("category").part("lexicon").tables["words"]
        return cls(
            codes=BuyerCodes(tables["codes"]),
            tables=PriceTables.from_frames(tables),
            dollars=FactorSets.from_frames(tables)[_DOLLAR_SET],
            words=frozenset(lexicon["word"]),
        )

    def knows_a_word_of(self, text: str) -> bool:
        """Tell whether a text has a word in common with any reference text."""
        return not self.words.isdisjoint(stems(clean_text(text)))


@lru_cache(maxsize=1)
def kept_reference(folder: Path) -> Reference:
    """Read the tables of a bundle and keep them at hand; raises as :func:`models.bundle.load_bundle`."""
    return Reference.of_bundle(folder)
