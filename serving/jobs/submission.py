"""Handing in a job: its ledger is kept and its options are checked before it counts as handed in."""

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from features.money import MoneyOptions
from serving.documents.ledger import LedgerReading
from serving.estimation import LedgerOptions
from serving.jobs.errors import JobOptionsError
from serving.jobs.files import JobFiles
from serving.jobs.settings import JobSettings
from serving.jobs.webhook import check_webhook
from serving.store import Actor, AuditStore
from serving.store.jobs import JobRecord, submit

ResultFormat = Literal["csv", "xlsx", "parquet", "jsonl"]
RESULT_FORMATS: Final[tuple[ResultFormat, ...]] = get_args(ResultFormat)


class JobOptions(BaseModel):
    """What the user says about a ledger; as :class:`serving.estimation.LedgerOptions`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mapping: dict[str, str] = Field(default_factory=dict)
    country: str | None = None
    currency: str | None = None
    date: str | None = None
    sheet: str | None = None
    vat: Literal["included", "excluded"] | None = None
    vat_rate: float | None = None
    factor_set: str | None = None
    explain: bool = False

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> "JobOptions":
        """Check what was said.

        Raises
        ------
        JobOptionsError
            If an option is unknown or of another type.
        """
        try:
            return cls.model_validate(dict(said))
        except ValidationError as error:
            fault = error.errors()[0]
            name = ".".join(map(str, fault["loc"]))
            raise JobOptionsError(
                f"Got the option {name!r} with {fault['input']!r}, expected: {fault['msg']}; correct it."
            ) from error

    def ledger_options(self) -> LedgerOptions:
        """Give them as the command line's engine takes them."""
        return LedgerOptions(**self.model_dump())

    def reading(self, path: Path) -> LedgerReading:
        """Begin to read a ledger with them.

        Raises
        ------
        ColumnMappingError, UnknownCurrencyError
            If one of them names nothing that there is.
        """
        return LedgerReading(
            path, mapping=self.mapping, country=self.country, currency=self.currency, date=self.date
        )


def submit_job(
    store: AuditStore,
    actor: Actor,
    settings: JobSettings,
    ledger: BinaryIO,
    name: str,
    options: JobOptions | None = None,
    result: ResultFormat | None = None,
    webhook: str = "",
) -> JobRecord:
    """Hand in a ledger as a job, which an engine then runs.

    Parameters
    ----------
    store, actor
        Who hands it in, and where it is recorded.
    settings
        Where its files go.
    ledger, name
        The file; CSV, XLSX, Parquet, JSON Lines or any other that ``ledgerprint estimate`` reads.
    options
        What the user says about it.
    result
        Format of the result; by default that of the ledger.
    webhook
        URL that is told when the job ends, or "".

    Raises
    ------
    ScopeError
        If the actor may not estimate.
    JobOptionsError, ColumnMappingError, UnknownCurrencyError, InvalidVatRateError
        If an option cannot be used.
    WebhookRefusedError
        If the webhook must not be called.
    JobFilesError
        If the file cannot be kept.
    """
    actor.require("estimate")
    options = options or JobOptions()
    options.reading(Path(name))
    MoneyOptions(vat_rate=options.vat_rate)
    chosen = result or _format_of(name)
    if chosen not in RESULT_FORMATS:
        raise JobOptionsError(f"Got the format {chosen!r}, expected {', '.join(RESULT_FORMATS)}: choose one.")
    if webhook:
        check_webhook(webhook, settings)
    files = JobFiles(settings.folder, actor.tenant, secrets.token_hex(12))
    try:
        digest = files.keep_ledger(name, ledger)
        with store.writing(actor) as writing:
            return submit(
                writing,
                files.job_id,
                name=files.ledger(name).name,
                sha256=digest,
                options=options.model_dump(),
                result=chosen,
                webhook=webhook,
            )
    except BaseException:
        files.remove()
        raise


def _format_of(name: str) -> ResultFormat:
    suffix = Path(name).suffix.lower().removeprefix(".")
    return next((known for known in RESULT_FORMATS if known == suffix), "csv")
