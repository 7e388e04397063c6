# What IPEO is run, tested and checked with. `make` alone lists it.

.DEFAULT_GOAL := help
.PHONY: help run test check bench bench-peers lock shots

# Python keeps what it has compiled: a process of the product starts in a third of the time.
export PYTHONDONTWRITEBYTECODE :=

PIP := .venv/bin/python -m pip install -q --no-compile --require-hashes --disable-pip-version-check
COMPILE := .venv/bin/python -m uv pip compile -q --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url

help: ## List what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20
	@echo "HOST (127.0.0.1), PORT (8000) and IPEO_HOME (.ipeo) can be set: make run PORT=8001"

run: .venv/runtime ## Install, start everything, print the address; Ctrl-C stops it
	@.venv/bin/python manage.py up --with-parent

test: .venv/development ## Install and run the tests
	@echo "Running the tests."
	@.venv/bin/python -m pytest -n 2 --dist loadgroup $(PYTEST)

check: .venv/development ## Lint, types, import contracts, migrations, templates
	.venv/bin/python -m ruff check .
	.venv/bin/python -m ruff format --check .
	.venv/bin/python -m mypy
	.venv/bin/lint-imports
	.venv/bin/python manage.py makemigrations --check --dry-run
	find templates -name '*.html' -exec .venv/bin/djade --check --target-version 5.2 {} +

bench: .venv/development ## Measure against floors, in ratios
	@.venv/bin/python -m tests.benchmarks

bench-peers: .venv/development .venv-peers ## Measure beside other packages, in an environment of theirs
	@.venv/bin/python -m tests.benchmarks.peers .venv-peers/bin/python

shots: .venv/development ## Take the pictures of the README
	@.venv/bin/python -m tests.browser.shots

lock: .venv/development ## Resolve pyproject.toml into the hash-pinned files
	$(COMPILE) pyproject.toml -o requirements.lock
	$(COMPILE) --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	$(COMPILE) requirements-peers.in -o requirements-peers.lock

# Those below compare contents, not dates: a checkout sets dates as it likes.
.PHONY: .venv/python .venv/runtime .venv/development .venv-peers

.venv/python:
	@if ! .venv/bin/python -c "" 2>/dev/null; then \
		ok='import sys; sys.exit(sys.version_info < (3, 11) or sys.implementation.name != "cpython")'; \
		for candidate in $(PYTHON) python3 python3.13 python3.12 python3.11 python3.14; do \
			if "$$candidate" -c "$$ok" 2>/dev/null; then found="$$candidate"; break; fi; \
		done; \
		if [ -z "$$found" ]; then \
			echo "No CPython 3.11 or newer was found. Name one: make run PYTHON=/path/to/python3"; \
			exit 1; \
		fi; \
		echo "Making .venv with $$("$$found" -V)."; \
		rm -rf .venv; \
		"$$found" -m venv .venv || { \
			rm -rf .venv; \
			echo "$$found cannot make a virtual environment; on Debian, install python3-venv."; \
			exit 1; }; \
	fi

.venv/runtime: .venv/python
	@if ! cmp -s requirements.lock .venv/requirements.lock; then \
		echo "Installing what IPEO runs on, by the hashes in requirements.lock; it takes a minute or two."; \
		$(PIP) -r requirements.lock && cp requirements.lock .venv/requirements.lock; \
	fi

.venv/development: .venv/python
	@if ! cmp -s requirements-dev.lock .venv/requirements-dev.lock; then \
		echo "Installing what IPEO is tested with, by the hashes in requirements-dev.lock; it takes some minutes."; \
		$(PIP) -r requirements-dev.lock \
			&& cp requirements.lock requirements-dev.lock .venv; \
	fi

.venv-peers: .venv/python
	@if ! cmp -s requirements-peers.lock .venv-peers/requirements-peers.lock; then \
		echo "Installing the packages measured against, by the hashes in requirements-peers.lock."; \
		.venv/bin/python -m venv --clear .venv-peers \
			&& .venv-peers/bin/python -m pip install --no-compile --require-hashes \
				--disable-pip-version-check -q -r requirements-peers.lock \
			&& cp requirements-peers.lock .venv-peers; \
	fi
