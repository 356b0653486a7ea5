# Two commands matter: `make run` and `make test`. Both set up whatever is missing.
# Variables of `make run`: PORT (8000), MEDIA_PORT (8001), SHARED_PORT (PORT + 2), TRANSOM_DATA (var), DATABASE_URL (SQLite in the data folder).
PYTHON_OF_VENV := .venv/bin/python

.PHONY: help run test test-fast lint bench lock clean

help:
	@echo "make run        set up what is missing and serve http://localhost:8000 with a demo"
	@echo "make test       every check and every test, on SQLite and PostgreSQL, with a real browser"
	@echo "make test-fast  the tests that need neither browser nor live server, on SQLite"
	@echo "make lint       the checks that run no code of ours"
	@echo "make bench      the benchmarks; each prints ratios measured in one run"
	@echo "make lock       make requirements*.txt anew from pyproject.toml (needs uv)"
	@echo "make clean      remove everything that was made, except the data folder"

run: $(PYTHON_OF_VENV)
	@exec $(PYTHON_OF_VENV) tools/run.py

test: $(PYTHON_OF_VENV)
	@exec $(PYTHON_OF_VENV) tools/test.py

test-fast: $(PYTHON_OF_VENV)
	@exec $(PYTHON_OF_VENV) tools/test.py --fast

lint: $(PYTHON_OF_VENV)
	@exec $(PYTHON_OF_VENV) tools/test.py --lint

bench: $(PYTHON_OF_VENV)
	@exec $(PYTHON_OF_VENV) tools/bench.py

lock:
	uv pip compile $(LOCK_FLAGS) --extra demo pyproject.toml -o requirements.txt
	uv pip compile $(LOCK_FLAGS) --extra demo --extra s3 -c requirements.txt pyproject.toml -o requirements-s3.txt
	uv pip compile $(LOCK_FLAGS) --extra demo --extra s3 --extra test -c requirements-s3.txt pyproject.toml -o requirements-test.txt

# One lock for every Python from 3.11 and every system; no index is named in it.
LOCK_FLAGS := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet

clean:
	rm -rf .venv node_modules static/vendor .cache .hypothesis .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

$(PYTHON_OF_VENV):
	@sh tools/make_venv.sh
