PYTHON ?= python3
VENV ?= .venv
PORT ?= 8000
BIN := $(VENV)/bin
MANAGE := $(BIN)/python manage.py
# The tests that need no server and no browser.
ALONE := not browser and not stress

# Bytecode is kept, whatever the environment says: the tests start many processes.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup run test test-postgres test-browser test-stress lighthouse check format bench screenshots

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 16

setup: $(VENV)/.ready ## make the virtual environment in .venv (VENV=, PYTHON=), and nothing else

run: $(VENV)/.ready .env ## bring up the site: FEED=path-or-URL imports a feed of yours, PORT=8000
	@grep -q '^SITE_URL=' .env || export SITE_URL="$${SITE_URL:-http://127.0.0.1:$(PORT)}"; \
	$(MANAGE) prepare $(if $(FEED),--feed "$(FEED)") && \
	exec $(BIN)/gunicorn config.wsgi --bind 127.0.0.1:$(PORT) --workers 2 --threads 4 --reuse-port --log-level warning --no-control-socket

test: $(VENV)/.dev ## run the tests that need no server and no browser; TESTS=… selects by mark
	$(BIN)/python -m pytest -n auto --dist worksteal -m "$(ALONE)$(if $(TESTS), and $(TESTS))"

test-postgres: $(VENV)/.dev ## run those that ask the database on PostgreSQL: TEST_DATABASE_URL=postgres://…
	TEST_DATABASE_URL=$${TEST_DATABASE_URL:-postgres://postgres@127.0.0.1:5432/feedstead} \
	$(BIN)/python -m pytest -n auto --dist worksteal -m "$(ALONE) and database"

test-browser: $(VENV)/.dev ## run the tests that need Chromium
	$(BIN)/python -m pytest -n 2 -m browser tests/browser

test-stress: $(VENV)/.dev ## many writers at once on a real server, on SQLite or TEST_DATABASE_URL; EDITS=1000 for all
	STRESS_EDITS=$(or $(EDITS),100) $(BIN)/python -m pytest -m stress tests/stress

lighthouse: $(VENV)/.dev tests/lighthouse/node_modules/.ready ## judge pages of the sample; needs Node and Chromium
	$(BIN)/python -m tests.lighthouse

check: $(VENV)/.dev ## lint, formats, types, templates, floors, settings, migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/lint-imports
	$(PRODUCTION) $(MANAGE) check --deploy --fail-level WARNING
	$(PRODUCTION) $(MANAGE) makemigrations --check --dry-run

format: $(VENV)/.dev ## put the code into its format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.dev ## measure against the bare libraries; writes docs/benchmarks.md
	$(BIN)/python -m tests.bench

screenshots: $(VENV)/.dev ## photograph each page type of the sample; needs Chromium
	$(BIN)/python -m tests.browser.screenshots

# The variables of a site in production, for the checks that ask for them.
PRODUCTION := SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(60))') \
	DEBUG=false SITE_URL=https://example.org DATABASE_URL=sqlite://:memory:

$(VENV)/.ready: requirements.txt
	@echo "Making the virtual environment in $(VENV)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name one with PYTHON=python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.dev: $(VENV)/.ready requirements-dev.txt requirements-scale.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

tests/lighthouse/node_modules/.ready: tests/lighthouse/package-lock.json
	cd tests/lighthouse && npm ci
	@touch $@

.env:
	@echo "Writing .env with a fresh secret"
	@umask 077 && printf 'SECRET_KEY=%s\n' "$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(60))')" > .env
