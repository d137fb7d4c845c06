"""The BentoML service: one model, the API mounted at /v1, liveness, readiness and metrics beside it."""

from functools import cache

import bentoml

from models.footprint import FootprintModel
from models.persistence import load_model
from serving.api import create_api
from serving.settings import ServiceSettings


@cache
def served_model() -> FootprintModel:
    """Load the model once for each worker process."""
    settings = ServiceSettings()
    return load_model(settings.bundle, settings.encoder_threads)


@bentoml.service(name="ledgerprint", traffic={"timeout": 60})
@bentoml.asgi_app(create_api(served_model), path="/v1")
class Ledgerprint:
    """Estimates over HTTP; ready once the model has answered."""

    def __init__(self) -> None:
        served_model()
