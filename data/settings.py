"""Where reference data is looked for, and whether it may be downloaded: the settings of this folder."""

from pathlib import Path

import pooch
from pydantic import Field, HttpUrl
from pydantic_settings import BaseSettings, SettingsConfigDict


def user_cache() -> Path:
    """Return the folder of this user's cache, as the operating system defines it."""
    return Path(pooch.os_cache("ledgerprint"))


class DataSettings(BaseSettings):
    """Settings of the reference data, each read from the environment as ``LEDGERPRINT_<NAME>``."""

    model_config = SettingsConfigDict(env_prefix="LEDGERPRINT_", extra="ignore", env_ignore_empty=True)

    data: Path | None = Field(default=None, description="folder of the data package, looked at first")
    cache: Path = Field(default_factory=user_cache, description="folder that downloads are kept in")
    download: bool = Field(default=False, description="download a missing file from its pinned upstream")
    download_base: HttpUrl = Field(
        default=HttpUrl("https://raw.githubusercontent.com"),
        description="host that serves <owner>/<repository>/<commit>/<path>: GitHub or a mirror of it",
    )
    download_timeout_s: float = Field(default=30.0, gt=0, description="seconds a server may stay silent")
