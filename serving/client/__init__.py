"""A typed client of the HTTP API: one method for each operation, answers as pydantic models."""

from serving.client.client import Client
from serving.client.connection import LOCAL_SERVICE, ApiProblemError
from serving.client.jobs import JobCalls, JobFailedError

__all__ = ["LOCAL_SERVICE", "ApiProblemError", "Client", "JobCalls", "JobFailedError"]
