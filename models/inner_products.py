"""Inner products of many vectors, to the same bits whatever comes together and however many threads work."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt
from threadpoolctl import ThreadpoolController

_ROWS: Final = 32
"""Rows are filled up to a multiple of it: the rounding of a matrix product depends on its shape."""
_ROWS_TOGETHER: Final = 256
_DEPTH: Final = 384
"""Longer vectors are multiplied part by part: the library would choose the parts by its threads."""
_FEW_ROWS: Final = 64
_LEAST_COLUMNS: Final = 256

Floats = npt.NDArray[np.float32]
_In = TypeVar("_In")
_Out = TypeVar("_Out")


def inner_products(left: Floats, right: Floats, threads: int = 1) -> Floats:
    """Multiply each of n vectors with each of m.

    Parameters
    ----------
    left, right
        (n, d) and (m, d).
    threads
        That share the work where n is small.

    Returns
    -------
    numpy.ndarray of float32
        (n, m).

    Notes
    -----
    The matrix library works with one thread, for the whole process: its threads wait for one another without
    sleeping, and where another program has a core, too, a product of 10 ms takes 140 ms.
    """
    _one_thread_a_product()
    parts = min(threads, len(right) // _LEAST_COLUMNS) if len(left) <= _FEW_ROWS else 1
    if parts <= 1:
        return _multiplied(left, right)
    size = -(-len(right) // (parts * _ROWS)) * _ROWS
    pieces = [right[start : start + size] for start in range(0, len(right), size)]
    return np.concatenate(shared_out(partial(_multiplied, left), pieces, threads), axis=1)


def shared_out(work: Callable[[_In], _Out], pieces: Sequence[_In], threads: int) -> list[_Out]:
    """Do a piece of work for each of some things, several at a time; results come in their order."""
    if threads <= 1 or len(pieces) <= 1:
        return [work(piece) for piece in pieces]
    with ThreadPoolExecutor(min(threads, len(pieces))) as pool:
        return list(pool.map(work, pieces))


def _multiplied(left: Floats, right: Floats) -> Floats:
    out = np.zeros((len(left), len(right)), dtype=np.float32)
    for start in range(0, len(left), _ROWS_TOGETHER):
        block = left[start : start + _ROWS_TOGETHER]
        full = np.zeros((-(-len(block) // _ROWS) * _ROWS, block.shape[1]), dtype=np.float32)
        full[: len(block)] = block
        out[start : start + len(block)] = _summed(
            full[:, depth : depth + _DEPTH] @ right[:, depth : depth + _DEPTH].T
            for depth in range(0, max(block.shape[1], 1), _DEPTH)
        )[: len(block)]
    return out


def _summed(products: Iterable[Floats]) -> Floats:
    iterator = iter(products)
    total = next(iterator)
    for product in iterator:
        total += product
    return total


@cache
def _one_thread_a_product() -> None:
    ThreadpoolController().limit(limits=1, user_api="blas")
