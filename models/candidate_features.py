"""Features of candidates, gathered from values of all categories."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Families = dict[int, tuple[Ints, Ints]]
"""By number of leading digits: where each family of categories begins, (g,), and the family of each, (C,)."""


def families(classes: npt.NDArray[np.str_], digits: tuple[int, ...] = (3, 4)) -> Families:
    """Find the categories, sorted, that share their first digits.

    Examples
    --------
    >>> families(np.array(["111110", "111120", "212111"]), (3,))
    {3: (array([0, 2]), array([0, 0, 1]))}
    """
    out = {}
    for number in digits:
        prefix = [code[:number] for code in classes]
        _, starts, family = np.unique(prefix, return_index=True, return_inverse=True)
        out[number] = (starts, family)
    return out


def normalised(values: npt.NDArray[np.float32]) -> Floats:
    """Scale rows to sum to 1; rows of zeros stay."""
    return np.asarray(values / np.maximum(values.sum(axis=1, keepdims=True), 1e-9), dtype=np.float32)


class CandidateFeatures:
    """Features of b x k candidates.

    Parameters
    ----------
    column
        (b, k) positions of the candidates in the C classes.
    families
        Of the classes.

    Attributes
    ----------
    columns : dict of str to numpy.ndarray of float32
        Values of each feature, (b, k), (1, k) or (b, 1).
    """

    def __init__(self, column: Ints, families: Families) -> None:
        self.column = column
        self.families = families
        self.columns: dict[str, Floats] = {}

    def add(self, name: str, values: Floats) -> None:
        """Keep the candidates' values of (b, C), (1, C) or (b, 1)."""
        if values.shape[1] == 1:
            self.columns[name] = values
        else:
            full = np.broadcast_to(values, (len(self.column), values.shape[1]))
            self.columns[name] = np.take_along_axis(full, self.column, axis=1)

    def add_similarity(self, name: str, values: Floats) -> None:
        """Keep the candidates' values and their distance from the best class."""
        self.add(name, values)
        best = np.nan_to_num(values, nan=-1.0).max(axis=1, keepdims=True)
        self.columns[f"{name}_gap"] = self.columns[name] - best

    def add_shares(self, name: str, share: Floats) -> None:
        """Keep the candidates' shares of (b, C), and those of their families."""
        self.add(f"{name}.share", share)
        for digits, (starts, family) in self.families.items():
            self.add(f"{name}.share_{digits}", np.add.reduceat(share, starts, axis=1)[:, family])
