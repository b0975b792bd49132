# What one does with this checkout. Everything works from a fresh clone with python3 (3.11 or newer), pip and make.

PYTHON ?= python3
ARGS ?=
# One more than CI has processors: a test waits for a fifth of its time.
JOBS ?= 3
UV_VERSION := 0.13.9

VENV := .venv
BIN := $(VENV)/bin
MATRIX := 1.5 1.5-compiled 2.0-compiled
RIVALS := $(patsubst requirements/bench-%.txt,%,$(wildcard requirements/bench-*.txt))
# What reads SQL, or stands on what does: little else knows how sqlglot was built.
COMPILED_TESTS := tests/sql tests/plan tests/fuzz tests/session/test_differential.py
# What asks DuckDB anything, and the notebook, where its threads meet those of a kernel; the command line asks through the session.
OLDER_TESTS := tests/engine tests/rows tests/plan tests/session tests/fuzz tests/notebook tests/test_dbapi.py
# Whether an environment is what it is called.
HOUSE := tests/test_house.py::test_the_pins_are_what_runs_here

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:

.PHONY: help
help: ## list these targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  ARGS='…' is passed on by demo, test, matrix, fuzz, torture, soak, imports, played, bench and lock; JOBS=0 runs the tests in one process, as a debugger wants;"
	@echo "  PYTHON=python3.13 picks the interpreter of new environments."

# --- using it

.PHONY: demo
demo: $(VENV)/.ready ## set everything up and run the tour against the built-in sandbox server
	@$(BIN)/rowcall demo $(ARGS)

.PHONY: setup
setup: $(VENV)/.ready ## make .venv from the pinned packages (the other targets do it when it is stale)

# --- checking it

.PHONY: test
test: $(VENV)/.ready ## run all tests
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(ARGS)

.PHONY: check
check: static test docs ## everything that must hold: lint, format, types, layers, dead dependencies, tests, docs

.PHONY: static
static: lint types layers deps ## what needs no run: lint, format, types, layers, dead dependencies

.PHONY: lint
lint: $(VENV)/.ready ## lint, and check the format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

.PHONY: types
types: $(VENV)/.ready ## check the types
	$(BIN)/mypy

.PHONY: layers
layers: $(VENV)/.ready ## check which room imports which
	$(BIN)/lint-imports --no-cache

.PHONY: deps
deps: $(VENV)/.ready ## look for dependencies that are unused or undeclared
	$(BIN)/deptry src

.PHONY: docs
docs: $(VENV)/.ready ## build the documentation into site/
	$(BIN)/mkdocs build --strict --site-dir site

.PHONY: links
links: $(VENV)/.ready ## ask other hosts whether what the documents link to is still there
	$(BIN)/python -m pytest -q -n 8 -m network tests/docs/test_links.py $(ARGS)

.PHONY: matrix
matrix: test $(MATRIX:%=test-%) ## run the tests on DuckDB 2.0 and 1.5, sqlglot pure and compiled

.PHONY: $(MATRIX:%=test-%)
$(MATRIX:%=test-%): test-%: .venv-%/.ready
	.venv-$*/bin/python -m pytest -n $(JOBS) --dist worksteal $(if $(findstring compiled,$*),$(COMPILED_TESTS),$(OLDER_TESTS)) $(HOUSE) $(ARGS)

.PHONY: others
others: $(VENV)/.ready .venv-others/.ready .venv-sql-tools/.ready .venv-harlequin/.ready ## run the tests against a server that is not ours, and in JupySQL, marimo and Harlequin
	$(BIN)/python -m pytest tests/session/test_other_servers.py tests/test_sql_tools.py tests/harlequin $(ARGS)

.PHONY: coverage
coverage: $(VENV)/.ready ## run all tests and list the lines that none of them reached
	$(BIN)/python -m pytest --cov --cov-report=term-missing $(ARGS)

.PHONY: fuzz
fuzz: $(VENV)/.ready ## compare 20,000 random statements with DuckDB over tables; ARGS="--count 500 --seed 7"
	$(BIN)/python -m tests.fuzz $(ARGS)

.PHONY: torture
torture: $(VENV)/.ready ## ask statements of a server that fails in every way; ARGS="--schedules 5 --seed 7"
	$(BIN)/python -m tests.torture $(ARGS)

.PHONY: soak
soak: $(VENV)/.ready ## ask for an hour in one process, and watch what it holds; ARGS="--minutes 5"
	$(BIN)/python -m tests.soak $(ARGS)

