"""What can go wrong with bulk jobs, one error a fact."""

from data.errors import LedgerprintError


class JobError(LedgerprintError):
    """Anything about bulk jobs that a user can put right."""


class JobOptionsError(JobError):
    """Options of a job that cannot be used."""


class JobResultError(JobError):
    """A result that is not there, or is not what was recorded."""


class JobFilesError(JobError):
    """The folder of the jobs cannot be used."""


class WebhookRefusedError(JobError):
    """A webhook that must not be called: a private address, no HTTPS, no secret to sign with."""


class WebhookFailedError(JobError):
    """A webhook that was called and did not answer with success."""
