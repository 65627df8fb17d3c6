# Everything runs in .venv, which the targets make for themselves: with uv where it is installed,
# otherwise with python3 -m venv and pip. constraints.txt pins every package, those of the build too.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help briefing test coverage lint docs benchmark clean

BIN := .venv/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
UV := $(shell command -v uv 2>/dev/null)

# The pins have wheels for Python 3.11 to 3.14.
RANGE := >=3.11,<3.15
SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$python" -c '$(SUPPORTED)' >/dev/null 2>&1 && echo "$$python" && break; done)

# Read by pip and uv alike; the BUILD ones hold for the isolated build of the package itself, which
# older pips pin by PIP_CONSTRAINT. Relative, for a list of paths is split at spaces.
export PIP_CONSTRAINT := constraints.txt
export PIP_BUILD_CONSTRAINT := constraints.txt
export UV_CONSTRAINT := constraints.txt
export UV_BUILD_CONSTRAINT := constraints.txt
export PIP_DISABLE_PIP_VERSION_CHECK := 1

INSTALL := $(if $(UV),uv pip install --quiet --python .venv,$(BIN)/python -m pip install --quiet)

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

briefing: .venv/.runtime ## run the scenario longer-roll with its what-ifs and write its briefing
	$(BIN)/parley run longer-roll --what-ifs --out out
	@echo "The briefing is out/longer-roll/briefing.html: open it in a browser."

test: lint ## lint, check types, run the tests
	$(BIN)/python -m pytest -n auto --dist loadfile

coverage: lint ## the tests again, with the coverage gate; twice as slow before Python 3.12
	$(BIN)/python -m pytest --cov -n auto --dist loadfile

lint: .venv/.dev ## check style, format and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

docs: .venv/.dev ## build the documentation into build/docs
	$(BIN)/python -m sphinx -W --keep-going -q -d build/doctrees docs build/docs
	@echo "The documentation is build/docs/index.html."

benchmark: .venv/.dev ## run the measurements in tests/benchmarks
	$(BIN)/python -m pytest tests/benchmarks -m "" -s

clean: ## remove .venv, caches and builds; results in out/ stay
	rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .benchmarks .coverage .coverage.*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.python:
ifneq ($(UV),)
	uv venv --quiet --allow-existing --python "$(or $(PYTHON),$(RANGE))" .venv
else ifneq ($(PYTHON),)
	"$(PYTHON)" -m venv .venv
else
	@echo "Parley needs Python 3.11 to 3.14, and none is on the PATH. Install one, or uv, which fetches one;" >&2
	@echo "or name one: make PYTHON=/path/to/python3 ..." >&2
	@exit 1
endif
	@touch $@

.venv/.runtime: .venv/.python pyproject.toml constraints.txt
	$(INSTALL) --editable .
	@touch $@

.venv/.dev: .venv/.python pyproject.toml constraints.txt
	$(INSTALL) --editable '.[dev]'
	@touch $@ .venv/.runtime
