"""What must not be read in a log: keys, passwords and the secrets of webhooks."""

import os
import re
from collections.abc import Callable, Iterable
from typing import Final

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

_HIDDEN: Final = "***"
_FORMS: Final = (
    r"(?P<key>lp_)[0-9A-Za-z_]+",
    r"(?P<webhook>whsec_)[0-9A-Za-z+/=_-]+",
    r"(?P<scheme>(?i:bearer|basic) )[^\s\"',;]+",
    r"(?P<user>://[^\s/:@\"]*:)[^\s@\"]+(?=@)",
)
_SECRET_SETTINGS: Final = ("LEDGERPRINT_JOBS_WEBHOOK_SECRET", "OTEL_EXPORTER_OTLP_HEADERS")


def redactor(secrets: Iterable[str] = ()) -> Callable[[str], str]:
    """Make a function that hides secrets in a text.

    Hidden is what has the form of an API key, of an ``Authorization`` header, of a webhook's secret or of a
    password in a URL, and every text that is named.

    Examples
    --------
    >>> redactor(["hunter2"])("postgresql://me:pass@db/x with lp_0af and hunter2")
    'postgresql://me:***@db/x with lp_*** and ***'
    """
    named = sorted({re.escape(secret) for secret in secrets if secret}, key=len, reverse=True)
    pattern = re.compile("|".join([*_FORMS, *named]))
    return lambda text: pattern.sub(_shown, text)


def configured_secrets() -> list[str]:
    """Give the secrets that the environment holds for the service."""
    found = [os.environ.get(name, "") for name in _SECRET_SETTINGS]
    try:
        found.append(make_url(os.environ.get("LEDGERPRINT_DATABASE", "")).password or "")
    except ArgumentError:
        return found
    return found


def _shown(match: re.Match[str]) -> str:
    return next((part for part in match.groups() if part), "") + _HIDDEN
