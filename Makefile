# `make help` tells what there is. Nothing here needs root; what is missing is said in one line.
SHELL := /bin/sh
.DEFAULT_GOAL := help
PY := .venv/bin/python
CODE := app.py data etl metrics dashboard tests bench docs
N ?= 1000000
FILE ?= ../shared/spec/golden/golden.yaml
ARGS ?=

.PHONY: help setup run test check golden bench docs lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' Makefile

setup: ## private environment in .venv, exactly as locked
	@.ci/setup run

run: setup ## open the monitor (demo desk unless data/settings.yaml is there) at http://127.0.0.1:8050
	@$(PY) app.py serve --open $(ARGS)

test: ## set up what the tests need and run them all; LEGS="fast fault" picks, DUCKDB=2 runs on DuckDB 2.0
	@DUCKDB=$(DUCKDB) LEGS="$(LEGS)" FILE="$(FILE)" .ci/test

check: ## quick look before a commit: style, types, architecture
	@.ci/setup test
	@$(PY) -m ruff format --check . && $(PY) -m ruff check . && $(PY) -m mypy $(CODE) \
		&& $(PY) -m pytest -q tests/test_architecture.py tests/test_settings.py tests/test_docs.py

golden: ## cases worked out by hand through the product's own path; FILE=path.yaml
	@.ci/setup test
	@$(PY) app.py golden $(FILE)

bench: ## generate N tickets, load and ask, print the table; N=1000000
	@.ci/setup test
	@$(PY) -m bench --tickets $(N) $(ARGS)

docs: ## write the generated pages: docs/metrics.md, docs/settings.schema.json
	@.ci/setup test
	@$(PY) -m docs.build

lock: ## renew the locks after a change of pyproject.toml
	@.ci/setup test
	@.ci/lock

clean: ## remove environments and caches; the warehouse in data/run stays
	rm -rf .venv .venv-duckdb2 .venv-peer .mypy_cache .ruff_cache .pytest_cache .hypothesis
