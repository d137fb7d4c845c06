"""Starting the service from the command line."""

import os
from pathlib import Path

from models.bundle import load_bundle
from serving.settings import ServiceSettings


def run_server(*, host: str, port: int, bundle: Path | None, workers: int) -> None:
    """Serve until interrupted.

    Parameters
    ----------
    host, port
        Where to listen.
    bundle
        Folder of a bundle; ``None`` takes the settings' one.
    workers
        Processes, each with its own model.

    Raises
    ------
    BundleError
        If the bundle cannot be read; nothing is started then.
    """
    if bundle:
        os.environ["LEDGERPRINT_BUNDLE"] = str(bundle.resolve())
    load_bundle(ServiceSettings().bundle)
    os.environ.setdefault("BENTOML_DO_NOT_TRACK", "True")  # no network call that the user did not ask for
    import bentoml  # noqa: PLC0415

    bentoml.serve("serving.service:Ledgerprint", host=host, port=port, api_workers=workers, blocking=True)
