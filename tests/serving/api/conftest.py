"""The API over a small model, asked from this machine."""

import httpx
import pytest

from tests.serving.small_service import Service
from tests.serving.small_service_fixtures import serve, service, small_model

__all__ = ["serve", "service", "small_model"]


@pytest.fixture
def client(service: Service) -> httpx.Client:
    """This machine, without a key."""
    return service.client()
