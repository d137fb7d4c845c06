"""Is the difference of two models on the same lines more than noise? The bootstrap over groups of lines."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

CONFIDENCE: Final = 0.9
MIN_GROUPS: Final = 10
"""With fewer independent groups, no range of a difference is given."""
REPLICATES: Final = 2000
_CHUNK_CELLS: Final = 4_000_000


@dataclass(frozen=True)
class Bootstrap:
    """How differences are judged.

    Parameters
    ----------
    replicates
        Resamples of the groups.
    seed
        Of the random numbers; the same seed gives the same ranges.
    confidence
        Of the central ranges.
    """

    replicates: int = REPLICATES
    seed: int = 0
    confidence: float = CONFIDENCE


def paired_differences(
    a: pd.DataFrame, b: pd.DataFrame, weights: pd.DataFrame, group: pd.Series, bootstrap: Bootstrap
) -> pd.DataFrame:
    """Compare the means of two models' metrics.

    Parameters
    ----------
    a, b
        (n, m) metrics of the same n lines in the same order, NaN where one is not defined.
    weights
        (n, m) weight of each line in each mean.
    group
        (n,) lines of a group are drawn together.
    bootstrap
        Seed and number of resamples.

    Returns
    -------
    pandas.DataFrame
        A row for each metric: ``lines`` and ``groups`` that both models have, means ``a`` and ``b``,
        ``difference`` (b - a) and the ``low`` and ``high`` end of its central range; NaN below
        :data:`MIN_GROUPS` groups.

    Notes
    -----
    Percentiles of the means of groups drawn with replacement (Davison and Hinkley, *Bootstrap Methods and
    their Application*, 1997, section 3.8: clusters are resampled, lines are not).
    """
    both = a.notna().to_numpy() & b.notna().to_numpy()
    weight = np.where(both, weights.to_numpy(dtype=np.float64), 0.0)
    number, names = pd.factorize(group)
    sums_a, sums_b, sums_w = (
        _sums(np.where(weight > 0, values, 0.0) * weight, number, len(names))
        for values in (a.to_numpy(dtype=np.float64), b.to_numpy(dtype=np.float64), np.ones_like(weight))
    )
    low, high = _range(sums_b - sums_a, sums_w, bootstrap)
    groups = (sums_w > 0).sum(axis=0)
    enough = groups >= MIN_GROUPS
    mean_a, mean_b = (_mean(sums.sum(axis=0), sums_w.sum(axis=0)) for sums in (sums_a, sums_b))
    return pd.DataFrame(
        {
            "metric": a.columns,
            "lines": both.sum(axis=0),
            "groups": groups,
            "a": mean_a,
            "b": mean_b,
            "difference": mean_b - mean_a,
            "low": np.where(enough, low, np.nan),
            "high": np.where(enough, high, np.nan),
        }
    )


def _sums(
    values: npt.NDArray[np.float64], number: npt.NDArray[np.intp], groups: int
) -> npt.NDArray[np.float64]:
    """Sum the rows of (n, m) by group, (g, m)."""
    out = np.zeros((groups, values.shape[1]))
    np.add.at(out, number, values)
    return out


def _range(
    differences: npt.NDArray[np.float64], weights: npt.NDArray[np.float64], bootstrap: Bootstrap
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Find the ends of the range of the mean difference, (m,) each, from sums of groups (g, m)."""
    groups = len(differences)
    if groups < MIN_GROUPS:
        return np.full(differences.shape[1], np.nan), np.full(differences.shape[1], np.nan)
    generator = np.random.default_rng(bootstrap.seed)
    chunk = max(_CHUNK_CELLS // groups, 1)
    means = []
    for start in range(0, bootstrap.replicates, chunk):
        size = min(chunk, bootstrap.replicates - start)
        drawn = generator.integers(groups, size=(size, groups)) + groups * np.arange(size)[:, None]
        times = np.bincount(drawn.ravel(), minlength=size * groups).reshape(size, groups).astype(np.float64)
        means.append(_mean(times @ differences, times @ weights))
    tail = (1 - bootstrap.confidence) / 2
    drawn_means = np.concatenate(means)
    undefined = np.isnan(drawn_means).all(axis=0)
    low, high = np.nanquantile(np.where(undefined, 0.0, drawn_means), [tail, 1 - tail], axis=0)
    return np.where(undefined, np.nan, low), np.where(undefined, np.nan, high)


def _mean(sums: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.divide(sums, weights, out=np.full_like(sums, np.nan), where=weights > 0)
