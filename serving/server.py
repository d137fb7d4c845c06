"""Starting the service from the command line."""

import ipaddress
import logging
import os
import socket
import tempfile
from contextlib import nullcontext
from pathlib import Path
from typing import Final

from data.errors import LedgerprintError
from models.bundle import load_bundle
from serving.database import absolute_url, open_store, shown_url
from serving.jobs.beside import engine_beside
from serving.jobs.files import require_folder
from serving.jobs.settings import job_settings
from serving.operations.ending import run_until_told
from serving.operations.logs import set_up_logs
from serving.operations.settings import operations_settings
from serving.settings import service_settings
from serving.store.keys import has_keys

_log: Final = logging.getLogger(__name__)
_INSTALLED_IN: Final = Path(__file__).resolve().parent.parent


class AddressError(LedgerprintError):
    """An address that the service cannot or must not listen on."""


def run_server(*, host: str, port: int, bundle: Path | None, workers: int | None) -> None:
    """Serve until interrupted, and run the jobs; nothing is sent anywhere but to clients and webhooks.

    Parameters
    ----------
    host, port
        Where to listen.
    bundle
        Folder of a bundle; ``None`` takes the settings' one.
    workers
        Processes, each with its own model; ``None`` takes the settings' number.

    Raises
    ------
    AddressError
        If the address is none, is taken, or can be reached from other machines while there is no API key.
    BundleError
        If the bundle cannot be read.
    StoreError
        If the audit store cannot be used.
    JobFilesError
        If the folder of the jobs cannot be used. Nothing is started in any of these cases.
    """
    address = _address(host)
    settings = service_settings()
    operations = operations_settings()
    database = absolute_url(settings.database)
    folder = (bundle or settings.bundle).resolve()
    jobs = job_settings(database)
    load_bundle(folder)
    _require_free(address, port)
    _require_keys(address, database)
    require_folder(jobs.folder)
    set_up_logs(operations)
    _log.info("audit store", extra={"database": shown_url(database)})
    with tempfile.TemporaryDirectory(prefix="ledgerprint-") as scratch:
        # The worker processes read these. A folder of its own keeps the metrics of two servers apart.
        os.environ["LEDGERPRINT_BUNDLE"] = str(folder)
        os.environ["LEDGERPRINT_DATABASE"] = database
        os.environ["LEDGERPRINT_JOBS_FOLDER"] = str(jobs.folder.resolve())
        os.environ["LEDGERPRINT_WORKERS"] = str(workers or settings.workers)
        os.environ.setdefault("BENTOML_HOME", scratch)
        os.environ["BENTOML_DO_NOT_TRACK"] = "True"
        import bentoml  # noqa: PLC0415
        from bentoml._internal.configuration.containers import BentoMLContainer  # noqa: PLC0415

        metrics = Path(BentoMLContainer.prometheus_multiproc_dir.get())
        # Imports start at the working folder, where a user's own folder "data" must not be taken for ours.
        server = bentoml.serve(
            "serving.service:Ledgerprint",
            host=address,
            port=port,
            working_dir=str(_INSTALLED_IN),
            blocking=False,
        )
        _log.info("listening", extra={"url": server.url, "workers": workers or settings.workers})
        with engine_beside(metrics) if jobs.engine else nullcontext():
            run_until_told(server, operations.drain_seconds)


def _address(host: str) -> str:
    try:
        return str(ipaddress.ip_address("127.0.0.1" if host == "localhost" else host))
    except ValueError as error:
        raise AddressError(
            f"Got the host {host!r}, expected an IP address such as 127.0.0.1: name one."
        ) from error


def _require_keys(address: str, database: str) -> None:
    """Open the store, and refuse an address that others can reach while anybody may ask."""
    with open_store(database) as store:
        keys = has_keys(store, usable=True)
    if not (keys or ipaddress.ip_address(address).is_loopback):
        raise AddressError(
            f"Got the host {address}, which other machines can reach, while there is no API key: make one "
            "with `ledgerprint keys create --name NAME --scope estimate`, or listen on 127.0.0.1."
        )


def _require_free(address: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except (OSError, OverflowError) as error:
            raise AddressError(
                f"Cannot listen on {address} port {port} ({error}): choose another."
            ) from error
