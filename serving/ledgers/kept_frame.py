"""A ledger's frame in one file of the job's folder, so that it is put together once."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from serving.jobs.files import JobFiles, write_whole
from serving.store.job_batches import RecordedBatch

_FORMAT: Final = "1"
"""Of the columns; a file of another format is made anew."""
_MADE_FROM: Final = b"ledgerprint.made_from"


def kept_frame(files: JobFiles, batches: Sequence[RecordedBatch]) -> pd.DataFrame | None:
    """Read the frame that was kept; ``None`` where there is none of these batches.

    Parameters
    ----------
    files
        Of the job.
    batches
        All that are recorded.
    """
    path = _path(files)
    try:
        if (pq.read_schema(path).metadata or {}).get(_MADE_FROM) != _digest(batches):
            return None
        return pd.read_parquet(path)
    except (OSError, pa.ArrowException):
        # it is made from files that are there, and can be made from them again
        return None


def keep_frame(files: JobFiles, batches: Sequence[RecordedBatch], frame: pd.DataFrame) -> None:
    """Keep a frame in place of any that is there.

    Raises
    ------
    JobFilesError
        If it cannot be written.
    """
    table = pa.Table.from_pandas(frame, preserve_index=False)
    table = table.replace_schema_metadata({**table.schema.metadata, _MADE_FROM: _digest(batches)})
    write_whole(_path(files), lambda file: pq.write_table(table, file, compression="zstd"))


def _path(files: JobFiles) -> Path:
    return files.folder / "frame.parquet"


def _digest(batches: Sequence[RecordedBatch]) -> bytes:
    told = "\n".join([_FORMAT, *(batch.sha256 for batch in batches)])
    return hashlib.sha256(told.encode("ascii")).hexdigest().encode("ascii")
