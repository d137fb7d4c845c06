"""Webhooks: the end of a job is announced with a signed request, and never to where it should not go.

Signed as https://www.standardwebhooks.com says: HMAC-SHA256 of id, timestamp and body, joined by points. A
receiver makes the signature again with its tenant's secret and refuses old timestamps.
"""

import base64
import hashlib
import hmac
import ipaddress
import json
import socket
from datetime import datetime
from typing import Final

import urllib3
from urllib3.util import Url, parse_url

from serving.jobs.errors import WebhookFailedError, WebhookRefusedError
from serving.jobs.settings import JobSettings
from serving.store.jobs import JobRecord

_PORTS: Final = {"https": 443, "http": 80}
_MOST_CHARACTERS: Final = 2_000
_SHOWN: Final = 200
_TRANSLATED: Final = ipaddress.IPv6Network("64:ff9b::/96")
"""Addresses of IPv4 behind a translator (RFC 6052)."""


def tenant_secret(settings: JobSettings, tenant: str) -> str:
    """Make the secret that a tenant's webhooks are signed with; it is stored nowhere.

    Raises
    ------
    WebhookRefusedError
        If no secret is set to make it from.
    """
    if settings.webhook_secret is None:
        raise WebhookRefusedError(
            "Got a webhook and no secret to sign it with, expected one: set LEDGERPRINT_JOBS_WEBHOOK_SECRET."
        )
    key = settings.webhook_secret.get_secret_value().encode()
    return "whsec_" + base64.b64encode(hmac.digest(key, f"webhook:{tenant}".encode(), "sha256")).decode()


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Sign a message: ``v1,`` and the HMAC-SHA256 in Base64."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def check_webhook(text: str, settings: JobSettings) -> None:
    """Refuse, when a job is handed in, what could never be called; addresses are looked up when it is.

    Raises
    ------
    WebhookRefusedError
        If it is no URL that may be called, or could not be signed.
    """
    url = _parsed(text, settings)
    tenant_secret(settings, "")
    try:
        address = ipaddress.ip_address((url.host or "").strip("[]"))
    except ValueError:
        return
    _require_public(str(address), settings)


def announce(job: JobRecord, settings: JobSettings, now: datetime) -> None:
    """Tell the job's webhook how it ended.

    The address is looked up once, checked, and that very address is called, so that a name cannot lead
    elsewhere in between. No redirect is followed, no proxy is used, and of the answer only its status counts.

    Raises
    ------
    WebhookRefusedError
        If it must not be called; calling again would not help.
    WebhookFailedError
        If it cannot be reached or does not answer with success.
    """
    url = _parsed(job.webhook, settings)
    host = (url.host or "").strip("[]")
    port = url.port or _PORTS[url.scheme or ""]
    address = _looked_up(host, port, settings)
    body = json.dumps(_message(job, now)).encode()
    timestamp = int(now.timestamp())
    message_id = f"job_{job.id}"
    headers = {
        "Host": url.netloc or host,
        "Content-Type": "application/json",
        "User-Agent": "ledgerprint",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(tenant_secret(settings, job.tenant), message_id, timestamp, body),
    }
    timeout = urllib3.Timeout(total=settings.webhook_timeout_seconds)
    pool: urllib3.HTTPConnectionPool = (
        urllib3.HTTPSConnectionPool(
            address,
            port,
            timeout=timeout,
            server_hostname=host,
            assert_hostname=host,
            cert_reqs="CERT_REQUIRED",
        )
        if url.scheme == "https"
        else urllib3.HTTPConnectionPool(address, port, timeout=timeout)
    )
    try:
        with pool:
            answer = pool.urlopen(
                "POST",
                url.request_uri,
                body=body,
                headers=headers,
                redirect=False,
                retries=False,
                preload_content=False,
            )
            answer.close()
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise WebhookFailedError(
            f"Got no answer from {host} ({type(error).__name__}), expected 2xx."
        ) from error
    if not 200 <= answer.status < 300:  # noqa: PLR2004 - success
        raise WebhookFailedError(f"Got {answer.status} from {host}, expected 2xx.")


def _message(job: JobRecord, now: datetime) -> dict[str, object]:
    done = job.progress
    return {
        "type": f"job.{job.status}",
        "timestamp": now.isoformat(),
        "data": {
            "job_id": job.id,
            "status": job.status,
            "detail": job.detail,
            "name": job.name,
            "lines": job.lines,
            "recorded": done.lines,
            "estimated": done.estimated,
            "review": done.review,
            "excluded": done.excluded,
            "unmatched": done.unmatched,
            "errors": done.errors,
        },
    }


def _parsed(text: str, settings: JobSettings) -> Url:
    allowed = ("https", "http") if settings.webhook_private else ("https",)
    try:
        url = parse_url(text)
    except urllib3.exceptions.LocationParseError:
        url = Url()
    strange = not text.isprintable() or len(text) > _MOST_CHARACTERS or "\\" in text
    if strange or url.auth or not url.host or url.scheme not in allowed:
        raise WebhookRefusedError(
            f"Got a webhook that is no {' or '.join(allowed)} URL with a host and without a password, "
            "expected one such as https://example.com/ledgerprint: correct it."
        )
    return url


def _looked_up(host: str, port: int, settings: JobSettings) -> str:
    """Give an address of the host; all that it has must be public."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise WebhookFailedError(f"Got no address of {host[:_SHOWN]}, expected one.") from error
    addresses = [str(entry[4][0]) for entry in found]
    for address in addresses:
        _require_public(address, settings)
    return addresses[0]


def _require_public(text: str, settings: JobSettings) -> None:
    address = ipaddress.ip_address(text.partition("%")[0])
    public = all(one.is_global and not one.is_multicast for one in (address, *_within(address)))
    if not (public or settings.webhook_private):
        raise WebhookRefusedError(
            "Got a webhook that leads to an address which is not public, expected one on the internet: name "
            "another, or set LEDGERPRINT_JOBS_WEBHOOK_PRIVATE where your receivers lie in your own network."
        )


def _within(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> list[ipaddress.IPv4Address]:
    """Give the addresses of IPv4 that one of IPv6 stands for."""
    if isinstance(address, ipaddress.IPv4Address):
        return []
    translated = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF) if address in _TRANSLATED else None
    return [one for one in (address.ipv4_mapped, address.sixtofour, translated) if one is not None]
