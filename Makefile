# The two commands: `make run` and `make test`. Everything they install lands in .venv, everything they write in var/.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: run test lock fmt words clean bench

run: $(VENV)/.run
	@$(BIN)/python manage.py up

test: $(VENV)/.test
	@$(BIN)/python -m tests.run

bench: $(VENV)/.test
	@$(BIN)/python -m bench

# The long form of a proof, with its figures: prove-audit, prove-promotion, prove-crash, prove-outage, prove-model …
prove-%: $(VENV)/.test
	@$(BIN)/python -m tests.proofs $*

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version)'
	$(PYTHON) -m venv $(VENV)

# The lock files are whole, so pip resolves nothing: it takes pydantic[email] for unpinned beside pydantic==… once a newer one is out.
$(VENV)/.run: requirements/run.txt | $(VENV)/bin/python
	@test $(VENV)/.test -nt requirements/test.txt || $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/run.txt
	@touch $@

$(VENV)/.test: requirements/test.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/test.txt
	@touch $@ $(VENV)/.run

# Rewrites both hashed lock files from pyproject.toml; needs uv. No address of any index is written.
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
lock:
	rm -f requirements/*.txt
	$(LOCK) --extra demo --extra test pyproject.toml -o requirements/test.txt
	$(LOCK) --extra demo -c requirements/test.txt pyproject.toml -o requirements/run.txt

fmt: $(VENV)/.test
	$(BIN)/ruff check --fix . && $(BIN)/ruff format .

# Takes the words of the public site from its sources into locale/, compiles them, and lists what is left to translate.
words: $(VENV)/.test
	@$(BIN)/python -m tests.words

clean:
	rm -rf $(VENV) var
