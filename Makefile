# `make test` and `make demo` each make what they need on a machine with Python 3.11 or newer.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: test demo guard lint types check format clean

test: lint types check

lint: $(VENV)/ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/ready
	$(BIN)/pyright

check: $(VENV)/ready
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --dist loadfile

# Fails where training has become slower than it was measured to be.
guard: $(VENV)/ready
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/guard.py

# Train on a sample, show its receipt, and predict with it.
demo: $(VENV)/ready
	rm -rf demo && mkdir demo
	cd demo && ../$(BIN)/fourbeat sample tickets
	cd demo && ../$(BIN)/fourbeat train tickets.csv --target escalated
	cd demo && ../$(BIN)/fourbeat show runs/tickets
	cd demo && ../$(BIN)/fourbeat predict runs/tickets tickets.csv --out predictions.csv
	cd demo && ../$(BIN)/fourbeat verify runs/tickets

format: $(VENV)/ready
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

$(VENV)/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@

clean:
	rm -rf $(VENV) demo runs
