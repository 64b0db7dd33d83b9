# Vigie: `make demo` and `make test` work on a fresh machine with only Python (3.11 or newer), make and a C compiler.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: help demo test check bench docs picture fmt clean
.DEFAULT_GOAL := help

help:  ## what can be made here
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

# One stamp per set of extras: pip runs again only when pyproject.toml changed.
$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Vigie needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 2; }
	@$(PYTHON) -m venv $(VENV) \
	  || { rm -rf $(VENV); echo "This Python cannot make environments. On Debian or Ubuntu: apt-get install python3-venv"; exit 2; }

$(VENV)/.with-%: pyproject.toml | $(VENV)/bin/python
	@echo "Installing Vigie with [$*] in $(VENV) (once, a minute or two)…"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[$*]'
	@touch $@

demo: $(VENV)/.with-demo  ## the whole pipeline on virtual kits, with the portal (ARGS=--once ends by itself)
	@$(BIN)/vigie demo $(ARGS)

test: $(VENV)/.with-dev  ## every test; brings Debian's mosquitto, postgresql and chromium where it may
	@sh tests/system-packages.sh
	$(BIN)/python -m pytest -n auto --dist loadfile $(ARGS)

check: $(VENV)/.with-dev  ## ruff, mypy --strict, the import contract, doctests, the documentation
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q --doctest-modules -o testpaths= catalog dsp rules store ingest firmware_sim dashboards vigie
	$(BIN)/python -m sphinx -q -W --keep-going -b html docs site

bench: $(VENV)/.with-dev  ## speed, with ratios against named peers in the same run
	$(BIN)/python -m pytest -q bench $(ARGS)

docs: $(VENV)/.with-dev  ## the documentation site, in site/index.html
	$(BIN)/python -m sphinx -W --keep-going -b html docs site

picture: $(VENV)/.with-dev  ## the pictures of the README and the documentation, drawn by the code itself
	@$(BIN)/python docs/draw_pictures.py
	@$(BIN)/python docs/make_picture.py

fmt: $(VENV)/.with-dev  ## put imports and lines in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:  ## remove what make made
	rm -rf $(VENV) site dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .benchmarks
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
