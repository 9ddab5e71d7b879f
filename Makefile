# What a person or CI asks of this house; each target works without a terminal and twice in a row.
#   make run [PORT=8000] [DATABASE_URL=...]   the service with its demo data
#   make test                                 all checks, then all tests
#   make proof                                the promises in full, some 25 minutes; writes docs/proof.md
#   make bench [SCALE=10]                     how close requests and nights are to a bare floor, on both databases
#   make bench-deliveries                     healthy endpoints beside dead ones: how long deliveries take
#   make check | format | clock | lock | clean

PORT ?= 8000
# The tests' processes; two suit a small machine.
WORKERS ?= 2
# For one test or a few: make test PYTEST_ARGS="tests/house -x"
PYTEST_ARGS ?=

VENV := .venv
BIN := $(VENV)/bin

# An empty DATABASE_URL means the default and must not hide it.
ifeq ($(strip $(DATABASE_URL)),)
unexport DATABASE_URL
else
export DATABASE_URL
endif

# Every module is compiled once and kept, whatever the machine is used to: a run of the tests starts some hundred
# processes, and to compile what they import takes each of them seconds.
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX := $(CURDIR)/.bytecode

# A newer pip is no news to anybody here.
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := run
.PHONY: run test proof bench bench-deliveries check format clock lock clean

# uv is quick; plain pip does the same where uv cannot run or cannot reach its index.
define install
if $(BIN)/uv --version >/dev/null 2>&1; then \
	$(BIN)/uv pip install --quiet --python $(BIN)/python $(1) && exit 0; \
	echo "uv could not install; plain pip tries, more slowly."; fi; \
$(BIN)/python -m pip install --quiet $(1)
endef

run: $(VENV)/.run-stamp
	@$(BIN)/kaohe demo --port $(PORT)
	@exec $(BIN)/kaohe serve --port $(PORT)

test: check
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(PYTEST_ARGS)

# Tests outside of tests/promises that are larger in the proof.
SIZED := tests/scenarios tests/api/test_lists.py tests/api/access/test_cross.py tests/backup

# The page is written whatever came out; a promise that was not kept stands on it and fails the target.
proof: $(VENV)/.dev-stamp
	rm -rf var/proof && mkdir -p var/proof
	KAOHE_PROOF=$(CURDIR)/var/proof $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal tests/promises tests/fuzz $(SIZED) $(PYTEST_ARGS); \
	status=$$?; $(BIN)/python -m tests.promises.page var/proof docs/proof.md && exit $$status

# 1: a thousand contracts with a million findings, on both databases; 10 asks PostgreSQL alone.
SCALE ?= 1
bench: $(VENV)/.dev-stamp
	$(BIN)/python -m bench --scale $(SCALE)

bench-deliveries: $(VENV)/.run-stamp
	$(BIN)/python -m bench.deliveries

check: $(VENV)/.dev-stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev-stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clock: $(VENV)/.run-stamp
	@exec $(BIN)/python -m scheduler

# Known pins stay; `make lock LOCK_ARGS=--upgrade` renews them.
LOCK_ARGS ?=
LOCK = $(BIN)/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate $(LOCK_ARGS)
lock: $(VENV)/.venv-stamp
	$(LOCK) requirements-bootstrap.in -o requirements-bootstrap.txt
	$(LOCK) requirements.in -o requirements.txt
	$(LOCK) requirements-dev.in -c requirements.txt -o requirements-dev.txt

# The data in var/ stays: it may be somebody's work.
clean:
	rm -rf $(VENV) .bytecode .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# An environment whose python still runs is kept, so that changed requirements never pull it from under a running service.
$(VENV)/.venv-stamp: requirements-bootstrap.txt
	@if $(BIN)/python -c 'import pip' >/dev/null 2>&1; then exit 0; fi; \
	python=; \
	for candidate in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
		if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
			python="$$candidate"; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
		echo "Kaohe needs Python 3.11 or newer; install it, or name it with 'make PYTHON=/path/to/python3'." >&2; exit 1; fi; \
	if ! "$$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then \
		echo "$$python cannot make virtual environments: install its venv package (on Debian and Ubuntu 'apt-get install python3-venv')." >&2; exit 1; fi; \
	echo "Setting up $(VENV) with $$("$$python" --version)"; \
	"$$python" -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements-bootstrap.txt \
		|| echo "uv could not be installed; plain pip will do its work, more slowly."
	@touch $@

$(VENV)/.run-stamp: $(VENV)/.venv-stamp requirements.txt pyproject.toml
	@echo "Installing what the service needs"
	@$(call install,--require-hashes -r requirements.txt)
	@$(call install,--no-deps --no-build-isolation --editable .)
	@touch $@

# The development requirements hold the service's too, at the same versions, so one installation serves both.
$(VENV)/.dev-stamp: $(VENV)/.venv-stamp requirements-dev.txt requirements.txt pyproject.toml
	@echo "Installing what the checks and tests need"
	@$(call install,--require-hashes -r requirements-dev.txt)
	@$(call install,--no-deps --no-build-isolation --editable .)
	@touch $(VENV)/.run-stamp $@
