# The everyday commands. Each sets up its own .venv on a fresh clone: Python 3.11+ and a package index are enough.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
UV     := $(shell command -v uv 2>/dev/null)
JOBS   ?= 2

.DEFAULT_GOAL := help
.PHONY: help setup refresh demo test soak check bench accuracy clean

help: ## say what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(READY): pyproject.toml constraints.txt
ifdef UV
	@test -x $(BIN)/python || uv venv --quiet --python '>=3.11' $(VENV)
	uv pip install --quiet --python $(BIN)/python --constraints constraints.txt --editable '.[dev]'
else
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo 'licensedrift needs Python 3.11 or newer; name one with: make PYTHON=python3.12 ...' >&2; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
endif
	@touch $@

setup: $(READY) ## make .venv with everything pinned

refresh: $(READY) ## one refresh of config.toml's watchlist
	@$(BIN)/licensedrift refresh

demo: $(READY) ## three refreshes of a small Hub on this machine, and what drifted
	@$(BIN)/python -m demo

test: $(READY) ## the tests
	$(BIN)/python -m pytest -m 'not soak' -n $(JOBS)

soak: $(READY) ## the long tests
	LICENSEDRIFT_EXAMPLES=new $(BIN)/python -m pytest -m soak

check: $(READY) ## linters and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(READY) ## benchmarks, at a reduced size
	$(BIN)/python -m benchmarks

accuracy: $(READY) ## score.py on ../shared/corpus
	$(BIN)/python -m benchmarks.accuracy

clean: ## remove .venv and caches
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis build *.egg-info
