"""Sets of numbers that mostly follow one another, kept as ranges."""

from collections.abc import Iterable, Iterator


class NumberRanges:
    """Numbers as ranges from first to last.

    Examples
    --------
    >>> present = NumberRanges([1, 2, 3, 7, 6])
    >>> list(present.ranges())
    [(1, 3), (6, 7)]
    >>> list(present.lacking(9))
    [(4, 5), (8, 9)]
    """

    def __init__(self, numbers: Iterable[int] = ()) -> None:
        self._ranges: list[tuple[int, int]] = []
        for number in numbers:
            self.add(number, number)

    def add(self, first: int, last: int) -> None:
        """Add the numbers from first to last."""
        if self._ranges and first == self._ranges[-1][1] + 1:
            self._ranges[-1] = (self._ranges[-1][0], last)
        else:
            self._ranges.append((first, last))

    def ranges(self) -> Iterator[tuple[int, int]]:
        """Give the ranges in ascending order, none touching the next."""
        open_range: tuple[int, int] | None = None
        for first, last in sorted(self._ranges):
            if open_range and first <= open_range[1] + 1:
                open_range = (open_range[0], max(open_range[1], last))
            else:
                if open_range:
                    yield open_range
                open_range = (first, last)
        if open_range:
            yield open_range

    def lacking(self, up_to: int) -> Iterator[tuple[int, int]]:
        """Give the ranges of the numbers from 1 on that are not there."""
        following = 1
        for first, last in self.ranges():
            if first > following and following <= up_to:
                yield following, min(first - 1, up_to)
            following = max(following, last + 1)
        if following <= up_to:
            yield following, up_to

    def without(self, others: "NumberRanges") -> Iterator[tuple[int, int]]:
        """Give the ranges of the numbers that the others lack."""
        covered = list(others.ranges())
        for first, last in self.ranges():
            following = first
            for start, end in covered:
                if end >= following and start <= last:
                    if start > following:
                        yield following, start - 1
                    following = end + 1
            if following <= last:
                yield following, last
