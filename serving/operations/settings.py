"""Settings of the running service, from environment variables ``LEDGERPRINT_*``."""

import sys
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from serving.settings import read_settings


class OperationsSettings(BaseSettings):
    """How the service speaks of itself, and how it ends."""

    model_config = SettingsConfigDict(env_prefix="LEDGERPRINT_", frozen=True)

    log_format: Literal["json", "text"] | None = Field(
        default=None, description="`json`, a line an event, or `text` for people; else text on a terminal"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="least of what is logged; probes are `debug`"
    )
    drain_seconds: float = Field(
        default=2.0,
        ge=0,
        le=600,
        description="how long the service goes on answering after SIGTERM while `/readyz` says 503",
    )

    @property
    def json_lines(self) -> bool:
        """Whether logs are written for machines."""
        return self.log_format == "json" or (self.log_format is None and not sys.stdout.isatty())


def operations_settings() -> OperationsSettings:
    """Read the settings.

    Raises
    ------
    SettingsError
        If one of them cannot be used.
    """
    return read_settings(OperationsSettings)
