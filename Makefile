# make demo    a meter's readings in your browser; SECONDS=20 makes it end by itself
# make test    all tests, and what they need first
# make bench   what is measured, into benchmarks/results.json
SECONDS =
PYTEST_FLAGS =

.PHONY: setup demo test lint bench

setup:
	@scripts/setup.sh test

demo:
	@scripts/setup.sh base
	@.venv/bin/python scripts/demo.py $(SECONDS)

test: setup lint
	.venv/bin/python -m pytest $(PYTEST_FLAGS)

lint: setup
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

bench: setup
	.venv/bin/python -m benchmarks
