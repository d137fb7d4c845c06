"""The model of a version: the one that is served, or one of the archive."""

import threading
from collections.abc import Callable

from models.footprint import FootprintModel
from models.persistence import load_model
from serving.ledgers.opening import GetModel
from serving.replay.archive import BundleArchive


def served_or_archived(
    get_served: Callable[[], FootprintModel], archive: BundleArchive, threads: int | None = None
) -> GetModel:
    """Say how the model that made an estimate is found.

    Parameters
    ----------
    get_served
        Gives the model that is served.
    archive
        Holds the others; the last one that was loaded stays at hand.
    threads
        Of the text encoder.
    """
    lock = threading.Lock()
    loaded: dict[str, FootprintModel] = {}

    def get(version: str) -> FootprintModel:
        served = get_served()
        if version in {"", served.version}:
            return served
        with lock:
            if version not in loaded:
                model = load_model(archive.find(version), threads)
                loaded.clear()
                loaded[version] = model
            return loaded[version]

    return get
