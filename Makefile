# Needs Python 3.11, make and git. Everything is installed into .venv; nothing else on the machine is touched,
# except that tests may install redis-server and chromium with apt when they are allowed to.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
PACKAGES := bot adapters faq scheduler
CONFIG ?= $(if $(wildcard config.toml),config.toml,config.example.toml)

.DEFAULT_GOAL := help
.PHONY: help setup extras setup-dev run test check bench faults lock texts

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

# Compiled ahead, so that the first start is as quick as the others.
.venv/.compiled: .venv/.runtime $(shell find $(PACKAGES) -name '*.py')
	@$(BIN)/python -m compileall -q -j 0 $(PACKAGES)
	@touch $@

setup: .venv/.compiled ## create .venv; .venv/bin/shouwen is the program

extras: .venv/.runtime ## also install what Redis, Telegram, WeCom, the official QQ bot and the meaning of sentences need
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-extras.lock

setup-dev: .venv/.dev ## also install what tests and checks need

run: .venv/.compiled ## start the bot with config.toml, or with the example
	@exec $(BIN)/shouwen run -c $(CONFIG)

# With bytecode kept also where the environment says otherwise: to read the tests anew takes a tenth of the time, and programs start in half of it.
test: .venv/.dev .venv/.compiled ## run every test
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n 2 --dist worksteal

check: .venv/.dev ## format, lint, types, import contracts
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

bench: .venv/.dev ## measure speed and size, as ratios
	@$(BIN)/python -m benchmarks

# Three side by side on two cores: half of the rows wait most of the time, for a lease, a pause or a reconnection.
faults: .venv/.dev ## the long rounds of the fault tests
	@$(BIN)/python -m pytest -n 3 --dist worksteal tests/faults tests/adapters -k "faults or again_and_again" --long

lock: ## pin the dependencies anew
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements.lock pyproject.toml requirements-build.in
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -c requirements.lock -o requirements-dev.lock --group dev
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -c requirements-dev.lock --all-extras -o requirements-extras.lock pyproject.toml requirements-build.in

texts: .venv/.dev ## collect the texts of the bot into the catalogue of translations, and compile it
	@$(BIN)/pybabel -q extract -F bot/locale/babel.cfg $(addprefix -k ,$(shell cat bot/locale/keywords)) --no-location --sort-output --no-wrap -o .venv/shouwen.pot bot adapters
	@$(BIN)/pybabel -q update -i .venv/shouwen.pot -d bot/locale -D shouwen -l en --no-fuzzy-matching --no-wrap --ignore-obsolete --ignore-pot-creation-date
	@$(BIN)/pybabel compile -d bot/locale -D shouwen --statistics
