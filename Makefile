.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
PY := $(BIN)/python
# Downloads go to data/cache. A folder of data beside the course is used where there is one.
export AE_DATA ?= $(firstword $(wildcard ../shared/data) data/cache)

NBVAL := --nbval-lax --nbval-cell-timeout=600
# quick: the embedded samples, offline, in seconds. class: real data, every claim must be in its band.
QUICK := AE_PROFILE=quick AE_DATA_SOURCE=embedded
CLASS := AE_PROFILE=class AE_DATA_SOURCE=real AE_STRICT=1
# conftest.py puts the longest lessons first; loadscope must not change that.
TWO := --numprocesses 2 --dist loadscope --no-loadscope-reorder
NAME = $(shell echo $(LESSON) | sed 's/^[0-9]*_//')

.PHONY: help lab author check test test-all test-class test-colab test-oldest notebooks address write claims \
  teacher student grade site slides bench clean
help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## */make \1\t/' | expand -t 18

# Set-up

.venv/lab: requirements.txt
	$(PYTHON) -I utils/python_check.py
	test -x $(PY) || $(PYTHON) -m venv .venv
	$(PY) -I utils/python_check.py
	$(PY) -m pip install --quiet -r requirements.txt
	touch $@

.venv/dev: .venv/lab requirements-dev.txt
	$(PY) -m pip install --quiet -r requirements-dev.txt
	touch $@

lab: .venv/lab  ## set up, then open JupyterLab on the start page (LANGUAGE=pt-BR for Portuguese)
	$(PY) lab.py $(if $(filter en pt-BR,$(LANGUAGE)),--language $(LANGUAGE)) $(LAB)

author: .venv/dev  ## open JupyterLab on the whole course, sources included
	$(PY) lab.py --author $(LAB)

# Tests: one lesson in under a minute, everything a change can break in under ten, all the rest

check: .venv/dev  ## check one lesson in under a minute: make check LESSON=06_music
	@test -f "notebooks/source/$(LESSON).py" || { echo "Name a lesson: make check LESSON=$(notdir $(basename $(firstword $(wildcard notebooks/source/[0-9]*.py))))"; exit 2; }
	$(BIN)/ruff check notebooks/source/$(LESSON).py exercises/$(NAME).py
	$(BIN)/ruff format --check notebooks/source/$(LESSON).py exercises/$(NAME).py
	$(PY) authoring/lint.py notebooks/source/$(LESSON).py
	$(PY) authoring/build.py --check $(LESSON)
	$(PY) -m pytest -q tests/exercises/test_answers.py -k "$(NAME)"

test: .venv/dev  ## set up, then test all that a change can break: under ten minutes
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(PY) authoring/build.py --teacher
	$(PY) -m pytest $(TWO)
	$(QUICK) $(PY) -m pytest $(NBVAL) $(TWO) build/teacher/en notebooks/pt-BR/03_fashion_homework.ipynb
ifneq ($(wildcard $(AE_DATA)/mnist),)
	$(CLASS) $(PY) -m pytest $(NBVAL) notebooks/pt-BR/02_mnist.ipynb
endif

test-all: test test-class test-colab test-oldest  ## everything: an hour or more, once a week
	AE_FUZZ=2000 $(PY) -m pytest -m slow

test-class: .venv/dev  ## all lessons in profile class on the real data, every claim in its band
	$(PY) authoring/build.py --teacher
	$(CLASS) $(PY) -m pytest $(NBVAL) build/teacher/en

# What Colab preinstalls in its versions (tests/colab.txt), the rest as pip finds it.
.venv-colab/ready: requirements.txt tests/colab.txt
	test -x .venv-colab/bin/python || $(PYTHON) -m venv .venv-colab
	.venv-colab/bin/python -m pip install --quiet -c tests/colab.txt -r requirements.txt jupytext pytest pytest-xdist hypothesis
	touch $@

# The lower bounds of requirements.txt themselves, the rest as pip finds it. This needs Python 3.11
# or 3.12: the oldest TensorFlow has nothing for newer ones.
.venv-oldest/ready: requirements.txt
	test -x .venv-oldest/bin/python || $(PYTHON) -m venv .venv-oldest
	sed -nE 's/^([A-Za-z-]+)>=([0-9.]+).*/\1==\2/p' requirements.txt > .venv-oldest/bounds.txt
	.venv-oldest/bin/python -m pip install --quiet -r .venv-oldest/bounds.txt jupytext pytest pytest-xdist hypothesis
	touch $@

test-colab: .venv-colab/ready  ## units, science and every lesson in quick on the versions that Colab has
test-oldest: .venv-oldest/ready  ## the same on the oldest versions that requirements.txt allows
test-colab test-oldest:
	.venv-$(@:test-%=%)/bin/python -m pytest tests/unit tests/science
	$(QUICK) .venv-$(@:test-%=%)/bin/python -m pytest $(NBVAL) $(TWO) notebooks/en

# What is made from the sources; LESSON=06_music takes one lesson

notebooks: .venv/dev  ## make the notebooks and the tables of the READMEs
	$(PY) authoring/build.py $(LESSON)

address: .venv/dev  ## set the web address of the course: make address URL=https://… (default: the git remote)
	$(PY) authoring/facts.py $(URL)
	$(PY) authoring/build.py

write: .venv/dev  ## follow a source and show the lesson anew after each save (LESSON=06_music)
	$(PY) authoring/watch.py $(LESSON)

claims: .venv/dev  ## run the lessons on the real data: recorded values and outputs
	$(PY) authoring/build.py $(LESSON)
	$(PY) authoring/run.py $(LESSON)
	$(PY) authoring/build.py $(LESSON)
	$(PY) authoring/build.py --check $(LESSON)

teacher: .venv/dev  ## make the notebooks with the solutions in build/teacher
	$(PY) authoring/build.py --teacher $(LESSON)

student: .venv/dev  ## make the class edition, without sources and solutions, in build/student
	$(PY) authoring/editions.py

site: .venv/dev  ## make the site in build/site: both languages, nothing is fetched when it is read
	$(PY) authoring/site/build.py

slides: .venv/dev  ## make slides in build/slides (LANGUAGE=pt-BR for one language)
	$(PY) authoring/slides.py $(if $(filter en pt-BR,$(LANGUAGE)),--language $(LANGUAGE)) $(LESSON)

grade: .venv/dev  ## grade returned homework in a sandbox: make grade FOLDER=returned [OUT=grades]
	$(PY) -m exercises.grading "$(FOLDER)" --out "$(or $(OUT),grades)"

bench: .venv/dev  ## compare the lessons with plain programs and PyTorch (LESSON=06_music for one)
	$(PY) benchmarks/bench.py $(LESSON)

clean:  ## remove the environment, caches and everything in build, never data
	rm -rf .venv .venv-colab .venv-oldest .pytest_cache .ruff_cache build
