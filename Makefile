# Everything a person types. Needs Python 3.11+, make and git; the rest is installed here.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export JISHI_DATA_DIR ?= $(CURDIR)/.data
PORT ?= 8000

# Every command starts many processes; each would compile hundreds of modules anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run install install-dev test test-fast check fix bench lock messages screenshots clean

run: install  ## start the product with the demo company at http://127.0.0.1:8000
	@$(BIN)/jishi up --port $(PORT)

install: $(VENV)/.run  ## everything the product needs, nothing started
	@$(BIN)/python scripts/assets.py
	@$(BIN)/python scripts/messages.py compile

install-dev: install $(VENV)/.dev

$(VENV)/.run: requirements/run.txt pyproject.toml scripts/preflight.py
	@$(PYTHON) scripts/preflight.py
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing what the product needs (about two minutes the first time) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	@echo "Installing what tests and checks need ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

test: install-dev  ## the whole suite: SQLite, PostgreSQL, a real browser
	@$(BIN)/python scripts/browser.py
	@$(BIN)/python scripts/test.py

test-fast: install-dev  ## without the browser, SQLite only
	@$(BIN)/python -m pytest -n 2 -m "not browser" -q

check: install-dev  ## lint, types, contracts, templates, migrations, translations, guards
	@$(BIN)/python scripts/check.py

fix: install-dev
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

bench: install-dev  ## ratios against named peers; see bench/README.md
	@$(BIN)/python -m bench $(ARGS)

lock:  ## rewrite the lock files from requirements/*.in (needs uv)
	@for f in run dev node; do uv pip compile --python-version 3.11 --universal --generate-hashes \
	  --no-emit-index-url --no-header -q requirements/$$f.in -o requirements/$$f.txt; done

messages: install-dev  ## collect new interface strings into the Chinese catalogue
	@$(BIN)/python scripts/messages.py extract

screenshots: install-dev  ## every page, zh/en, light/dark, 1440/360 px, into docs/screenshots
	@$(BIN)/python scripts/browser.py
	@JISHI_SCREENSHOTS=docs/screenshots $(BIN)/python -m pytest tests/browser/test_screenshots.py -q

clean:
	rm -rf $(VENV) node_modules build .pytest_cache .mypy_cache .ruff_cache src/jishi/web/static/dist
