"""What a user would do instead: embed every row with a sentence-transformer, and take the nearest category.

Run by ``benchmarks/speed.py``: ``python -m benchmarks.peer LEDGER OUTPUT --text COLUMN ... --amount COLUMN``.
Every row is embedded with all-MiniLM-L6-v2 through plain sentence-transformers, compared by cosine with the
titles of all categories, and multiplied with the factor of the best one. Nothing is screened, converted,
deflated or given a range.
"""

import argparse
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.taxonomies import naics_titles
from features.text import DEFAULT_ENCODER, load_transformer
from models.factor_tables import load_factor_sets

_FACTOR_SET: Final = "epa-v1.3"


class Peer:
    """Nearest category title of each text."""

    def __init__(self) -> None:
        factors = load_factor_sets()[_FACTOR_SET].factors
        factors = factors[factors["usable"]].drop_duplicates("naics_code").set_index("naics_code")
        titles = naics_titles().drop_duplicates("naics_code").set_index("naics_code")["title"]
        self.codes = np.array([code for code in factors.index if code in titles.index])
        self.factors = factors["kg_co2e_per_unit"][self.codes].to_numpy()
        self._encoder = load_transformer(DEFAULT_ENCODER)
        self._titles = self._encoded(titles[self.codes].tolist())

    def nearest(self, texts: list[str]) -> npt.NDArray[np.int64]:
        """Find the nearest category of each of n texts, (n,) positions in ``codes``."""
        return np.asarray((self._encoded(texts) @ self._titles.T).argmax(axis=1))

    def _encoded(self, texts: list[str]) -> npt.NDArray[np.float32]:
        encoded = self._encoder.encode(texts, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(encoded, dtype=np.float32)


def main() -> None:
    """Estimate a ledger, file to file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ledger", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--text", nargs="+", required=True)
    parser.add_argument("--amount", required=True)
    asked = parser.parse_args()
    lines = pd.read_csv(asked.ledger, dtype=str, encoding="utf-8-sig").fillna("")
    peer = Peer()
    best = peer.nearest(lines[asked.text].agg(" ".join, axis=1).tolist())
    amount = pd.to_numeric(lines[asked.amount].str.replace(",", ""), errors="coerce")
    lines.assign(category=peer.codes[best], kg_co2e=amount * peer.factors[best]).to_csv(
        asked.output, index=False
    )


if __name__ == "__main__":
    main()
