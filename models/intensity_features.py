"""What is known about a product before its footprint: the footprints of its neighbours, and attributes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from models.inner_products import inner_products

_LEVELS: Final = {6: 0.4, 4: 0.3, 3: 0.3}  # digits of the NAICS code, and how much agreement there weighs
_NO_WEIGHT: Final = 1e-9
_REGRESSION: Final = 0.5
_ALIKE, _STRANGE = 0.9, 0.5  # similarity from which on a text is known, and how far below none is
_BLOCK: Final = 64

_Matrix = npt.NDArray[np.float32]
_Vector = npt.NDArray[np.float64]
Kernel = Callable[[slice, _Matrix, _Matrix, npt.NDArray[np.bool_]], _Vector]
"""From which rows are asked for and their likeness, as :func:`blocks` gives it, to (b,) log footprints."""


@dataclass(frozen=True)
class CategoryProbabilities:
    """Probability of each category for n texts, as the category model gives them.

    Attributes
    ----------
    codes
        (C,) NAICS 2017 codes of six digits.
    probability
        (n, C) rows sum to 1 or, where nothing is known, to 0.
    """

    codes: npt.NDArray[np.str_]
    probability: sparse.csr_matrix

    def __getitem__(self, rows: npt.NDArray[np.bool_] | npt.NDArray[np.int_]) -> "CategoryProbabilities":
        return CategoryProbabilities(self.codes, self.probability[rows])

    def profile(self, names: npt.NDArray[np.str_]) -> _Matrix:
        """Return (n, len(names)) vectors, whose inner product says how far two texts agree on the industry.

        Square roots of the probabilities of codes and of their first four and three digits, each level of
        unit norm before it is weighed: a weighted mean of Bhattacharyya coefficients.
        """
        column = {name: at for at, name in enumerate(names)}
        out = np.zeros((self.probability.shape[0], len(names)), dtype=np.float32)
        for digits, weight in _LEVELS.items():
            prefixes, of_code = np.unique([code[:digits] for code in self.codes], return_inverse=True)
            merge = sparse.csr_matrix((np.ones(len(of_code)), (np.arange(len(of_code)), of_code)))
            share = np.sqrt(np.asarray((self.probability @ merge).todense()))
            norm = np.linalg.norm(share, axis=1, keepdims=True)
            share *= np.sqrt(weight) / np.where(norm > 0, norm, 1.0)
            known = [at for at, prefix in enumerate(prefixes) if prefix in column]
            out[:, [column[prefixes[at]] for at in known]] = share[:, known]
        return out

    def profile_names(self) -> npt.NDArray[np.str_]:
        """Columns of the profile that some row of these reaches, (p,)."""
        reached = np.flatnonzero(np.asarray(self.probability.sum(axis=0)).ravel() > 0)
        return np.unique([code[:digits] for code in self.codes[reached] for digits in _LEVELS])


@dataclass(frozen=True)
class Products:
    """What is known of n products: ``vectors`` (n, d) unit-norm, ``profile`` (n, p), and per product the
    ``boundary`` asked for (position in :data:`BOUNDARIES`) and ``weight_kg`` of a piece (NaN if unknown).
    """  # noqa: D205

    vectors: _Matrix
    profile: _Matrix
    boundary: npt.NDArray[np.int64]
    weight_kg: _Vector

    def __len__(self) -> int:
        return len(self.vectors)

    def __getitem__(self, rows: npt.NDArray[np.bool_] | npt.NDArray[np.int_] | slice) -> "Products":
        return Products(self.vectors[rows], self.profile[rows], self.boundary[rows], self.weight_kg[rows])


@dataclass(frozen=True)
class Footprints:
    """Known footprints of m products: ``log`` (m,) at the product's own boundary, ``log_gate`` (m,) at the
    gate where the source tells, else the same; ``weight`` (m,) as evidence; ``rarity`` (m,) further weight in
    learning, so that a domain with many examples does not drown the others; ``domain`` (m,) numbers, 0 for
    the one with most examples; ``group`` (m,) families.
    """  # noqa: D205

    log: _Vector
    log_gate: _Vector
    weight: _Vector
    rarity: _Vector
    domain: npt.NDArray[np.int64]
    group: npt.NDArray[np.int64]

    def __getitem__(self, rows: npt.NDArray[np.bool_] | npt.NDArray[np.int_]) -> "Footprints":
        return Footprints(*(getattr(self, field.name)[rows] for field in fields(self)))

    @classmethod
    def of_examples(cls, examples: pd.DataFrame) -> "Footprints":
        """Take them from m rows of :class:`models.intensity_examples.IntensityExamples`."""
        names = examples["group"].to_numpy(dtype=str)
        _, group, size = np.unique(names, return_inverse=True, return_counts=True)
        domain, lines = examples["domain"], examples["domain"].value_counts()
        return cls(
            np.log(examples["kg_co2e_per_kg"].to_numpy()),
            np.log(examples["gate_kg_co2e_per_kg"].to_numpy()),
            examples["weight"].to_numpy() / np.sqrt(size[group]),
            1.0 / np.sqrt(domain.map(lines).to_numpy(dtype=np.float64)),
            domain.map({name: number for number, name in enumerate(lines.index)}).to_numpy(dtype=np.int64),
            group,
        )

    def domain_centres(self, without: npt.NDArray[np.int64] | None) -> _Vector:
        """Mean log footprint of each of D domains, (1, D), or (b, D) without each of b families."""
        domains = int(self.domain.max()) + 1
        total = np.bincount(self.domain, self.weight * self.log, domains)[None]
        weight = np.bincount(self.domain, self.weight, domains)[None]
        if without is not None:
            families, row = np.unique(without, return_inverse=True)
            at = np.searchsorted(families, self.group).clip(max=len(families) - 1)
            own = np.where(families[at] == self.group, self.weight, 0.0)
            cell = at * domains + self.domain
            shape = (len(families), domains)
            total = (total - np.bincount(cell, own * self.log, np.prod(shape)).reshape(shape))[row]
            weight = (weight - np.bincount(cell, own, np.prod(shape)).reshape(shape))[row]
        overall = total.sum(axis=1, keepdims=True) / weight.sum(axis=1, keepdims=True)
        return np.where(weight > _NO_WEIGHT, total / np.maximum(weight, _NO_WEIGHT), overall)


@dataclass(frozen=True)
class Kind:
    """A way to look for neighbours: similarity of text and of industry, and how fast a vote falls with it."""

    text: float
    industry: float
    temperature: float


KINDS: Final = {"text": Kind(1.0, 0.0, 0.06), "joint": Kind(1.0, 0.4, 0.06), "industry": Kind(0.3, 1.0, 0.12)}
SAME_BOUNDARY: Final = 0.05
"""Similarity that a neighbour gains by having the boundary that is asked for."""

_STATISTICS: Final = (
    "nearest_similarity",
    "tenth_similarity",
    "mean",
    "spread",
    "mean_of_10",
    "median_of_10",
    "mean_at_gate",
    "lowest_of_5",
    "highest_of_5",
    "mean_same_boundary",
    "share_of_main_domain",
    "domain_centre",
)
_NEIGHBOURHOODS: Final = tuple(f"{kind}_{statistic}" for kind in KINDS for statistic in _STATISTICS)
FEATURES: Final = (*_NEIGHBOURHOODS, "boundary", "log_weight", "kernel_estimate", "kernel_above_neighbours")
JOINT_MEAN: Final = FEATURES.index("joint_mean")
KERNEL: Final = FEATURES.index("kernel_estimate")
MAIN_DOMAIN: Final = FEATURES.index("joint_share_of_main_domain")
DOMAIN_CENTRE: Final = FEATURES.index("joint_domain_centre")
NEAREST: Final = FEATURES.index("text_nearest_similarity")
LOWEST: Final = FEATURES.index("joint_lowest_of_5")
HIGHEST: Final = FEATURES.index("joint_highest_of_5")


def features(
    asked: Products,
    known: Products,
    footprints: Footprints,
    neighbours: int,
    kernel: Kernel,
    own_group: npt.NDArray[np.int64] | None = None,
) -> _Vector:
    """Return (n, len(:data:`FEATURES`)) features of the products asked for.

    Parameters
    ----------
    asked, known
        Products without and with a footprint.
    footprints
        Of the known products.
    neighbours
        How many vote.
    kernel
        Log footprints by kernel regression of a block of those asked for.
    own_group
        (n,) family of each product asked for, whose members may not vote; ``None`` where none is known.
    """
    out = np.empty((len(asked), len(FEATURES)))
    for rows, text, industry, same in blocks(asked, known):
        banned = None if own_group is None else own_group[rows][:, None] == footprints.group[None]
        centres = footprints.domain_centres(None if own_group is None else own_group[rows])
        estimate = kernel(rows, text, industry, same)
        columns = []
        for kind in KINDS.values():
            total = kind.text * text + kind.industry * industry + SAME_BOUNDARY * same
            if banned is not None:
                total = np.where(banned, -np.inf, total)
            columns.append(_statistics(total, same, footprints, centres, neighbours, kind.temperature))
        attributes = [asked.boundary[rows], np.log(asked.weight_kg[rows])]
        out[rows] = np.column_stack([*columns, *attributes, estimate, estimate])
    out[:, -1] -= out[:, JOINT_MEAN]
    return out


def by_likeness(x: _Vector, to_domain: float) -> _Vector:
    """Log footprint by products that are like it, (n,): neighbours, in the main domain regression too.

    The regression is smooth: it may not leave the range of the five nearest products, which for dear ones it
    would. Outside the main domain it leans too much on the many products of that one; there, the less the
    nearest product is alike, the more an estimate is drawn to the mean of the domains of its neighbours: at
    most by the share ``to_domain``.

    Parameters
    ----------
    x
        (n, len(:data:`FEATURES`)).
    to_domain
        From 0 to 1.
    """
    main = x[:, MAIN_DOMAIN]
    trust = _REGRESSION * main
    regressed = np.clip(x[:, KERNEL], x[:, LOWEST], x[:, HIGHEST])
    log = (1.0 - trust) * x[:, JOINT_MEAN] + trust * regressed
    strange = np.clip((_ALIKE - x[:, NEAREST]) / _STRANGE, 0.0, 1.0)
    return np.asarray(log + to_domain * strange * (1.0 - main) * (x[:, DOMAIN_CENTRE] - log))


def blocks(
    asked: Products, known: Products
) -> Iterator[tuple[slice, _Matrix, _Matrix, npt.NDArray[np.bool_]]]:
    """Go through the products asked for: which rows, and their likeness to the m known products.

    Yields
    ------
    rows
        b rows of those asked for.
    text, industry
        (b, m) similarity.
    same
        (b, m) whether the boundary is the same.
    """
    for start in range(0, len(asked), _BLOCK):
        rows = slice(start, start + _BLOCK)
        block = asked[rows]
        yield rows, *similarities(block, known), block.boundary[:, None] == known.boundary[None]


def similarities(asked: Products, known: Products) -> tuple[_Matrix, _Matrix]:
    """Similarity of text and of industry, both (n, m), of up to a block of products."""
    text = inner_products(asked.vectors, known.vectors)
    return text, inner_products(asked.profile, known.profile)


def _statistics(
    similarity: _Matrix,
    same_boundary: npt.NDArray[np.bool_],
    footprints: Footprints,
    centres: _Vector,
    neighbours: int,
    temperature: float,
) -> _Vector:
    """Statistics of the log footprints of the nearest, (n, len(_STATISTICS))."""
    k = min(neighbours, similarity.shape[1])
    entry = np.argpartition(-similarity, k - 1, axis=1)[:, :k]
    order = np.argsort(-np.take_along_axis(similarity, entry, axis=1), axis=1, kind="stable")
    entry = np.take_along_axis(entry, order, axis=1)
    near = np.take_along_axis(similarity, entry, axis=1).astype(np.float64)
    vote = np.exp((near - near[:, :1]) / temperature) * footprints.weight[entry]
    agreeing = vote * (np.take_along_axis(same_boundary, entry, axis=1) + 1e-3)
    log, domain = footprints.log[entry], footprints.domain[entry]
    centres = np.broadcast_to(centres, (len(entry), centres.shape[1]))
    mean = _mean(log, vote)
    ten, five = log[:, : min(10, k)], log[:, : min(5, k)]
    return np.column_stack(
        [
            near[:, 0],
            near[:, ten.shape[1] - 1],
            mean,
            np.sqrt(_mean((log - mean[:, None]) ** 2, vote)),
            ten.mean(axis=1),
            np.median(ten, axis=1),
            _mean(footprints.log_gate[entry], vote),
            five.min(axis=1),
            five.max(axis=1),
            _mean(log, agreeing),
            _mean((domain == 0).astype(np.float64), vote),
            _mean(np.take_along_axis(centres, domain, axis=1), vote),
        ]
    )


def _mean(value: _Vector, weight: _Vector) -> _Vector:
    return np.asarray((value * weight).sum(axis=1) / weight.sum(axis=1))
