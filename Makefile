# Everything is done by `python -m autograder`; make only prepares .venv and passes options on.

PYTHON ?= python3
VENV   ?= .venv
PY      = $(VENV)/bin/python
READY   = $(VENV)/ready

TORCH     := $(shell sed -n 's/^ *"torch==\(.*\)",/\1/p' pyproject.toml | head -n 1)
CPU_INDEX ?= $(if $(filter Linux,$(shell uname -s)),--extra-index-url https://download.pytorch.org/whl/cpu)

# A misspelt variable would grade something else than was meant.
OURS  = ASSIGNMENT SUBMISSIONS OUT ENGINE WORKERS SCHEDULER TIMEOUT DEADLINE EXTENSIONS TIMES KEEP ROSTER \
	ZIP GROUPS OWNERS TITLE DRY_RUN PART
KNOWN = $(OURS) TESTERS ARGS PYTHON VENV CPU_INDEX SHELL MAKEFLAGS TMPDIR \
	AUTOGRADER_% DASK_% DOCKER_% PIP_% UV_% XDG_%
GIVEN := $(foreach name,$(.VARIABLES),$(if $(filter command,$(origin $(name))),$(name)))
$(foreach name,$(filter-out $(KNOWN),$(GIVEN)),$(error no variable $(name) is known; `make help` lists them))

# Neither make nor the shell expands what a variable holds: a folder may be called "$5 'new'".
unexport $(OURS)
quoted  = '$(subst ','\'',$(value $1))'
given   = $(if $(value $1),$2 $(call quoted,$1))
needed  = $(if $(value $1),$(call quoted,$1),$(error make $@ wants $1=<$2>))
only    = $(call given,ASSIGNMENT,--assignment)
options = $(only) $(call given,SUBMISSIONS,--submissions) $(call given,OUT,--out) \
	$(call given,ENGINE,--engine) $(call given,WORKERS,--workers) $(call given,TIMEOUT,--timeout) \
	$(call given,SCHEDULER,--scheduler) $(call given,DEADLINE,--deadline)
marking = $(call given,EXTENSIONS,--extensions) $(call given,TIMES,--times) \
	$(if $(KEEP),--keep)

.DEFAULT_GOAL := build
.DELETE_ON_ERROR:
.PHONY: build built grade export course-report test lint audit bench hostile worker-image check-gradescope lock clean help

# Messages name what the caller types: make's variables and targets.
build grade export course-report worker-image: export AUTOGRADER_CALLER = make

build: $(READY)  ## build every assignment into dist/ (ASSIGNMENT=name: only that one)
	$(PY) -m autograder build $(only)

grade: $(READY)  ## grade the sample class, or SUBMISSIONS=folder of ASSIGNMENT=name (or of another course's ZIP=file) into OUT=folder
	@$(PY) -m autograder grade $(options) $(marking) $(call given,ROSTER,--roster) \
		$(call given,ZIP,--zip)

export: $(READY)  ## write what an LMS imports: OUT=folder of a run, ROSTER=file
	@$(PY) -m autograder export $(call needed,OUT,folder of a graded run) \
		--roster $(call needed,ROSTER,CSV of the class) \
		$(call given,GROUPS,--groups) $(call given,OWNERS,--owners) \
		$(call given,EXTENSIONS,--extensions) $(call given,TITLE,--title) \
		$(if $(DRY_RUN),--dry-run)

course-report: $(READY)  ## make one gradebook of the course from its runs: OUT=folder of runs, ROSTER=file
	@$(PY) -m autograder course-report $(call given,OUT) $(call given,ROSTER,--roster) \
		$(call given,GROUPS,--groups) $(call given,OWNERS,--owners) \
		$(call given,TITLE,--title)

test: $(READY)  ## run the whole test suite, on every core or TESTERS=n (ARGS="-k name" passes on to pytest)
	$(PY) -m pytest -n $(or $(TESTERS),logical) $(ARGS)

lint: $(READY)  ## check style, formatting and types
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

audit: built  ## measure how strong the hidden tests are
	$(PY) -m autograder audit $(options)

bench: built  ## measure grading speed, also against peers (PART=name: only that part)
	$(PY) -m autograder bench $(options) $(call given,PART,--part)

hostile: built  ## grade hostile submissions, also with peers
	$(PY) -m autograder hostile $(options)

worker-image: $(READY)  ## build the image of a cluster's workers (see .cluster/)
	$(PY) -m autograder worker-image

check-gradescope: built  ## run the grading zips as Gradescope would
	$(PY) -m autograder check-gradescope $(only)
	$(PY) -m tests.differential.gradescope autograder-gradescope:$(or $(ASSIGNMENT),autodiff)

built: $(READY)
	@$(PY) -m autograder build --outdated $(only)

# The lock holds everything but torch, with hashes. torch comes alone: the plain name would bring
# gigabytes of CUDA packages on Linux, so a wheel that pip already finds on this disk is taken,
# beside the lock's packages, or else, after them, the one of PyTorch's CPU index.
FROM = torch $(TORCH) comes from PyTorch's CPU index. Where that does not answer pip takes the usual one: \
	gigabytes of CUDA packages. CPU_INDEX='--index-url URL' names a mirror.
$(READY): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "Python 3.10 or newer is needed; name one with PYTHON=python3.x")'
	@echo "Setting up $(VENV), once; this takes a minute or more ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@$(PY) -m pip install --quiet --no-compile --no-index --no-deps torch==$(TORCH) 2>/dev/null & torch=$$!; \
		$(PY) .ci/install.py requirements.lock; locked=$$?; wait $$torch; found=$$?; \
		test $$locked -eq 0 && { test $$found -eq 0 || { echo "$(FROM)"; $(PY) -m pip install \
			--disable-pip-version-check --retries 2 $(CPU_INDEX) torch==$(TORCH); }; }
	@$(PY) .ci/compile.py autograder/sandbox/requirements.lock & \
		$(PY) -m pip install --quiet --disable-pip-version-check --no-index --no-deps --no-build-isolation \
			--editable . && wait
	@touch $@

lock: $(READY)  ## write the lock files anew from pyproject.toml
	$(PY) -m uv $(locking) --extra cluster --group dev --group sandbox pyproject.toml -o requirements.lock
	$(PY) -m uv $(locking) --group sandbox -c requirements.lock -o autograder/sandbox/requirements.lock
	@touch $(READY)

locking = pip compile --quiet --universal --python-version 3.10 --generate-hashes --no-emit-package torch \
	--custom-compile-command "make lock"

clean:  ## remove what was built and measured (.venv stays)
	rm -rf dist results .pytest_cache .hypothesis .mypy_cache .ruff_cache
	find autograder tests assignments -name __pycache__ -type d -prune -exec rm -rf {} +

help:  ## show this list
	@sed -n 's/^\([a-z-]*\):.*  ## /\1\t/p' $(MAKEFILE_LIST) | while IFS="$$(printf '\t')" read -r name text; \
		do printf '  make %-18s%s\n' "$$name" "$$text"; done
	@echo "Options of grade: ENGINE=docker|local WORKERS=n TIMEOUT=seconds SCHEDULER=tcp://host:port DEADLINE=2025-03-01T23:59 EXTENSIONS=file TIMES=file ROSTER=file KEEP=1"
	@echo "Options of course-report: OUT=folder ROSTER=file OWNERS=file GROUPS=file TITLE=name"
	@echo "Options of export: ROSTER=file GROUPS=file OWNERS=file EXTENSIONS=file TITLE=name DRY_RUN=1"
