"""The HTTP API, version 1: a FastAPI application over a footprint model and an audit store.

Each resource is a file of routes; what they share stands in ``access`` (who asks, and what they may),
``idempotency`` (every POST is answered once) and ``openapi``.
"""

from serving.api.application import create_api
from serving.api.backend import Backend

__all__ = ["Backend", "create_api"]
