"""What every call does: it asks, and reads the answer or the problem."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, Protocol, TypeVar

import httpx
from pydantic import BaseModel

from data.errors import LedgerprintError

LOCAL_SERVICE: Final = "http://127.0.0.1:3000"

Answer = TypeVar("Answer", bound=BaseModel)
Item_co = TypeVar("Item_co", covariant=True)


class ApiProblemError(LedgerprintError):
    """What the service answered instead (RFC 9457).

    Attributes
    ----------
    status
        HTTP status.
    title, detail
        As the service says them.
    retry_after_seconds
        When to ask again, ``None`` where asking again does not help.
    """

    def __init__(self, status: int, title: str, detail: str, retry_after_seconds: int | None) -> None:
        super().__init__(f"{title} ({status}): {detail}")
        self.status = status
        self.title = title
        self.detail = detail
        self.retry_after_seconds = retry_after_seconds


class _Page(Protocol[Item_co]):
    @property
    def items(self) -> Sequence[Item_co]: ...

    @property
    def cursor(self) -> str: ...


class Connection:
    """A connection to one service.

    Parameters
    ----------
    url, key, timeout_seconds
        As of :class:`serving.client.Client`.
    """

    def __init__(self, url: str, key: str, timeout_seconds: float) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._http = httpx.Client(base_url=f"{url.rstrip('/')}/v1", headers=headers, timeout=timeout_seconds)

    def close(self) -> None:
        """Close it."""
        self._http.close()

    def get(self, kind: type[Answer], path: str, **asked: Any) -> Answer:
        """Read a resource; what is ``None`` is not asked for."""
        return kind.model_validate_json(_checked(self._http.get(path, params=_told(asked))))

    def post(self, kind: type[Answer], path: str, body: Mapping[str, Any], key: str | None) -> Answer:
        """Send a document, once for a key."""
        return kind.model_validate_json(_checked(self._http.post(path, json=body, headers=_once(key))))

    def put(self, kind: type[Answer], path: str, body: Mapping[str, Any]) -> Answer:
        """Send a document that takes the place of the one before."""
        return kind.model_validate_json(_checked(self._http.put(path, json=body)))

    def upload(
        self,
        kind: type[Answer],
        path: str,
        content: Iterator[bytes],
        asked: Mapping[str, Any],
        key: str | None,
    ) -> Answer:
        """Send a file piece by piece, once for a key."""
        headers = {"Content-Type": "application/octet-stream"} | _once(key)
        answer = self._http.post(path, content=content, params=_told(asked), headers=headers)
        return kind.model_validate_json(_checked(answer))

    @contextmanager
    def download(self, path: str) -> Iterator[Iterator[bytes]]:
        """Read a file piece by piece."""
        with self._http.stream("GET", path) as answer:
            if not answer.is_success:
                answer.read()
                _checked(answer)
            yield answer.iter_bytes()


def each(page: Callable[[str], _Page[Item_co]]) -> Iterator[Item_co]:
    """Go through the items of all pages."""
    cursor = ""
    while True:
        found = page(cursor)
        yield from found.items
        cursor = found.cursor
        if not cursor:
            return


def plain(model: BaseModel) -> dict[str, Any]:
    """Write a document as JSON has it, without what was not said."""
    return model.model_dump(mode="json", exclude_none=True)


def _told(asked: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in asked.items() if value is not None}


def _once(key: str | None) -> dict[str, str]:
    return {"Idempotency-Key": key} if key is not None else {}


def _checked(answer: httpx.Response) -> bytes:
    if answer.is_success:
        return answer.content
    try:
        said = answer.json()
    except ValueError:
        said = {}
    retry = answer.headers.get("retry-after", "")
    raise ApiProblemError(
        answer.status_code,
        str(said.get("title", answer.reason_phrase)),
        str(said.get("detail", "The answer is no problem document.")),
        int(retry) if retry.isdigit() else None,
    )
