"""Lines as they were received, in a form that the trail can keep."""

import json
from typing import Any, Final

from serving.store.canonical import canonical_json
from serving.store.errors import CanonicalFormError

_TOO_DEEP: Final = "nested too deeply to be kept"


def storable(line: object) -> Any:
    """Give a line as it came; one with values that JSON does not have, as its text.

    Examples
    --------
    >>> storable({"amount": 412.0}), storable({"amount": float("nan")})
    ({'amount': 412.0}, '{"amount": NaN}')
    """
    try:
        canonical_json(line)  # type: ignore[arg-type]
    except CanonicalFormError:
        return _text(line)
    return line


def _text(line: object) -> str:
    try:
        return json.dumps(line)
    except (RecursionError, ValueError):
        return _TOO_DEEP
