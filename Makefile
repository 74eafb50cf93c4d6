# Two commands on a fresh machine: `make demo` and `make test`. They need Python 3.11, 3.12 or 3.13 with venv and pip.
# PYTHON=… chooses the interpreter; WORKERS=… the number of test processes.

.DEFAULT_GOAL := help

WORKERS ?= 2
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
LOCK = requirements/$(1)-py$$($(BIN)/python -c 'import sys; print("%d%d" % sys.version_info[:2])').txt

.PHONY: help demo test lint lint-format lint-style lint-types lint-imports lint-records bite validate fit fit-treatment bench lock upgrade docs-figures clean

help:
	@echo "make demo      run the main job, a virtual cohort of anaplastic thyroid carcinoma, and print where its report is"
	@echo "make test      run every test"
	@echo "make lint      format, types, imports, records"
	@echo "make bite      re-run every inventory test with its mechanism forced off; each must fail"
	@echo "make validate  the natural history at full size; rebuilds docs/validation.md"
	@echo "make fit       the natural history against published rows; rewrites fitted.csv and docs/calibration.md"
	@echo "make fit-treatment  the same for treatment, with the natural history installed"
	@echo "make bench     the benchmarks"
	@echo "make lock      rewrite the hashed locks; make upgrade moves them to the newest versions"

# --- environment ------------------------------------------------------------------------------------------------------

.venv/made:
	python="$$(PYTHON="$(PYTHON)" sh tools/find_python.sh)" && "$$python" -m venv .venv
	touch $@

.venv/run: .venv/made $(wildcard requirements/run-*.txt) pyproject.toml
	$(PIP) install --quiet --require-hashes -r $(call LOCK,run)
	$(PIP) install --quiet --no-deps --no-build-isolation --no-index -e .
	touch $@

.venv/test: .venv/run $(wildcard requirements/test-*.txt)
	$(PIP) install --quiet --require-hashes -r $(call LOCK,test)
	touch $@

# --- what the user runs -----------------------------------------------------------------------------------------------

# A finished or interrupted demo is resumed; one of another version (exit code 2) is made anew.
demo: .venv/run
	@code=0; \
	if [ -f demo/manifest.json ]; then \
	    $(BIN)/paget run atc-natural-history -o demo --resume || code=$$?; \
	    if [ $$code -eq 2 ]; then echo "making the demo anew"; rm -rf demo; code=0; fi; \
	fi; \
	if [ $$code -eq 0 ] && [ ! -f demo/manifest.json ]; then \
	    $(BIN)/paget run atc-natural-history -o demo || code=$$?; \
	fi; \
	exit $$code
	@echo "The report: $(CURDIR)/demo/report.html"

test: .venv/test
	$(BIN)/python -m pytest -n $(WORKERS)

# `make -k lint` goes on after the first tool that finds something.
lint: lint-format lint-style lint-types lint-imports lint-records

lint-format: .venv/test
	$(BIN)/ruff format --check --quiet .
lint-style: .venv/test
	$(BIN)/ruff check .
lint-types: .venv/test
	$(BIN)/basedpyright
lint-imports: .venv/test
	$(BIN)/lint-imports --no-logo --cache-dir .import_linter_cache
lint-records: .venv/test
	$(BIN)/python -m paget.knowledge.check
	$(BIN)/python tools/figures.py --check
	$(BIN)/python tools/response_tables.py --check

bite: .venv/test
	$(BIN)/python -m pytest -n $(WORKERS) --bite --bite-table=docs/coverage.md tests

validate: .venv/test
	$(BIN)/python tools/validate.py
	PAGET_FULL_SWEEP=1 $(BIN)/python -m pytest -q -k every_fsync tests/end_to_end/test_invariance.py

# Hours; killed at any moment, the same command goes on.
fit: .venv/run
	$(BIN)/python tools/fit.py --rounds 30 --threads $(WORKERS)

fit-treatment: .venv/run
	$(BIN)/python tools/fit.py --stage 2 --members 20 --steps 2 --patients 40 --rounds 6 --threads $(WORKERS)

bench: .venv/run
	$(BIN)/paget bench

docs-figures: .venv/run
	$(BIN)/python tools/figures.py
	if [ -f demo/summary.json ]; then $(BIN)/python tools/readme_picture.py demo; fi

# --- upkeep -----------------------------------------------------------------------------------------------------------

.venv-lock/made:
	python="$$(PYTHON="$(PYTHON)" sh tools/find_python.sh)" && "$$python" -m venv .venv-lock
	.venv-lock/bin/python -m pip --disable-pip-version-check install --quiet 'uv>=0.9,<1'
	touch $@

lock: .venv-lock/made
	.venv-lock/bin/python tools/lock.py

upgrade: .venv-lock/made
	.venv-lock/bin/python tools/lock.py --upgrade

clean:
	rm -rf .venv .venv-lock .pytest_cache .ruff_cache .hypothesis .import_linter_cache
