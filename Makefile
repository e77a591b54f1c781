# Two commands on a fresh machine: `make run` and `make test`. Both are harmless to repeat.
PYTHON ?= python3
PORT ?= 8000
VETTA_HOME ?= $(CURDIR)/var
export VETTA_HOME PORT
BIN := .venv/bin
STAMP := .venv/.installed

.PHONY: setup run test check proof bench docs lock browser messages clean

setup: $(STAMP)

$(STAMP): requirements/dev.lock requirements/bootstrap.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/bootstrap.lock
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements/dev.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	$(BIN)/python tools/compile_messages.py
	@touch $(STAMP)

run: setup
	$(BIN)/vetta serve --everything --port $(PORT)

browser:
	@tools/install_browser.sh

test: setup browser
	tools/run_tests.sh

check: setup
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

proof: setup browser
	$(BIN)/pytest -m proof

bench: setup
	$(BIN)/python -m bench

docs: setup
	$(BIN)/mkdocs build --strict

messages: setup
	$(BIN)/python tools/make_messages.py

lock:
	$(BIN)/uv pip compile requirements/bootstrap.in --generate-hashes --python-version 3.11 -q -o requirements/bootstrap.lock
	$(BIN)/uv pip compile pyproject.toml --generate-hashes --python-version 3.11 -q -o requirements/base.lock
	$(BIN)/uv pip compile pyproject.toml --extra server --generate-hashes --python-version 3.11 -q -o requirements/server.lock
	$(BIN)/uv pip compile pyproject.toml --extra server --extra dev --generate-hashes --python-version 3.11 -q -o requirements/dev.lock

clean:
	rm -rf .venv build dist site
