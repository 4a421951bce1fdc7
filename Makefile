# Set-up and the two commands: `make run` opens Lamina (or runs it headless), `make test` runs the tests.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready

.PHONY: run test test-long bench lint setup system clean

run: setup
	@$(BIN)/python -m app.start

test: setup-dev
	@$(BIN)/python -m pytest -n auto --dist worksteal

test-long: setup-dev
	@$(BIN)/python -m pytest -m "long" -n 1

bench: setup-dev
	@for file in tests/bench/bench_*.py; do echo "== $$file"; $(BIN)/python $$file || exit 1; done

lint: setup-dev
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

setup: $(STAMP)

.PHONY: setup-dev
setup-dev: $(VENV)/.ready-dev

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Lamina needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Set PYTHON=python3.12, for example.")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing what Lamina needs (once, some minutes) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	@$(MAKE) --no-print-directory system
	@touch $@

$(VENV)/.ready-dev: $(STAMP)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

# Qt needs some libraries of the system. They are named where they cannot be installed.
system:
	@$(BIN)/python -m app.system || true

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
