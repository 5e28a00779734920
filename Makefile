# Cathartes: everything a person types. Needs Python 3.11 or newer and make; the rest is set up
# in .venv from the hash-locked files, once. `make help` lists the targets.

SHELL := /bin/sh
export PYTHON
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime-installed
DEV := $(VENV)/.dev-installed
VENDOR := src/cathartes/web/static/vendor/manifest.json
DEV_VENDOR := tests/browser/vendor/manifest.json
INSTALL := tools/install_locked.sh $(VENV)
UV ?= $(if $(wildcard $(BIN)/uv),$(BIN)/uv,uv)
LOCK := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"
# One numerical thread a test process: two processes share the cores, not fight for them.
TEST_THREADS := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1
# Tests start some hundred processes, which find all modules compiled, wherever that is left out.
unexport PYTHONDONTWRITEBYTECODE
PYTEST := $(TEST_THREADS) $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

.PHONY: help demo test test-thorough check style types layers bench docs lock clean install \
	install-dev prepare

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' Makefile

demo: $(RUNTIME) $(VENDOR) ## simulate a flight line, scan it, show what was found
	$(BIN)/cathartes demo

test: $(DEV) $(DEV_VENDOR) $(VENDOR) ## run all tests; those on real data need CATHARTES_DATA
	$(PYTEST)

test-thorough: $(DEV) $(DEV_VENDOR) $(VENDOR) ## run them with all repetitions and cases, for an hour
	CATHARTES_TEST_THOROUGH=1 $(PYTEST)

check: style types layers ## what must hold before a change is done; -j2 does two at once

style: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(DEV)
	$(BIN)/mypy

layers: $(DEV)
	$(BIN)/lint-imports

bench: $(DEV) ## measure the figures that the documentation states
	@set -e; for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python $$script; done

docs: $(DEV) ## write the generated reference pages
	$(BIN)/python tools/make_docs.py

lock: ## choose and pin all packages again (needs uv and npm)
	@command -v $(UV) >/dev/null || { echo "make lock needs uv: $(BIN)/pip install uv"; exit 1; }
	$(LOCK) pyproject.toml --group build --extra release --extra serve -o requirements.lock
	$(LOCK) pyproject.toml --group build --all-extras -c requirements.lock -o requirements-dev.lock
	$(LOCK) --group node -o requirements-node.lock
	$(LOCK) --group installer -o requirements-installer.lock
	cd tools/web && npm update --package-lock-only

install: $(RUNTIME) $(VENDOR) ## set up .venv for use
install-dev: $(DEV) $(DEV_VENDOR) $(VENDOR) ## set up .venv for work on the code

prepare: $(DEV) $(DEV_VENDOR) # the same for -j2: what tests need of the JavaScript has the pages' too

clean: ## remove the environment and everything that was made
	rm -rf $(VENV) build dist demo benchmarks/out .pytest_cache .mypy_cache .ruff_cache \
		.hypothesis .import_linter_cache $(dir $(VENDOR)) $(dir $(DEV_VENDOR))
	find src tests tools benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@tools/make_venv.sh $(VENV)

# The lock holds the build backend too, so that nothing unpinned is fetched.
$(RUNTIME): requirements.lock pyproject.toml | $(BIN)/python
	@echo "installing the locked packages into $(VENV)"
	$(INSTALL) requirements.lock
	$(BIN)/python -m pip --disable-pip-version-check --quiet install \
		--no-deps --no-build-isolation --no-index -e .
	@touch $@

$(DEV): requirements-dev.lock $(RUNTIME)
	@echo "installing the locked development packages into $(VENV)"
	$(INSTALL) requirements-dev.lock
	@touch $@

# The pages' JavaScript, by its own lock file. `make test` needs the tests' part of it too.
FETCH := $(BIN)/python tools/fetch_web_assets.py
FETCHED_BY := tools/fetch_web_assets.py tools/web/package-lock.json requirements-node.lock
$(VENDOR): $(FETCHED_BY) | $(RUNTIME)
	@echo "fetching the locked JavaScript of the pages"
	$(FETCH)

$(DEV_VENDOR): $(FETCHED_BY) | $(RUNTIME)
	@echo "fetching the locked JavaScript of the pages and their tests"
	$(FETCH) --dev