.PHONY: imports
imports: $(VENV)/.ready ## compare what is planned on a manifest and on an import; ARGS="provider/openai openapi.yaml"
	$(BIN)/python -m tests.imports $(ARGS)

.PHONY: conformance
conformance: $(VENV)/.ready ## say how much of a folder of StackQL's documents works; STACKQL=FOLDER
	$(BIN)/python -m tests.stackql_conformance $(STACKQL) $(ARGS)

.PHONY: played
played: $(VENV)/.ready ## say how much of some providers their sandboxes play; ARGS="github FOLDER openapi.json"
	$(BIN)/python -m tests.played $(ARGS)

.PHONY: bench
bench: $(VENV)/.ready $(RIVALS:%=.venv-bench-%/.ready) ## measure rowcall beside what else one could use; ARGS="--only a,d --rounds 5"
	$(BIN)/python -m benchmarks $(ARGS)

# --- changing it

.PHONY: notebooks
notebooks: $(VENV)/.ready ## run the notebooks of docs/notebooks anew and write those that answer otherwise
	$(BIN)/python docs/notebooks/make.py $(ARGS)

.PHONY: screens
screens: $(VENV)/.ready ## draw the pictures of the shell in docs/screens anew, in a terminal of tmux
	$(BIN)/python -m pytest -q tests/shell/test_pictures.py --update-golden $(ARGS)

.PHONY: fmt
fmt: $(VENV)/.ready ## format the code and fix what lint can fix
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

.PHONY: reference
reference: $(VENV)/.ready ## make the pages of docs/ anew that are made of the code and the manifests
	@$(BIN)/python -m rowcall.manifest.schema
	@$(BIN)/python -m rowcall.manifest.sandbox_reference
	@$(BIN)/python -m rowcall.manifest.provider_reference
	@$(BIN)/python -m rowcall.sql.reference
	@$(BIN)/python -m rowcall.shell.reference

.PHONY: lock
lock: .venv-lock/.ready ## pin what pyproject.toml asks for; ARGS=--upgrade takes the newest versions
	sh requirements/lock.sh .venv-lock/bin/uv $(ARGS)

.PHONY: wheel
wheel: $(VENV)/.ready ## build the sdist and the wheel into dist/, and run the tour from the wheel alone
	rm -rf dist
	$(BIN)/python -m build --no-isolation
	sh .ci/wheel "$(PYTHON)" dist/*.whl

.PHONY: clean
clean: ## remove what the other targets made
	rm -rf .venv .venv-* build dist site .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- environments: made anew when a file they are made from has changed

.venv/.ready: pyproject.toml requirements/venv.sh requirements/duckdb-2.0.txt
	@sh requirements/venv.sh "$(PYTHON)" $(@D) $(filter %.txt,$^) .
	@touch $@

# What differs from .venv, which is seen behind it; all else would be the same files again.
.venv-1.5/.ready .venv-1.5-compiled/.ready: requirements/duckdb-1.5.txt
.venv-1.5-compiled/.ready .venv-2.0-compiled/.ready: requirements/compiled.txt
$(MATRIX:%=.venv-%/.ready): $(VENV)/.ready
	@sh requirements/venv.sh $(BIN)/python $(@D) $(filter %.txt,$^) $(VENV) .
	@touch $@

.venv-others/.ready: requirements/other-servers.txt requirements/venv.sh
	@sh requirements/venv.sh "$(PYTHON)" $(@D) $<
	@touch $@

.venv-sql-tools/.ready: requirements/sql-tools.txt requirements/venv.sh $(VENV)/.ready
	@sh requirements/venv.sh $(BIN)/python $(@D) $< $(VENV)
	@touch $@

.venv-harlequin/.ready: requirements/harlequin.txt requirements/venv.sh pyproject.toml
	@sh requirements/venv.sh "$(PYTHON)" $(@D) $< .
	@touch $@

# One that cannot be installed here is left out, with what pip said last.
$(RIVALS:%=.venv-bench-%/.ready): .venv-bench-%/.ready: requirements/bench-%.txt requirements/venv.sh
	@echo "Setting up $(@D)"
	@if log=$$(sh requirements/venv.sh "$(PYTHON)" $(@D) $< 2>&1); then touch $@; \
	else mkdir -p $(@D) && echo "$$log" | tail -n 1 | tee $(@D)/left-out; fi

.venv-lock/.ready: Makefile
	$(PYTHON) -m venv --clear $(@D)
	$(@D)/bin/python -m pip install --quiet uv==$(UV_VERSION)
	@touch $@
