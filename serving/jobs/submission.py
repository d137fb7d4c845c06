"""Handing in a job: its ledger is kept and its options are checked before it counts as handed in."""

import hashlib
import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from features.money import MoneyOptions
from models.footprint import EstimateOptions
from serving.documents.ledger import LedgerReading
from serving.documents.readers import require_readable
from serving.estimation import LedgerOptions
from serving.jobs.errors import JobOptionsError
from serving.jobs.files import JobFiles, explained
from serving.jobs.settings import JobSettings
from serving.jobs.webhook import check_webhook
from serving.store import Actor, AuditStore, Writing
from serving.store.jobs import JobRecord, submit

ResultFormat = Literal["csv", "xlsx", "parquet", "jsonl"]
RESULT_FORMATS: Final[tuple[ResultFormat, ...]] = get_args(ResultFormat)
_BLOCK_BYTES: Final = 1 << 20


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

    def estimate_options(self, *, amounts_include_vat: bool) -> EstimateOptions:
        """Say how lines are estimated, once it is known whether amounts include value added tax."""
        money = MoneyOptions(amounts_include_vat=amounts_include_vat, vat_rate=self.vat_rate)
        return EstimateOptions(self.factor_set, money, self.explain)

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


@dataclass(frozen=True)
class Order:
    """What is to be done with a ledger.

    Parameters
    ----------
    name
        Of the ledger's file.
    options
        What the user says about it.
    result
        Format of the result.
    webhook
        URL that is told when the job ends, or "".
    """

    name: str
    options: JobOptions
    result: ResultFormat
    webhook: str

    @classmethod
    def checked(
        cls,
        settings: JobSettings,
        name: str,
        options: JobOptions | None = None,
        result: ResultFormat | None = None,
        webhook: str = "",
    ) -> Self:
        """Check an order before its ledger is taken; the result has the ledger's format if none is named.

        Raises
        ------
        JobOptionsError, ColumnMappingError, UnknownCurrencyError, InvalidVatRateError
            If an option cannot be used.
        WebhookRefusedError
            If the webhook must not be called.
        """
        options = options or JobOptions()
        options.reading(Path(name))
        MoneyOptions(vat_rate=options.vat_rate)
        chosen = result or _format_of(name)
        if chosen not in RESULT_FORMATS:
            raise JobOptionsError(
                f"Got the format {chosen!r}, expected {', '.join(RESULT_FORMATS)}: choose one."
            )
        if webhook:
            check_webhook(webhook, settings)
        return cls(name, options, chosen, webhook)


@dataclass
class HandIn:
    """A ledger that arrives piece by piece; unless its job is recorded, nothing of it is left behind.

    Parameters
    ----------
    files
        Of the new job.
    order
        What is to be done.
    """

    files: JobFiles
    order: Order
    _file: BinaryIO | None = None
    _digest: Any = field(default_factory=hashlib.sha256)
    _known_digest: str = ""
    _recorded: bool = False

    @classmethod
    def begin(cls, settings: JobSettings, actor: Actor, order: Order) -> Self:
        """Make room for a ledger.

        Raises
        ------
        ScopeError
            If the actor may not estimate.
        JobFilesError
            If there is none.
        """
        actor.require("estimate")
        found = cls(JobFiles(settings.folder, actor.tenant, secrets.token_hex(12)), order)
        path = found.files.ledger(order.name)
        with explained(path):
            path.parent.mkdir(parents=True)
            found._file = path.open("wb")
        return found

    @classmethod
    def of_file(
        cls, settings: JobSettings, actor: Actor, order: Order, job_id: str, kept: Path, sha256: str
    ) -> Self:
        """Take a ledger that lies on the disk already; its file stays, and is copied only where it must be.

        Parameters
        ----------
        settings, actor, order
            As of :meth:`begin`.
        job_id
            New.
        kept, sha256
            The file, which is changed by nobody, and its digest.

        Raises
        ------
        ScopeError
            If the actor may not estimate.
        JobFilesError
            If there is no room.
        """
        actor.require("estimate")
        found = cls(JobFiles(settings.folder, actor.tenant, job_id), order, _known_digest=sha256)
        path = found.files.ledger(order.name)
        with explained(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            try:
                path.hardlink_to(kept)
            except OSError:  # another file system, or one without links
                shutil.copyfile(kept, path)
        return found

    def write(self, block: bytes) -> None:
        """Keep the next piece."""
        assert self._file is not None  # noqa: S101 - for mypy; begun means opened
        self._digest.update(block)
        with explained(self.files.ledger(self.order.name)):
            self._file.write(block)

    def finish(self) -> str:
        """Give the SHA-256 of the whole ledger, once the disk has it.

        Raises
        ------
        UnreadableDocumentError
            If no reader takes it.
        """
        path = self.files.ledger(self.order.name)
        if self._file is not None:
            with explained(path), self._file as file:
                file.flush()
                os.fsync(file.fileno())
        require_readable(path)
        return self._sha256

    def record(self, writing: Writing) -> JobRecord:
        """Make the job, which an engine then runs."""
        return submit(
            writing,
            self.files.job_id,
            name=self.files.ledger(self.order.name).name,
            sha256=self._sha256,
            options=self.order.options.model_dump(),
            result=self.order.result,
            webhook=self.order.webhook,
        )

    @property
    def _sha256(self) -> str:
        return self._known_digest or str(self._digest.hexdigest())

    def keep(self) -> None:
        """Let the files stay: the job is recorded."""
        self._recorded = True

    def close(self) -> None:
        """Remove what was kept in vain."""
        if self._file is not None:
            self._file.close()
        if not self._recorded:
            self.files.remove()


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
    options, result, webhook
        As of :meth:`Order.checked`.

    Raises
    ------
    ScopeError
        If the actor may not estimate.
    JobOptionsError, ColumnMappingError, UnknownCurrencyError, InvalidVatRateError, WebhookRefusedError
        As :meth:`Order.checked`.
    UnreadableDocumentError
        If no reader takes the file.
    JobFilesError
        If the file cannot be kept.
    """
    order = Order.checked(settings, name, options, result, webhook)
    handing_in = HandIn.begin(settings, actor, order)
    try:
        while block := ledger.read(_BLOCK_BYTES):
            handing_in.write(block)
        handing_in.finish()
        with store.writing(actor) as writing:
            job = handing_in.record(writing)
        handing_in.keep()
    finally:
        handing_in.close()
    return job


def _format_of(name: str) -> ResultFormat:
    suffix = Path(name).suffix.lower().removeprefix(".")
    return next((known for known in RESULT_FORMATS if known == suffix), "csv")
