# Every target sets up what it needs, and only what has changed since the last time.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OUT := out

# PyTorch's own package index offers a build without CUDA (200 MB instead of several GB):
#   make demo TORCH_INDEX=https://download.pytorch.org/whl/cpu
TORCH_INDEX ?=
TORCH := $(shell sed -n 's/^ *"\(torch==[0-9.]*\)",/\1/p' pyproject.toml)

.PHONY: help demo test check format serve bento pictures clean

help:
	@echo 'make demo    install, estimate the shipped ledgers, write $(OUT)/demo.csv and $(OUT)/demo.html'
	@echo 'make test    install, run the tests'
	@echo 'make check   install, check format, lint, types and import layers, run the tests'
	@echo 'make serve   install, serve the estimates on http://127.0.0.1:3000'
	@echo 'make pictures install, take the pictures of docs/workbench.md anew (needs chromium)'
	@echo 'make bento   install, build a bento of the service, start it and ask it'

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(None if (3, 11) <= sys.version_info < (3, 13) else "ledgerprint needs Python 3.11 or 3.12, got " + sys.version.split()[0] + ": make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.torch: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(TORCH) $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX))
	@touch $@

$(VENV)/.installed: $(VENV)/.torch pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: $(VENV)/.installed
	@mkdir -p $(OUT)
	$(BIN)/ledgerprint estimate data/examples/hospital.csv data/examples/council.csv data/examples/university.csv --output $(OUT)/demo.csv --report $(OUT)/demo.html

test: $(VENV)/.installed-dev
	$(BIN)/pytest

check: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest

format: $(VENV)/.installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

serve: $(VENV)/.installed
	$(BIN)/ledgerprint serve

bento: $(VENV)/.installed-dev
	BENTOML_DO_NOT_TRACK=True $(BIN)/bentoml build .
	$(BIN)/pytest tests/e2e/test_bento.py

pictures: $(VENV)/.installed-dev
	$(BIN)/python docs/take_pictures.py

clean:
	rm -rf $(VENV) $(OUT) build *.egg-info .mypy_cache .ruff_cache .pytest_cache
