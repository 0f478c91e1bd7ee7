# Two commands matter: `make demo` to see it, `make test` to trust it.

PYTHON = python3
VENV = .venv/bin

help:
	@echo "make demo         install, load demo data, serve on http://127.0.0.1:8000 (PORT=... overrides)"
	@echo "make test         everything that must pass: lint, types, the suite on SQLite and PostgreSQL"
	@echo "make lint         ruff, import layers, types"
	@echo "make fmt          format the code"
	@echo "make chaos        kill and restart everything while mails go out: one seed, both databases"
	@echo "make chaos-full   the same with ten seeds and times as they are: hours"
	@echo "make bench        measure speed, each figure beside its reference"
	@echo "make vendor       fetch scripts, styles and fonts again, with integrity check"
	@echo "make lock         make requirements*.lock from pyproject.toml (needs uv; UPGRADE=1 for newer versions)"
	@echo "make messages     collect and compile the German texts (needs gettext)"
	@echo "make screenshots  take the pictures of the README"

demo: python
	@exec $(PYTHON) ops/demo.py

test: python
	@exec $(PYTHON) ops/test.py

lint: python
	@exec $(PYTHON) ops/test.py --lint

fmt: python
	@$(PYTHON) ops/install.py requirements-dev.lock
	$(VENV)/ruff check --fix .
	$(VENV)/ruff format .

bench: python
	@$(PYTHON) ops/install.py requirements-dev.lock
	$(VENV)/python bench/search.py
	$(VENV)/python bench/api.py --publish
	$(VENV)/python bench/registrations.py --publish
	$(VENV)/python bench/mails.py --publish

chaos: python
	@$(PYTHON) ops/install.py requirements-dev.lock
	@PYTHONPATH=ops $(VENV)/python -m chaos --seed $(or $(SEED),1)

chaos-full: python
	@$(PYTHON) ops/install.py requirements-dev.lock
	@PYTHONPATH=ops $(VENV)/python -m chaos --form full --seed $(or $(SEED),1) --seeds 10

vendor: python
	$(PYTHON) ops/vendor

lock: python
	$(PYTHON) ops/lock.py $(if $(UPGRADE),--upgrade)

messages:
	$(VENV)/python manage.py makemessages -l de --no-location --no-obsolete \
		--ignore .venv --ignore var --ignore tests --ignore static
	$(VENV)/python manage.py compilemessages --ignore .venv --ignore var

screenshots:
	$(VENV)/python ops/screenshots

python:
	@command -v $(PYTHON) >/dev/null || { echo "DMA-CRM needs Python 3.11 or newer, and there is no $(PYTHON) here." >&2; exit 1; }

.PHONY: help demo test lint fmt bench chaos chaos-full vendor lock messages screenshots python
