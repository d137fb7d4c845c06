"""Bulk jobs: ledgers of any size, estimated in batches, every line recorded once whatever happens meanwhile.

:func:`submit_job` hands in; :class:`serving.jobs.engine.JobEngine` runs what was handed in, in this or
another process; :mod:`serving.store.jobs` finds, lists and cancels.
"""

from serving.jobs.batches import JobWork
from serving.jobs.files import JobFiles
from serving.jobs.results import line_errors, result_file
from serving.jobs.settings import JobSettings, job_settings
from serving.jobs.submission import RESULT_FORMATS, JobOptions, ResultFormat, submit_job

__all__ = [
    "RESULT_FORMATS",
    "JobFiles",
    "JobOptions",
    "JobSettings",
    "JobWork",
    "ResultFormat",
    "job_settings",
    "line_errors",
    "result_file",
    "submit_job",
]
