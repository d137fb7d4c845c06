r"""The canonical form: the one text of a value that is hashed, stored and compared.

JSON in ASCII: keys sorted by code point, no white space, everything outside of ASCII and every control
character as ``\uXXXX`` in lower case, characters beyond the basic plane as a surrogate pair, floats as the
shortest digits that give the same float back (Python's ``repr``), whole numbers without a point. NaN and the
infinities have no form and are refused.

This is not RFC 8785, whose numbers are all floats: there 1 and 1.0 are one, and whole numbers above 2**53
lose digits. Here a value comes back as what it was.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from serving.store.errors import CanonicalFormError

Json = Mapping[str, Any] | Sequence[Any] | str | int | float | bool | None
"""A value of JSON; tuples become lists."""

_ENCODER: Final = json.JSONEncoder(
    ensure_ascii=True, allow_nan=False, sort_keys=True, separators=(",", ":"), check_circular=False
)
_CONTAINERS: Final = (dict, list, tuple)


def canonical_json(value: Json) -> str:
    r"""Write a value in its canonical form.

    Raises
    ------
    CanonicalFormError
        If it has none.

    Examples
    --------
    >>> canonical_json({"kg": 0.1 + 0.2, "goods": "Käse", "count": 3, "mass": None})
    '{"count":3,"goods":"K\\u00e4se","kg":0.30000000000000004,"mass":null}'
    """
    try:
        _require_text_keys(value)
        return _ENCODER.encode(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise CanonicalFormError(
            f"Got a value that has no canonical form ({error}), expected finite numbers, texts, lists and "
            "objects, no more than some hundred deep: leave the value out or say it as text."
        ) from error


def parse_canonical(text: str) -> Any:
    """Read a canonical form back: ``parse_canonical(canonical_json(value)) == value``."""
    return json.loads(text)


def sha256_text(text: str) -> str:
    """SHA-256 of a canonical form, in hexadecimal; what is no canonical form any more has one, too."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _require_text_keys(value: object) -> None:
    """Refuse other keys: the encoder would write 1 and "1" alike."""
    if isinstance(value, dict) and set(map(type, value)) - {str}:
        strange = next(key for key in value if type(key) is not str)
        raise CanonicalFormError(f"Got the key {strange!r}, expected a text: write it as one.")
    if isinstance(value, _CONTAINERS):
        for item in value.values() if isinstance(value, dict) else value:
            if isinstance(item, _CONTAINERS):
                _require_text_keys(item)
