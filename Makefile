# Two commands do everything on a machine with Python 3.11, git and make: `make audit` and `make test`.
# Settings: PYTHON (the interpreter to build the environment from), VENV (where), WORKERS (test processes).

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

PYTHON ?= $(shell command -v python3.11 || command -v python3 || command -v python)
VENV ?= .venv
WORKERS ?= 2

# One thread each: the tests and the smoke run processes side by side, and threads that wait by spinning
# would take the cores from each other.
export OMP_NUM_THREADS := 1
export OMP_WAIT_POLICY := PASSIVE

# The stamp is named by content, so that a fresh checkout of the same pins installs nothing again, and it is
# written last, so that an interrupted installation is done over.
PINS := $(shell cat pyproject.toml constraints.txt | git hash-object --stdin)
STAMP := $(VENV)/.installed-$(PINS)
RUN := $(VENV)/bin/python
SOURCES := audit metta_ref smoke tests docs

.PHONY: help audit test smoke check format lint types contracts docs docs-check bench demo clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

audit: $(STAMP) ## Audit this repository: check, smoke, verify; the report goes to reports/phase-1.md
	@red=0; \
	$(RUN) -m audit check || red=1; \
	$(RUN) -m audit smoke || red=1; \
	$(RUN) -m audit verify --phase 1 || red=1; \
	exit $$red

test: $(STAMP) ## Run the test suite
	@$(RUN) -m pytest -n $(WORKERS)

smoke: $(STAMP) ## Train, checkpoint, resume, evaluate and analyse with the reference system
	@$(RUN) -m smoke

check: format lint types contracts docs-check test ## Everything that must hold before a change is done

format: $(STAMP) ## Check the formatting
	@$(RUN) -m ruff format --check $(SOURCES)

lint: $(STAMP) ## Check the code style
	@$(RUN) -m ruff check $(SOURCES)

types: $(STAMP) ## Check the types
	@$(RUN) -m mypy

contracts: $(STAMP) ## Check references and import contracts of this repository
	@$(RUN) -m audit check

docs: $(STAMP) ## Write the generated pages of docs/ again
	@$(RUN) docs/generate.py
	@$(RUN) docs/tutorial.py

docs-check: $(STAMP) ## Check that the generated pages of docs/ are current
	@$(RUN) docs/generate.py --check
	@$(RUN) docs/tutorial.py --check

bench: $(STAMP) ## Measure learning and speed (minutes); PEER_PYTHON names an interpreter that has the peers
	@red=0; for script in tests/bench/*.py; do echo "== $$script"; $(RUN) "$$script" || red=1; done; exit $$red

demo: $(STAMP) ## Audit a throw-away repository that tells the founding story
	@$(RUN) -m audit demo

clean: ## Delete the environment, caches and runs
	rm -rf $(VENV) .audit_cache .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	rm -rf build dist train_dir
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMP):
	@test -n "$(PYTHON)" || { echo "no Python found: install Python 3.11, or name one: make PYTHON=..." >&2; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "$(PYTHON) is older than Python 3.11: name a newer one: make PYTHON=..." >&2; exit 2; }
	@echo "installing into $(VENV), which takes minutes the first time" >&2
	@$(PYTHON) -m venv $(VENV)
	@$(RUN) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@rm -f $(VENV)/.installed-*
	@touch $@
