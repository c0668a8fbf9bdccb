# make app      installs what is missing and serves the dashboard (PORT=5007 for another port)
# make test     the whole test suite: ruff, tests, notebooks, the page in a browser, and beside it pyright
# make browser  that page alone
# make quick    ruff, the laws and the core on one case a member: between two thoughts
# make catalog  docs/catalog.md, after a member was added
# make pictures the pictures of the notebooks, after one of them was changed
# make docs     the documentation as a site, in site/html/index.html, with the notebooks run
# make peers    the libraries that benchmarks compare with, in .peers
# make install  the environment alone, in .venv (PYTHON=python3.12 for another Python)

PYTHON ?= python3
PORT ?= 5006
BIN := .venv/bin
INSTALLED := .venv/.installed
NOTEBOOKS := --nbval-lax --nbval-current-env --nbval-cell-timeout=600
# Side by side, piece by piece (tests/scheduling.py); after them pages in a browser, one after another (suite.md).
TOGETHER := -n auto --maxprocesses 4 -m 'not browser'
BROWSER := -m browser tests/app tests/notebook
# What most changes break first: the laws of every member and the analysis, without notebooks, pages, files and training.
QUICK := tests/laws tests/analysis tests/test_architecture.py tests/test_parameters.py tests/test_problem.py tests/test_run.py

.PHONY: app test together browser quick install lint style types catalog pictures docs peers

app: $(INSTALLED)
	@exec $(BIN)/workbench serve --port $(PORT)

test: style
	@$(MAKE) --no-print-directory together
	@$(MAKE) --no-print-directory --keep-going --jobs 2 browser types

together: $(INSTALLED)
	@$(BIN)/python -m pytest $(TOGETHER) $(NOTEBOOKS) tests notebooks

# What it says comes at its end: two that write at once cannot be read.
browser: $(INSTALLED)
	@log=$$(mktemp); $(BIN)/python -m pytest $(BROWSER) >$$log 2>&1; status=$$?; cat $$log; rm $$log; exit $$status

quick: style
	@$(BIN)/python -m pytest $(TOGETHER) --quick $(QUICK)

lint: style types

style: $(INSTALLED)
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(INSTALLED)
	@$(BIN)/pyright

catalog: $(INSTALLED)
	@$(BIN)/workbench list --markdown > docs/catalog.md

pictures: $(INSTALLED)
	@$(BIN)/python -m docs.notebook_pictures

docs: $(INSTALLED)
	@$(BIN)/sphinx-build -q -W -b html docs site/html && echo site/html/index.html

# The libraries that benchmarks compare with, in .peers.
peers:
	@$(PYTHON) -m venv .peers
	@.peers/bin/python -m pip install --quiet --disable-pip-version-check -r benchmarks/peers.txt

install: $(INSTALLED)

# A folder that was moved or whose Python is gone keeps a dead .venv: it is made anew.
$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo 'The workbench needs Python 3.11 or later, and "$(PYTHON)" is not: say, for example, make $(MAKECMDGOALS) PYTHON=python3.12' >&2; exit 2; }
	@$(BIN)/python -c '' 2>/dev/null || $(PYTHON) -m venv --clear .venv
	@echo 'Installing into .venv, which takes a few minutes the first time ...'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[app,data,instruments,examples,lab,sweep,dev]'
	@touch $@
