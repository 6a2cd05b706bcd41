# Everything from a fresh clone: make demo, make test. Needs Python >= 3.11 with pip, make and git.
# PYTHON=... names the interpreter, ARGS="..." is passed on to the command of demo, test, test-all, test-nli, test-train, bench.

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-all test-nli test-train lint bench docs lock clean

BIN := .venv/bin
ARGS ?=
export PYTHON

# Files stay on one worker, so that what a module sets up (a server, a browser) is set up once.
PYTEST := PYTHONPATH=tools $(BIN)/python -m pytest -p browser_tests_must_run -n 2 --dist loadfile
# crowd-kit asks for transformers, for summaries of texts that nothing here calls; the extras that use it are not locked.
UNLOCKED := --no-emit-package transformers --no-emit-package tokenizers --no-emit-package safetensors
COMPILE := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate --upgrade --quiet

help:
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

setup: ## make or refresh .venv from requirements.lock
	@tools/setup.sh

demo: setup ## measure a small local model and two simulated respondents; prints the report's path
	@$(BIN)/axiometer demo $(ARGS)

test: setup ## all tests but the slow ones
	@tools/chromium.sh
	@$(PYTEST) -m "not slow" $(ARGS)

test-all: setup ## every test
	@tools/chromium.sh
	@$(PYTEST) $(ARGS)

# PyTorch as the index has it; UV_TORCH_BACKEND=cpu takes the small build without CUDA.
test-nli: ## tests of contradiction models with PyTorch, in an environment of their own (.venv-nli)
	@tools/setup.sh --nli
	@.venv-nli/bin/python -m pytest tests/models/contradiction $(ARGS)

test-train: ## tests of tuning and of transformers with PyTorch, in an environment of their own (.venv-train)
	@tools/setup.sh --train
	@.venv-train/bin/python -m pytest tests/align tests/expression/transformer tests/models/test_transformers_model.py tests/cli/test_align.py tests/cli/test_express_transformers.py $(ARGS)

lint: setup ## style, types, and that rooms import downward only
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup ## speed and memory beside the peers, which get an environment of their own (.venv-peers)
	@tools/setup.sh --peers
	@$(BIN)/python -m benchmarks $(ARGS)

docs: setup ## build the site into site/
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

lock: setup ## resolve all dependencies anew, with hashes and without addresses
	@$(BIN)/python tools/environment.py uv pip compile pyproject.toml --extra local --extra ray --extra faiss --extra people --extra web --group dev $(UNLOCKED) $(COMPILE) -o requirements.lock
	@$(BIN)/python tools/environment.py uv pip compile benchmarks/peers.in $(COMPILE) -o benchmarks/peers.lock

clean: ## remove environments, caches and built files; runs are kept
	@rm -rf .venv .venv-peers .venv-nli .venv-train build dist site .mypy_cache .ruff_cache .import_linter_cache .hypothesis .benchmarks
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
