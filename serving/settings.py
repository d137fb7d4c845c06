"""Settings of the service, from environment variables ``LEDGERPRINT_*``."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from models.bundle import DEFAULT_BUNDLE


class ServiceSettings(BaseSettings):
    """What the service is started with."""

    model_config = SettingsConfigDict(env_prefix="LEDGERPRINT_", frozen=True)

    bundle: Path = Field(default=DEFAULT_BUNDLE, description="folder of the model bundle that is served")
    encoder_threads: int | None = Field(default=None, ge=1, description="threads of the text encoder; else every core")
