# The front door. `make help` lists what there is.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
ROUNDS ?= 10
PIP := $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev services run seed test lint fix bench soak map release lock vendor

help: ## List the targets
	@grep -hE '^[a-z-]+:.*?## ' $(MAKEFILE_LIST) | awk -F':.*?## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Plugbid needs Python 3.11 or newer; set PYTHON=/path/to/python3."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Please install Python's venv module (Debian: apt-get install python3-venv)."; exit 1; }

$(VENV)/.demo-ready: requirements/demo.txt | $(VENV)/bin/python
	@echo "Installing what Plugbid needs (once) ..."
	@$(PIP) -r requirements/demo.txt
	@touch $@

$(VENV)/.dev-ready: requirements/dev.txt | $(VENV)/bin/python
	@echo "Installing what tests and lint need (once) ..."
	@$(PIP) -r requirements/dev.txt
	@touch $@ $(VENV)/.demo-ready

$(VENV)/.bench-ready: requirements/bench.txt | $(VENV)/.dev-ready
	@echo "Installing what the benchmarks compare with (once) ..."
	@$(PIP) -r requirements/bench.txt
	@touch $@

setup: $(VENV)/.demo-ready ## Make .venv with everything the product needs

setup-dev: $(VENV)/.dev-ready

services: ## Install PostgreSQL, Mosquitto and Chromium where they are missing (Debian)
	@scripts/install-services

run: setup ## Start the whole product with demo data on 127.0.0.1:8000 (PORT=...)
	@PORT=$(PORT) $(BIN)/flask run-all

seed: setup ## Fill an empty database with the demo world
	@$(BIN)/flask db upgrade && $(BIN)/flask seed

test: services setup-dev ## Run every test, real services included (T=path for a part)
	@$(BIN)/pytest $(or $(T),-n 2 --dist loadgroup --cov --cov-report=)

lint: setup-dev ## Check style, types, layers and the rules of the house
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache | tail -n 9
	@$(BIN)/pytest -q -p no:randomly tests/house

fix: setup-dev ## Mend what the linter can mend
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: setup-dev $(VENV)/.bench-ready ## Run the benchmarks and print their figures (B=search for one, OPTIONS for it)
	@for name in $(or $(B),booking_races search unlock_latency auction market); do echo "== $$name"; $(BIN)/python -m benchmarks.$$name $(if $(B),$(OPTIONS)) || exit 1; done

soak: setup-dev services ## Repeat the race, crash and reconnect tests (ROUNDS=10)
	@for round in $$(seq $(ROUNDS)); do echo "== round $$round of $(ROUNDS)"; \
		$(BIN)/pytest -q --durations=0 tests/web/bookings/test_races.py tests/service/metering/test_races.py \
		tests/service/metering/test_whole_loop.py tests/service/devices/test_whole_loop.py \
		tests/firmware/test_surviving.py || exit 1; done

map: setup-dev ## Print the house: folders, lines, and what imports what
	@$(BIN)/python scripts/house_map.py

release: lint test ## Check everything and tag the version of pyproject.toml
	@$(BIN)/python scripts/release.py

lock: ## Lock the requirements again, with hashes and without addresses (needs uv)
	@for name in base demo dev bench; do uv pip compile --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --quiet requirements/$$name.in -o requirements/$$name.txt; done

vendor: ## Fetch the pinned browser libraries from npm again
	@$(PYTHON) scripts/vendor.py
