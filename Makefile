# Needs Python 3.11, make and git. Everything is installed into .venv; nothing else on the machine is touched,
# except that tests may install redis-server and chromium with apt when they are allowed to.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
CONFIG ?= $(if $(wildcard config.toml),config.toml,config.example.toml)

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test check bench faults lock texts

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

.venv/.runtime: requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: .venv/.runtime requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

setup: .venv/.runtime ## create .venv; .venv/bin/shouwen is the program

setup-dev: .venv/.dev ## also install what tests and checks need

run: .venv/.runtime ## start the bot with config.toml, or with the example
	@exec $(BIN)/shouwen run -c $(CONFIG)

test: .venv/.dev ## run every test
	@$(BIN)/python -m pytest -n 2 --dist worksteal

check: .venv/.dev ## format, lint, types, import contracts
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

bench: .venv/.dev ## measure speed and size, as ratios
	@$(BIN)/python -m benchmarks

faults: .venv/.dev ## the long rounds of the fault tests
	@$(BIN)/python -m pytest -n 2 tests/faults --long

lock: ## pin the dependencies anew
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements.lock pyproject.toml requirements-build.in
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -c requirements.lock -o requirements-dev.lock --group dev

texts: .venv/.dev ## collect the texts of the bot into the catalogue of translations, and compile it
	@$(BIN)/pybabel -q extract -F bot/locale/babel.cfg -k say:1 -k _say:2 -k translate:1 -k TicketError:1 -k AlreadyOwned:1 -k NotTheirs:1 -k TooOld:1 -k duty:1 -k customer:1 -k N_:1 -k _:1 --no-location --sort-output --no-wrap --project shouwen -o bot/locale/shouwen.pot bot
	@$(BIN)/pybabel -q update -i bot/locale/shouwen.pot -d bot/locale -D shouwen -l en --no-fuzzy-matching --no-wrap --ignore-obsolete
	@$(BIN)/pybabel -q compile -d bot/locale -D shouwen --statistics
