"""The check of one tenant's chain, entry by entry."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from serving.store.canonical import parse_canonical, sha256_text
from serving.store.chain import HASHED_COLUMNS, NO_ENTRY, entry_hash
from serving.store.errors import CanonicalFormError
from serving.store.findings import Fault, Finding, numbers
from serving.store.heads import KnownHead
from serving.store.number_ranges import NumberRanges

Row = Mapping[str, Any]
Neighbours = Callable[[Row], tuple[int | None, int | None]]
"""Finds the numbers under which the entry before a row, and the one after it, stand now: by their hashes."""

_TRACED: Final = 100
"""Entries whose place is searched for by their neighbours; it takes a pass over the chain for each."""


@dataclass(frozen=True)
class _Seen:
    """The entry before: its number, the one it was written as, its hash and time, and whether it was told."""

    sequence: int
    written: int | None
    hash: Any
    at: Any
    told: bool


class ChainCheck:
    """Checks the rows of a chain in the order of their numbers.

    Every row's hash is made again; where it does not fit, the row was changed, or moved: then its hash fits
    the number that it was written with. A row whose hash fits but is not the one that the next row names was
    written anew, or slipped in between.

    Parameters
    ----------
    tenant
        Whose chain.
    head
        Number and hash of the last entry, as the table of heads has them.
    known
        Heads that somebody kept elsewhere.
    shift
        How many entries more the head counts than there are.
    neighbours
        Asked about rows that may have been moved.
    """

    def __init__(
        self, tenant: str, head: KnownHead, known: Sequence[KnownHead], shift: int, neighbours: Neighbours
    ) -> None:
        self.findings: list[Finding] = []
        self.entries = 0
        self._tenant = tenant
        self._head = head
        self._known = {kept.sequence: kept for kept in known if kept.sequence}
        self._shift = shift
        self._neighbours = neighbours
        self._traced = 0
        self._before = _Seen(0, 0, NO_ENTRY, "", told=False)
        self._present = NumberRanges()
        self._reduced = NumberRanges()
        self._retained = NumberRanges()

    def take(self, row: Row) -> bool:
        """Check the next row and say whether its content, wherever it stands, is what was written."""
        self.entries += 1
        sequence, before = row["sequence"], self._before
        if not isinstance(sequence, int) or sequence < 1:
            self._find(0, "inserted", f"An entry has the number {sequence!r}; they count from 1.")
            return False
        written = self._written_as(row)
        whole = written is not None and _payload_is_whole(row)
        self._present.add(written or sequence, written or sequence)
        told = self._tell_own(row, written)
        if before.sequence == sequence - 1 and row["previous"] != before.hash and not before.told:
            told |= self._tell_link(sequence, written)
        kept = self._known.pop(sequence, None)
        if kept and kept.hash != row["hash"] and not told:
            told = self._find(sequence, "changed", "Its hash is not the one that was kept elsewhere.")
        self._before = _Seen(sequence, written, row["hash"], row["at"], told)
        return whole

    def finish(self) -> list[Finding]:
        """Compare the end of the chain with its head and say all that was found."""
        last, head = self._before, self._head
        at_head = last.sequence > 0 and last.written == head.sequence and not last.told
        if at_head and (last.hash, last.at) != (head.hash, head.at):
            self._find(
                last.sequence, "changed", "It is the last one, and the chain's head says otherwise of it."
            )
        end = max((final for _, final in self._present.ranges()), default=0)
        for first, final in self._present.lacking(head.sequence):
            fault: Fault = "cut off" if first > end else "missing"
            self._find(
                first,
                fault,
                f"Not there: {numbers([(first, final)])}; the chain's head is {head.sequence:,}.",
            )
        for kept in self._known.values():
            self._find(kept.sequence, "cut off", "Not there, and its hash was kept elsewhere.")
        for first, final in self._reduced.without(self._retained):
            self._find(
                first, "missing", f"Payload not there, and no retention took it: {numbers([(first, final)])}."
            )
        return self.findings

    def _tell_own(self, row: Row, written: int | None) -> bool:
        """Tell what is wrong with a row by itself."""
        sequence = row["sequence"]
        if written is None:
            return self._find(sequence, "changed", "Its columns do not make its hash.")
        if row["payload"] is None:
            self._reduced.add(sequence, sequence)
        elif not _payload_is_whole(row):
            return self._find(sequence, "changed", "Its payload does not make its payload's hash.")
        elif row["kind"] == "retention":
            for first, last in parse_canonical(row["payload"])["reduced"]:
                self._retained.add(first, last)
        if written != sequence:
            return self._find(sequence, "reordered", f"It was written as entry {written:,}.")
        if sequence > self._head.sequence:
            return self._find(
                sequence, "inserted", f"It stands behind the chain's head, {self._head.sequence:,}."
            )
        return False

    def _tell_link(self, sequence: int, written: int | None) -> bool:
        """Tell why a row names another hash than that of the row before it, which seemed in order."""
        before = self._before.sequence
        if written == before:
            self._find(
                before, "inserted", "No entry names its hash; the next one was written with its number."
            )
        elif written == sequence and before == 0:
            return self._find(sequence, "changed", "It is the first one and names an entry before it.")
        elif written == sequence:
            self._find(before, "changed", "It was written anew: the next entry names another hash.")
        return False

    def _written_as(self, row: Row) -> int | None:
        """Find the number with which the row's hash was made, if any."""
        sequence = row["sequence"]
        if _fits(row, sequence):
            return int(sequence)
        candidates = [(self._before.written or 0) + 1, sequence + self._shift]
        for candidate in candidates:
            if _fits(row, candidate):
                return int(candidate)
        if self._traced >= _TRACED:
            return None
        self._traced += 1
        preceding, following = self._neighbours(row)
        if preceding is not None and _fits(row, preceding + 1):
            return preceding + 1
        if following is not None and _fits(row, following - 1):
            return following - 1
        return None

    def _find(self, sequence: int, fault: Fault, detail: str) -> bool:
        self.findings.append(Finding(self._tenant, sequence, fault, detail))
        return True


def _payload_is_whole(row: Row) -> bool:
    payload = row["payload"]
    return payload is None or (
        isinstance(payload, str) and sha256_text(payload) == str(row["payload_sha256"])
    )


def _fits(row: Row, sequence: int) -> bool:
    """Tell whether the row's columns, with this number, make its hash; bytes that are no text never do."""
    columns = {name: row[name] for name in HASHED_COLUMNS} | {"sequence": sequence}
    try:
        return bool(entry_hash(row["previous"], columns) == row["hash"])
    except (CanonicalFormError, TypeError, UnicodeEncodeError):
        return False
