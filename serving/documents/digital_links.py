"""GS1 Digital Links: web addresses whose path and query name goods."""

from collections import Counter
from collections.abc import Sequence
from typing import Final
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from biip import ParseError
from biip.gs1_digital_link_uris import GS1DigitalLinkURI
from biip.gs1_element_strings import GS1ElementString

_WORDS: Final = {
    "gtin": "01",
    "itip": "8006",
    "gmn": "8013",
    "cpid": "8010",
    "gln": "414",
    "sscc": "00",
    "lot": "10",
    "ser": "21",
    "cpv": "22",
}
"""Words for application identifiers, of the first edition of the standard; printed codes still carry them."""
_TRADE_ITEMS: Final = frozenset({"01", "02"})
_GTIN_14: Final = 14


def digital_link_elements(address: str) -> Sequence[GS1ElementString]:
    """Read the element strings of a Digital Link.

    Beyond the standard in force, words stand for identifiers, GTINs may lack their leading zeros, and
    attributes that are unknown or empty are passed over.

    Parameters
    ----------
    address
        ``https://example.com/01/09520123456788?3103=000195``, below any path.

    Raises
    ------
    ParseError
        If it is none, or says the same thing twice.
    """
    parts = urlsplit(address)
    if any(character in address for character in '<>{}\\^`"') or "%00" in address:
        raise ParseError("a character is not allowed in an address")
    query = [
        (ai, value.zfill(_GTIN_14) if ai in _TRADE_ITEMS and value.isdigit() else value)
        for ai, value in parse_qsl(parts.query)
        if ai.isdigit()
    ]
    path = [_WORDS.get(segment, segment) for segment in parts.path.split("/")]
    attributes = "&".join(f"{ai}={_escaped(value)}" for ai, value in query)
    elements = _below_any_path(parts.scheme, parts.netloc, path, attributes)
    repeated = [ai for ai, count in Counter(element.ai.ai for element in elements).items() if count > 1]
    repeated += [ai for ai, count in Counter(ai for ai, _ in query).items() if count > 1]
    if repeated:
        raise ParseError(f"({repeated[0]}) stands twice")
    return elements


def _below_any_path(
    scheme: str, host: str, path: Sequence[str], attributes: str
) -> Sequence[GS1ElementString]:
    """Take the longest end of the path that is a Digital Link: a segment before it may look like a key."""
    fault: ParseError | None = None
    for start in range(1, max(2, len(path))):
        address = urlunsplit((scheme, host, "/" + "/".join(path[start:]), attributes, ""))
        try:
            return GS1DigitalLinkURI.parse(address).element_strings
        except ParseError as error:
            fault = fault or error
    raise fault or ParseError("it has no path")


def _escaped(value: str) -> str:
    return value.replace("%", "%25").replace("&", "%26").replace("+", "%2B").replace("#", "%23")
