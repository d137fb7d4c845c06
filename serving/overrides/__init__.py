"""What people know about the goods of a line, applied to its estimate: corrections, suppliers' figures.

:func:`find_overrides` asks the audit store, :func:`apply_overrides` changes the estimates, and
:func:`recorded_overrides` reads back from a recorded estimate what was known when it was made.
"""

from serving.overrides.application import apply_overrides
from serving.overrides.found import LineOverrides, find_overrides
from serving.overrides.marks import recorded_overrides

__all__ = ["LineOverrides", "apply_overrides", "find_overrides", "recorded_overrides"]
