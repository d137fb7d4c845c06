"""What is known: the catalogue of sources, their loaders, and the errors that every folder shares.

:func:`locate` finds and verifies a file of the catalogue. The tables are read by :mod:`data.factors`,
:mod:`data.taxonomies`, :mod:`data.concordances`, :mod:`data.prices` and :mod:`data.labelled`, each of which
returns frames with a declared schema.
"""

from data.catalogue import DataFile, Source, data_file, files, sources
from data.location import fetch, locate

__all__ = ["DataFile", "Source", "data_file", "fetch", "files", "locate", "sources"]
