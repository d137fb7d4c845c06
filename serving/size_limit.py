"""A bound on the size of a request's body, held before the body is read into memory."""

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
        """Pass a request on while its body stays within the bound."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body: list[Message] = []
        size = 0
        while True:
            message = await receive()
            body.append(message)
            size += len(message.get("body", b""))
            if size > self.max_bytes:
                answer = problem(
                    413,
                    f"The body is larger than {self.max_bytes:,} bytes: send the lines in several requests.",
                    scope["path"],
                )
                await answer(scope, receive, send)
                return
            if message["type"] != "http.request" or not message.get("more_body"):
                break
        replay = iter(body)

        async def replayed() -> Message:
            return next(replay, None) or await receive()

        await self.app(scope, replayed, send)
