# The two commands: `make run` (the main job) and `make test` (the whole suite). Both set up what they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
SCENARIO ?= transferred_inbound
SPEED ?= 20x
PORT ?= 8055

# How many requests `make fuzz` makes up for each operation, beside the edges of each field.
EXAMPLES ?= 200

.PHONY: run test fuzz lint setup clean
.DEFAULT_GOAL := run

# Plays a scenario live, prints the verdict, and stays up; ONCE=1 ends with the verdict's exit code.
run: $(STAMP)
	@exec $(BIN)/pbxsim serve --port $(PORT) --play $(SCENARIO) --clock $(SPEED) $(if $(ONCE),--once) $(ARGS)

test: $(STAMP)
	$(BIN)/python -m pytest $(ARGS)

# The nightly part of the suite: made-up requests, three seeds of them; ARGS chooses, as in ARGS='-k viacel'.
fuzz: $(STAMP)
	PBXSIM_FUZZ=$(EXAMPLES) $(BIN)/python -m pytest -m fuzz --timeout 900 $(ARGS)

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "pbxsim needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Name another: make PYTHON=python3.12")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis dist build
