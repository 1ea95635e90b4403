# Nasaq in two commands: `make run` serves it, `make test` proves it. `make help` lists the rest.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory
.PHONY: help run demo test check quick reliability screenshots pictures bench bench-start bench-room bench-dispatch vendor words lock clean test-screens html bench-pages

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV   := .venv
PY     := $(VENV)/bin/python
INSTALL := -m pip install -qq --no-input --disable-pip-version-check --require-hashes
PIP    := $(PY) $(INSTALL)

# ── using it ──────────────────────────────────────────────────────────────────

help: ## list what can be done
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

run: $(VENV)/.runtime ## start Nasaq on http://localhost:5000 (HOST, PORT, DATABASE_URL …)
	@exec $(PY) run.py

demo: $(VENV)/.runtime ## the same, with a night of flood played into its rooms live, at SPEED=60
	@export DATABASE_URL=$${DATABASE_URL:-sqlite:///var/demo.db}; \
	$(PY) run.py seed 2>/dev/null || true; \
	$(PY) run.py & served=$$!; trap 'kill $$served' EXIT; \
	$(PY) run.py replay config/demo/scenarios/flood_24h.json --speed $(SPEED) --from 0; wait $$served

SPEED ?= 60

# ── proving it ────────────────────────────────────────────────────────────────

test: $(VENV)/.tests ## everything: lint, types, contracts, the whole suite (REQUIRE=browser,postgres)
	@$(PY) -m tests.everything

check: $(VENV)/.tests ## the same without the browser
	@$(PY) -m tests.everything --without browser

quick: $(VENV)/.tests ## the tests to run while working: on SQLite, no browser, nothing slow (a minute)
	@$(PY) -m pytest -n 3 --dist loadfile -m "not slow and not browser and not postgres and not redis"

reliability: $(VENV)/.tests ## races, kills and stories by the thousand (ARGS="--seed 7 --on sqlite", DISPATCH=…, STORIES=200)
	@$(PY) -m tests.reliability.races $(ARGS)
	@$(PY) -m tests.reliability.dispatching $(DISPATCH)
	@STORIES=$${STORIES:-60} $(PY) -m pytest -m slow -s tests/reliability
	@THOROUGH=1 $(PY) -m pytest -m slow tests/hostile tests/replay tests/browser/test_two_coordinators.py

test-screens: $(VENV)/.tests ## every page × language × theme, wide and narrow: axe, console, widths, weights
	@THOROUGH=1 $(PY) -m pytest -n 2 -s tests/screens

html: $(VENV)/.tests node_modules/vnu-jar ## the Nu checker reads every page in three languages (needs Java and npm)
	@$(PY) -m tests.screens.checking

bench: $(VENV)/.tests ## compare, freeze and check a statement of 2,000 words in three languages
	@$(PY) -m bench.statements

bench-start: $(VENV)/.tests ## time from a second `make run` to the first page, beside a bare application
	@$(PY) -m bench.start

bench-room: $(VENV)/.tests ## 200 people in one room: from commit to the last browser, beside a bare server
	@$(PY) -m bench.room

bench-pages: $(VENV)/.tests ## text and a working button on a slow telephone and a slow line, beside a bare page
	@$(PY) -m bench.pages

bench-dispatch: $(VENV)/.tests $(VENV)-bench/.peers ## SMS and mail a second, beside task queues and the official SDKs (five minutes)
	@$(PY) -m bench.dispatching

# ── making what is committed ──────────────────────────────────────────────────

screenshots: $(VENV)/.tests ## photograph every screen (SIZES=all, ONLY=warroom,approval)
	@$(PY) -m tests.screenshots

pictures: $(VENV)/.tests ## take the pictures of /styleguide anew, for its tests to compare with: look before committing
	@PICTURES=renew $(PY) -m pytest -q -n 0 tests/pictures

vendor: ## rebuild static/vendor from the npm lock (needs Node)
	npm ci --ignore-scripts --no-audit --no-fund
	npm run --silent vendor

words: $(VENV)/.runtime ## collect the words people read, and compile their translations
	@$(PY) -m tests.parts.words

lock: ## resolve requirements*.in anew (needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv: https://docs.astral.sh/uv/"; exit 1; }
	$(LOCK) requirements.in -o requirements.txt
	$(LOCK) requirements-dev.in -o requirements-dev.txt
	$(LOCK) requirements-bench.in -o requirements-bench.txt

LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-emit-index-url --no-emit-find-links --no-annotate

clean: ## forget the virtual environment and every cache (the database stays)
	rm -rf $(VENV) $(VENV)-bench .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis node_modules
	find crisis migrations tests bench -name __pycache__ -type d -prune -exec rm -rf {} +

node_modules/vnu-jar: package-lock.json
	npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

# ── the virtual environment: installed once, and again only when its list is newer ──

$(VENV)/.runtime: requirements.txt
	@test -n "$(PYTHON)" || { echo "Nasaq needs Python 3.11 or newer. Install it, or name it: make run PYTHON=/path/to/python3"; exit 1; }
	@$(PY) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV) || { \
		echo "Python could not make a virtual environment. On Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@echo "Installing what Nasaq runs on (once, about a minute) …"
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.tests: requirements-dev.txt $(VENV)/.runtime
	@echo "Installing what the tests need (once) …"
	@$(PIP) -r requirements-dev.txt
	@touch $@

$(VENV)-bench/.peers: requirements-bench.txt $(VENV)/.runtime
	@echo "Installing what Nasaq is measured beside (once) …"
	@$(PY) -m venv --clear $(VENV)-bench
	@$(VENV)-bench/bin/python $(INSTALL) -r requirements-bench.txt
	@touch $@
