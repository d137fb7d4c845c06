"""What a process keeps at hand: the latest used, as much as the memory set aside for it holds."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Memory(Generic[K, V]):
    """Values by key; those that were not used for longest make room for others. Safe to share by threads.

    Parameters
    ----------
    limit_bytes
        Of all values together; the latest one is kept even if it is larger.
    """

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self._kept: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: K) -> V | None:
        """Give a value that is at hand."""
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key][0]

    def put(self, key: K, value: V, size_bytes: int) -> None:
        """Keep a value in place of any of that key."""
        with self._lock:
            self._kept.pop(key, None)
            self._kept[key] = value, size_bytes
            while len(self._kept) > 1 and self.size_bytes > self.limit_bytes:
                self._kept.popitem(last=False)

    @property
    def size_bytes(self) -> int:
        """Of all values together."""
        return sum(size for _, size in self._kept.values())
