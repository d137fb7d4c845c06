"""A bound on the size of a request's body, held before anything tries to read it whole."""

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.problems import problem

MAX_BODY_BYTES: Final = 8 * 1024 * 1024


class BodySizeLimit:
    """ASGI middleware that answers 413 to a body above a size, whether or not its length was declared.

    Parameters
    ----------
    app
        The application behind.
    max_bytes
        Largest body let through.
    """

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self.app = app
        self.max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on if its body stays within the bound."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = await self._read(receive)
        if body is None:
            detail = f"The body is larger than {self.max_bytes:,} bytes: send the lines in several requests."
            await problem(413, detail, scope["path"])(scope, receive, send)
            return
        replay = iter(body)

        async def replayed() -> Message:
            return next(replay, None) or await receive()

        await self.app(scope, replayed, send)

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
