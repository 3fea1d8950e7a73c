# make run: the whole hotline on this machine. See README.md.
BIN := .venv/bin
# A test starts hundreds of commands: where Python may write no bytecode, each would compile all that it imports anew.
QUICK := env -u PYTHONDONTWRITEBYTECODE PYTHONPYCACHEPREFIX=$(CURDIR)/.venv/bytecode
# Files in the order of tests/conftest.py, the longest first, not those with the most tests first.
BY_FILE := --dist loadfile --no-loadscope-reorder

.PHONY: help run test faults bench heard speech check lock

help:
	@echo 'make run    brings what is missing and runs the hotline with the demo city; Ctrl-C stops it'
	@echo 'make test   every test, with a real Asterisk, real callers and a real browser'
	@echo 'make faults the fault tests too long for every run'
	@echo 'make bench  the hotline measured beside Asterisk alone, some ten minutes; wants the machine to itself'
	@echo 'make heard  every prompt heard over a telephone line and recognised, some four minutes; brings 600 MB'
	@echo 'make speech voice and ear for the prompts'' page and hotline transcribe; brings 600 MB'
	@echo 'make check  style, types and the import rule'
	@echo 'make lock   writes the locks anew from pyproject.toml'

run:
	@install/bootstrap run && exec $(BIN)/hotline up

# Both suites run even if the first fails; pytest's closing line comes last.
test:
	@install/bootstrap test
	@status=0; $(BIN)/python -m install npm test || status=1; $(QUICK) $(BIN)/pytest -n 3 $(BY_FILE) || status=1; exit $$status

# Every check runs even if one before it fails.
CHECKS := 'mypy --strict' 'ruff check' 'ruff format --check' 'lint-imports' \
	'python -m install npm run check'

# Too long for every run.
faults:
	@install/bootstrap test
	$(QUICK) $(BIN)/pytest -m faults -n 2 $(BY_FILE)

bench:
	@install/bootstrap test
	$(QUICK) $(BIN)/python -m bench

# The recogniser has an environment of its own: nothing else needs it.
heard:
	@install/bootstrap test
	@$(BIN)/python -m install hearing
	$(QUICK) $(BIN)/python -m bench.heard build/heard
	build/hearing/bin/python -m agi.prompts.listen --calls build/heard

speech:
	@install/bootstrap speech

check:
	@install/bootstrap check
	@status=0; for check in $(CHECKS); do echo "== $$check"; $(BIN)/$$check || status=1; done; exit $$status

lock:
	@install/bootstrap lock
