"""The work of a job: its ledger is cut into batches, each is estimated and recorded, a result is made."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Protocol, cast

import numpy as np
import pandas as pd

from models.footprint import EstimateOptions, FootprintModel
from serving.documents.contents import Contents
from serving.documents.goods_numbers import gtin_notes
from serving.documents.parts import PART_ROWS, WHOLE_BYTES, LedgerParts
from serving.estimation import money_options
from serving.jobs.errors import JobResultError
from serving.jobs.files import JobFiles, ReadFile, ReadLedger
from serving.jobs.submission import JobOptions
from serving.operations.metrics import count_estimates
from serving.outputs import output_table, write_tables
from serving.overrides import apply_overrides, find_overrides
from serving.store import Actor, AuditStore
from serving.store.canonical import Json
from serving.store.jobs import (
    JobRecord,
    batch_digests,
    end,
    find,
    is_recorded,
    ledger_is_read,
    record_batch,
)


class Model(Protocol):
    """What a job asks of :class:`models.footprint.FootprintModel`."""

    version: str

    def predict(self, lines: pd.DataFrame, options: EstimateOptions) -> pd.DataFrame:
        """Estimate line items."""


GetModel = Callable[[str], Model]
"""Gives the model of a version; of "" the one that new jobs are estimated with."""


@dataclass(frozen=True)
class JobWork:
    """Everything that is done for one job; each step may be done again from its beginning.

    Parameters
    ----------
    store
        Where it is recorded.
    files
        Of the job.
    batch_lines
        Lines of a batch, for a ledger that is not read yet.
    part_rows, whole_bytes
        As of :func:`serving.documents.parts.read_parts`.
    """

    store: AuditStore
    files: JobFiles
    batch_lines: int
    part_rows: int = PART_ROWS
    whole_bytes: int = WHOLE_BYTES

    def job(self) -> JobRecord:
        """Read the job as it is now."""
        with self.store.reading(Actor(self.files.tenant, "", frozenset())) as reading:
            return find(reading, self.files.job_id)

    def read(self) -> int:
        """Read the ledger into batches and give their number.

        Raises
        ------
        LedgerprintError
            If it cannot be read.
        JobStateError
            If the job has ended.
        """
        job = self.job()
        found = self.files.read_ledger()
        if found is None:
            found = self._read(job)
            self.files.write_read_ledger(found)
        with self.store.writing(_submitter(job)) as writing:
            ledger_is_read(writing, job.id, found.lines, len(found.batch_lines))
        return len(found.batch_lines)

    def estimate(self, number: int, get_model: GetModel) -> None:
        """Estimate a batch, from 1, and record it; one that is recorded is left as it is.

        What people know about goods by now is applied, and kept with the estimates: a batch that was not
        recorded and is done again may know more, and is what counts.

        Raises
        ------
        LedgerprintError
            If its lines cannot be estimated with the job's options.
        JobStateError
            If the job has ended, or began with another model.
        """
        job = self.job()
        with self.store.reading(_submitter(job)) as reading:
            if is_recorded(reading, job.id, number):
                return
        found, lines, options = self._asked(job, number)
        model = get_model(job.model_version)
        estimates = model.predict(lines, options)
        with self.store.reading(_submitter(job)) as reading:
            overrides = find_overrides(reading, lines, options.money)
        # what people know is applied with the categories and factors of a whole model
        estimates = apply_overrides(cast("FootprintModel", model), lines, estimates, overrides, options)
        if list(estimates["line_id"]) != list(lines["line_id"]):
            raise JobResultError(f"Got estimates of other lines in batch {number}: report this fault.")
        notes = gtin_notes(lines)
        estimates = estimates.assign(explanation=estimates["explanation"] + notes)
        # the file comes first: where the mark is, the file is
        sha256 = self.files.write("estimates", number, estimates)
        source = self.files.read("source", number).reindex(columns=found.columns, fill_value="")
        received: list[Json] = [
            dict(zip(found.columns, row, strict=True)) for row in source.to_numpy().tolist()
        ]
        with self.store.writing(_submitter(job)) as writing:
            record_batch(writing, job.id, number, received, lines, estimates, options, sha256, notes)
        count_estimates(lines, estimates)

    def finish(self) -> None:
        """Put the result together in the order of the ledger, with its own columns, and end the job.

        Raises
        ------
        JobResultError
            If a file of a batch is not the one that was recorded.
        OutputError
            If the format cannot hold so many lines.
        JobStateError
            If the job has ended.
        """
        job = self.job()
        notes = [*self._known().notes, *write_tables(self._tables(), self.files.result(job.result))]
        with self.store.writing(_submitter(job)) as writing:
            end(writing, job.id, "finished", {"lines": job.lines, "batches": job.batches, "notes": notes})

    def fail(self, detail: str) -> None:
        """End the job because of a fault."""
        with self.store.writing(_submitter(self.job())) as writing:
            end(writing, self.files.job_id, "failed", {}, detail)

    def _known(self) -> ReadLedger:
        found = self.files.read_ledger()
        if found is None:
            raise JobResultError(f"Got no read ledger of the job {self.files.job_id}: hand it in again.")
        return found

    def _read(self, job: JobRecord) -> ReadLedger:
        options = JobOptions.of(job.options)
        contents = Contents(
            self.files.ledger(job.name), options.reading, options.sheet, self.part_rows, self.whole_bytes
        )
        columns: dict[str, None] = {}
        files: list[ReadFile] = []
        notes: list[str] = []
        batches = 0
        for parts in contents.ledgers():
            money, vat_note = money_options(parts.first, options.ledger_options())
            sizes, repeat = self._write_batches(parts, batches, columns)
            batches += len(sizes)
            files.append(
                ReadFile(
                    batch_lines=sizes,
                    numbered=repeat or parts.reading.so_far.ids_repeat,
                    prefix=parts.numbered,
                    amounts_include_vat=money.amounts_include_vat,
                )
            )
            name = f"{parts.first.file}: " if parts.first.file else ""
            notes += [f"{name}{note}" for note in (*parts.first.notes, vat_note)]
        return ReadLedger(columns=list(columns), files=files, notes=[*notes, *contents.notes])

    def _write_batches(
        self, parts: LedgerParts, before: int, columns: dict[str, None]
    ) -> tuple[list[int], bool]:
        """Write the batches of a ledger behind those before it; give their sizes, and whether ids repeat."""
        sizes: list[int] = []
        ids = []
        for source, lines in chain([(parts.first.source, parts.first.lines)], parts.following):
            columns.update(dict.fromkeys(map(str, source.columns)))
            ids.append(pd.util.hash_array(lines["line_id"].to_numpy(dtype=object)))
            for start in range(0, len(lines), self.batch_lines):
                cut = slice(start, start + self.batch_lines)
                sizes.append(len(lines.iloc[cut]))
                self.files.write("source", before + len(sizes), source.iloc[cut])
                self.files.write("lines", before + len(sizes), lines.iloc[cut])
        return sizes, len(np.unique(np.concatenate(ids))) < sum(sizes)

    def _asked(self, job: JobRecord, number: int) -> tuple[ReadLedger, pd.DataFrame, EstimateOptions]:
        found, options = self._known(), JobOptions.of(job.options)
        return found, batch_lines(self.files, found, number), batch_options(options, found, number)

    def _tables(self) -> Iterator[pd.DataFrame]:
        found = self._known()
        with self.store.reading(Actor(self.files.tenant, "", frozenset())) as reading:
            digests = batch_digests(reading, self.files.job_id)
        for number, digest in enumerate(digests, 1):
            source = self.files.read("source", number).reindex(columns=found.columns, fill_value="")
            yield output_table(source, self.files.read("estimates", number, digest))[0]


def batch_lines(files: JobFiles, found: ReadLedger, number: int) -> pd.DataFrame:
    """Read the line items of a batch as they are estimated."""
    lines = files.read("lines", number)
    file, above = found.file_of(number)
    if file.numbered:
        lines["line_id"] = [f"{file.prefix}{above + row}" for row in range(1, len(lines) + 1)]
    return lines


def batch_options(options: JobOptions, found: ReadLedger, number: int) -> EstimateOptions:
    """Say what the lines of a batch are estimated with: whether VAT is in them differs between ledgers."""
    file, _ = found.file_of(number)
    return options.estimate_options(amounts_include_vat=file.amounts_include_vat)


def _submitter(job: JobRecord) -> Actor:
    """Whoever handed a job in is who its estimates are recorded for."""
    return Actor(job.tenant, job.who, frozenset({"estimate"}))
