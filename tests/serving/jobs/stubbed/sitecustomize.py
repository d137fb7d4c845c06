"""Lets every process that has this folder in PYTHONPATH load the stub model in place of that of a bundle.

Python imports a module of this name when it starts. It is how a real server, its workers and its engine come
to a model that costs nothing: the program has no switch for that.
"""

import importlib.util
import os
import sys
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

STUB = Path(__file__).resolve().parent.parent / "stub.py"


class _Stubbed(SourceFileLoader):
    def exec_module(self, module: ModuleType) -> None:
        super().exec_module(module)
        module.load_model = _stub_model  # type: ignore[attr-defined]


class _Finder:
    @staticmethod
    def find_spec(name: str, path: Any, target: ModuleType | None = None) -> ModuleSpec | None:
        if name != "models.persistence":
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.origin is not None:
            spec.loader = _Stubbed(name, spec.origin)
        return spec


def _stub_model(*_: object) -> Any:
    spec = importlib.util.spec_from_file_location("jobs_stub", STUB)
    module = importlib.util.module_from_spec(spec)
    sys.modules["jobs_stub"] = module
    spec.loader.exec_module(module)
    log = os.environ.get("STUB_LOG")
    return module.StubModel(Path(log) if log else None, float(os.environ.get("STUB_SECONDS", "0")))


sys.meta_path.insert(0, _Finder)
