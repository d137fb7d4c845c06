"""A bound on the size of a request's body, held before anything tries to read it whole."""

from collections.abc import Mapping
from typing import Final

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.problems import problem

MAX_BODY_BYTES: Final = 8 * 1024 * 1024
_FEWER: Final = "send the lines in several requests."
_SPLIT: Final = "split the file, or have LEDGERPRINT_JOBS_MAX_UPLOAD_BYTES raised."


class BodySizeLimit:
    """ASGI middleware that answers 413 to a body above a size, whether or not its length was declared.

    Parameters
    ----------
    app
        The application behind.
    max_bytes
        Largest body let through.
    uploads
        Method and path of the routes that read their body piece by piece -> largest body of each.
    """

    def __init__(
        self, app: ASGIApp, max_bytes: int, uploads: Mapping[tuple[str, str], int] | None = None
    ) -> None:
        self.app = app
        self.max_bytes = max_bytes
        self.uploads = uploads or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on if its body stays within the bound."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        upload = self.uploads.get((scope["method"], scope["path"]))
        if upload is not None:
            await self._pass_through(upload, scope, receive, send)
            return
        body = await self._read(receive)
        if body is None:
            await problem(413, _too_large(self.max_bytes, _FEWER), scope["path"])(scope, receive, send)
            return
        replay = iter(body)

        async def replayed() -> Message:
            return next(replay, None) or await receive()

        await self.app(scope, replayed, send)

    async def _pass_through(self, max_bytes: int, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a body on as it comes; who reads it is told where it is, or is said to be, too large."""
        declared = dict(scope["headers"]).get(b"content-length", b"")
        too_large = declared.isdigit() and int(declared) > max_bytes
        size = 0

        async def counted() -> Message:
            nonlocal size
            if too_large:
                raise HTTPException(413, _too_large(max_bytes, _SPLIT))
            message = await receive()
            size += len(message.get("body", b""))
            if size > max_bytes:
                raise HTTPException(413, _too_large(max_bytes, _SPLIT))
            return message

        await self.app(scope, counted, send)

    async def _read(self, receive: Receive) -> list[Message] | None:
        """Read the messages of a body; ``None`` as soon as they are too large together."""
        body: list[Message] = []
        size = 0
        while True:
            message = await receive()
            body.append(message)
            size += len(message.get("body", b""))
            if size > self.max_bytes:
                return None
            if message["type"] != "http.request" or not message.get("more_body"):
                return body


def _too_large(max_bytes: int, remedy: str) -> str:
    return f"The body is larger than {max_bytes:,} bytes: {remedy}"
