# The few commands we type.
#   make run         a running lieu at http://127.0.0.1:8000 (PORT=, HOST=); needs Python 3.11+, nothing else
#   make install     the environment alone, for a lieu that a service runs (docs/exploitation.md)
#   make test        every test: rules, pages, a real PostgreSQL, a real Chromium, races (ARGS= goes to pytest; JOBS=2 at once)
#   make test-quick  the tests that need neither PostgreSQL nor Chromium; says what it left out
#   make check       format, lint, types, floors, translations, locks, then make test
#   make race        the long race and crash runs, both databases (ROUNDS=100 CLIENTS=50)
#   make bench       the performance workload, with ratios against bare Flask (ARGS="--quick --no-fail")
#   make lock        choose again the locked versions (requirements/*.txt) after a change in pyproject.toml
#   make audit       compare the locked packages with the known vulnerabilities (asks the package registry)
#   make clean       remove the environment and the caches; keeps instance/ (your data)

# The system's own Python when it will do: it gets its security updates with the system, and is compiled for speed, which one built by
# hand often is not (measured: a page costs a fifth less, a start a third). PYTHON=… chooses another.
PYTHON ?= $(shell /usr/bin/python3 -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo /usr/bin/python3 || echo python3)
VENV   ?= .venv
HOST   ?= 127.0.0.1
PORT   ?= 8000
ROUNDS ?= 100
CLIENTS ?= 50
JOBS   ?= 2
ARGS   ?=
BIN     = $(VENV)/bin
UV      = $(BIN)/uv

export HOST PORT
export PYTHONUNBUFFERED = 1
export PYTHONDONTWRITEBYTECODE =  # a start reads what the first one compiled: 1 s instead of 2.5

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run install test test-quick check lint types style race bench lock audit clean browser

help:
	@sed -n 's/^#   //p' Makefile

# All is compiled here: the service that will read it may write nowhere but in instance/.
install: $(VENV)/.app
	@$(BIN)/python -m compileall -q app migrations config.py wsgi.py $(VENV)/lib

run: $(VENV)/.app
	@exec $(BIN)/flask --app wsgi serve

# ---------------------------------------------------------------- the environment: one stamp for each lock

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Worklab needs Python 3.11 or newer; $(PYTHON) is not. Say which one: make run PYTHON=/path/to/python3.12" >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV) || { echo "Python has no venv module here. On Debian or Ubuntu: sudo apt-get install python3-venv" >&2; exit 2; }
	@touch $@

$(VENV)/.uv: requirements/uv.txt | $(VENV)/.python
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

$(VENV)/.app: requirements/app.txt | $(VENV)/.uv
	@echo "installing the locked packages into $(VENV)"
	@$(UV) pip install -q --python $(BIN)/python --require-hashes -r requirements/app.txt
	@touch $@

$(VENV)/.dev: requirements/dev.txt | $(VENV)/.uv
	@echo "installing the locked test packages into $(VENV)"
	@$(UV) pip install -q --python $(BIN)/python --require-hashes -r requirements/dev.txt
	@touch $@ $(VENV)/.app

$(VENV)/.peers: requirements/peers.txt | $(VENV)/.uv
	@echo "installing other people's calendar programs into $(VENV)/peers"
	@$(UV) venv -q --allow-existing --python $(BIN)/python $(VENV)/peers
	@$(UV) pip install -q --python $(VENV)/peers/bin/python --require-hashes -r requirements/peers.txt
	@touch $@

# ---------------------------------------------------------------- tests

test: $(VENV)/.dev $(VENV)/.peers browser
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(if $(CI),--durations=20) $(ARGS)

test-quick: $(VENV)/.dev
	$(BIN)/python -m pytest -m "not postgres and not browser and not race and not peers" $(ARGS)
	@echo "NOT RUN: tests marked postgres, browser, race and peers. make test runs everything."

race: $(VENV)/.dev
	$(BIN)/python -m pytest -m race --rounds $(ROUNDS) --clients $(CLIENTS) $(ARGS)

bench: $(VENV)/.dev
	$(BIN)/python -m tools.bench $(ARGS)

# A Chromium: $CHROMIUM, the one in PATH, Playwright's own, Debian's when root, or a loud stop.
browser: $(VENV)/.dev
	@$(BIN)/python tools/browser.py

# ---------------------------------------------------------------- the gate

# The types are looked at beside the tests, which often wait; what is said of them comes last, and one fault of either is a failure.
check: style
	@$(BIN)/mypy >$(VENV)/types.txt 2>&1 & types=$$!; \
	$(MAKE) --no-print-directory test; tests=$$?; \
	wait $$types; types=$$?; \
	echo "$(BIN)/mypy"; cat $(VENV)/types.txt; exit $$((tests || types))

lint: style types

types: $(VENV)/.dev
	$(BIN)/mypy

style: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/djlint --lint --quiet app
	$(BIN)/lint-imports
	$(BIN)/python tools/translations.py --check
	$(BIN)/python tools/locks.py

# ---------------------------------------------------------------- upkeep

COMPILE = $(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header

lock: $(VENV)/.dev
	$(COMPILE) $(ARGS) --group pyproject.toml:install -o requirements/uv.txt
	$(COMPILE) $(ARGS) --extra postgres pyproject.toml -o requirements/app.txt
	$(COMPILE) $(ARGS) --extra postgres --group test --group tools -c requirements/app.txt pyproject.toml -o requirements/dev.txt
	$(COMPILE) $(ARGS) --group pyproject.toml:peers -o requirements/peers.txt
	$(BIN)/python tools/locks.py

audit: $(VENV)/.dev
	$(BIN)/pip-audit --strict --require-hashes --disable-pip -r requirements/app.txt

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
