"""Settings of the service, from environment variables ``LEDGERPRINT_*``."""

import os
from pathlib import Path
from typing import Final, TypeVar

from platformdirs import user_data_path
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from data.errors import LedgerprintError
from models.bundle import DEFAULT_BUNDLE

DEFAULT_DATABASE: Final = user_data_path("ledgerprint") / "ledgerprint.db"
"""Where the audit store lies if nobody says so."""

Settings = TypeVar("Settings", bound=BaseSettings)


class SettingsError(LedgerprintError):
    """A setting that cannot be used."""


class ServiceSettings(BaseSettings):
    """What the service is started with."""

    model_config = SettingsConfigDict(env_prefix="LEDGERPRINT_", frozen=True)

    bundle: Path = Field(default=DEFAULT_BUNDLE, description="folder of the model bundle that is served")
    workers: int = Field(default=1, ge=1, description="processes, each with its own model")
    encoder_threads: int | None = Field(
        default=None,
        ge=1,
        description="threads of each process's text encoder; else the cores are shared out",
    )
    max_wait_seconds: float = Field(
        default=30.0, gt=0, description="how long a request waits for its turn before it is answered 503"
    )
    database: str = Field(
        default=f"sqlite:///{DEFAULT_DATABASE}",
        description="the audit store: sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE",
    )
    requests_per_minute: int = Field(default=6_000, ge=1, description="of each key and process")
    lines_per_minute: int = Field(
        default=600_000, ge=1_000, description="of each key and process; at least those of one request"
    )
    promotion_log: Path | None = Field(
        default=None, description="the promotion log, where this machine has one"
    )
    bundles: Path | None = Field(
        default=None,
        description="folder of the bundles that made recorded estimates; else beside the SQLite file, or in "
        "the user's data folder",
    )

    @property
    def threads(self) -> int:
        """Threads of each process's text encoder."""
        return self.encoder_threads or max(1, (os.cpu_count() or 1) // self.workers)


def service_settings() -> ServiceSettings:
    """Read the settings.

    Raises
    ------
    SettingsError
        If one of them cannot be used.
    """
    return read_settings(ServiceSettings)


def read_settings(kind: type[Settings]) -> Settings:
    """Read settings from the environment; none of them is a secret, as a value that cannot be used is shown.

    Raises
    ------
    SettingsError
        If one of them cannot be used.
    """
    try:
        return kind()
    except ValidationError as error:
        fault = error.errors()[0]
        name = f"LEDGERPRINT_{fault['loc'][0]}".upper()
        expected = fault["msg"].removeprefix("Input should be ")
        raise SettingsError(
            f"Got {name}={fault['input']}, expected {expected}: correct or unset it."
        ) from error
