"""Settings of bulk jobs, from environment variables ``LEDGERPRINT_JOBS_*``."""

from pathlib import Path

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from serving.database import folder_of
from serving.settings import DEFAULT_DATABASE, SettingsError


class JobSettings(BaseSettings):
    """Where the files of jobs lie, and how jobs are run and announced."""

    model_config = SettingsConfigDict(env_prefix="LEDGERPRINT_JOBS_", frozen=True)

    folder: Path = Field(
        default=folder_of(f"sqlite:///{DEFAULT_DATABASE}", "jobs"),
        description="ledgers, batches and results; else beside the SQLite file, or in the user's data folder",
    )
    engine: bool = Field(
        default=True, description="whether the service runs the jobs; else `ledgerprint jobs run` does"
    )
    niceness: int = Field(
        default=10, ge=0, le=19, description="how far the service's engine stands back behind its calls"
    )
    max_upload_bytes: int = Field(default=1 << 30, ge=1, description="largest ledger taken over HTTP")
    batch_lines: int = Field(default=2_000, ge=1, le=20_000, description="lines that are estimated at once")
    webhook_secret: SecretStr | None = Field(
        default=None, min_length=16, description="what the secrets of all tenants' webhooks are made from"
    )
    webhook_private: bool = Field(
        default=False, description="whether webhooks may lead to private addresses, and need no HTTPS"
    )
    webhook_attempts: int = Field(default=8, ge=1, description="calls before a webhook is given up")
    webhook_wait_seconds: float = Field(
        default=5.0, gt=0, description="wait before the second call; doubled before each later one"
    )
    webhook_timeout_seconds: float = Field(default=10.0, gt=0, description="how long a call may take")


def job_settings(database: str) -> JobSettings:
    """Read the settings.

    Parameters
    ----------
    database
        URL of the audit store, which the folder lies beside if nobody says where.

    Raises
    ------
    SettingsError
        If one of them cannot be used; a secret is not shown.
    """
    try:
        settings = JobSettings()
    except ValidationError as error:
        fault = error.errors(include_input=False)[0]
        name = f"LEDGERPRINT_JOBS_{fault['loc'][0]}".upper()
        expected = fault["msg"].removeprefix("Input should be ")
        raise SettingsError(f"Got a {name} that cannot be used, expected {expected}: correct it.") from None
    if "folder" in settings.model_fields_set:
        return settings
    return settings.model_copy(update={"folder": folder_of(database, "jobs")})
