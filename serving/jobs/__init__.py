"""Bulk jobs: ledgers of any size, estimated in batches, every line recorded once whatever happens meanwhile.

:func:`serving.jobs.submission.submit_job` hands in, :class:`serving.jobs.engine.JobEngine` runs what was
handed in, in this or another process, :mod:`serving.jobs.results` gives back, and :mod:`serving.store.jobs`
finds, lists and cancels. Nothing is imported here: the commands are, and must start at once.
"""
