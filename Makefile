.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
# Real data: this folder is used where it is there; data/cache is where downloads land.
export AE_DATA ?= $(firstword $(wildcard ../shared/data) data/cache)

# No question about news at the first start: a classroom may have no network.
SETTINGS := {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false"}}
NBVAL := --nbval-lax --nbval-cell-timeout=600
# Offline in seconds on the embedded samples; in minutes on the real data, every figure judged.
QUICK := AE_PROFILE=quick AE_DATA_SOURCE=embedded
CLASS := AE_PROFILE=class AE_DATA_SOURCE=real AE_STRICT=1

.PHONY: help lab test test-colab test-oldest test-browser notebooks claims grade site slides bench clean
help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## */make \1\t/' | expand -t 18

.venv/lab: requirements.txt
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Python 3.11 or newer is needed: make PYTHON=python3.12 ...')"
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet -r requirements.txt
	mkdir -p .venv/share/jupyter/lab/settings
	echo '$(SETTINGS)' > .venv/share/jupyter/lab/settings/overrides.json
	touch $@

.venv/dev: .venv/lab requirements-dev.txt
	$(BIN)/python -m pip install --quiet -r requirements-dev.txt
	touch $@

lab: .venv/lab  ## set up, then open JupyterLab on the lessons
	$(BIN)/jupyter lab --ip=127.0.0.1 --notebook-dir=notebooks --LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate $(LAB)

test: .venv/dev  ## set up, then run everything that CI runs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m pytest
	$(QUICK) $(BIN)/python -m pytest $(NBVAL) --numprocesses 2 --dist loadscope notebooks/en notebooks/solutions/en
ifneq ($(wildcard $(AE_DATA)/mnist),)
	$(CLASS) $(BIN)/python -m pytest $(NBVAL) notebooks/pt-BR/02_mnist.ipynb
endif

# What Colab preinstalls in its versions (tests/colab.txt), the rest as pip finds it.
.venv-colab/ready: requirements.txt tests/colab.txt
	test -x .venv-colab/bin/python || $(PYTHON) -m venv .venv-colab
	.venv-colab/bin/python -m pip install --quiet -c tests/colab.txt -r requirements.txt jupytext pytest pytest-xdist
	touch $@

# The lower bounds of requirements.txt themselves, the rest as pip finds it. With Python 3.11 or
# 3.12: the oldest TensorFlow has nothing for newer ones.
.venv-oldest/ready: requirements.txt
	test -x .venv-oldest/bin/python || $(PYTHON) -m venv .venv-oldest
	sed -nE 's/^([A-Za-z-]+)>=([0-9.]+).*/\1==\2/p' requirements.txt > .venv-oldest/bounds.txt
	.venv-oldest/bin/python -m pip install --quiet -r .venv-oldest/bounds.txt jupytext pytest pytest-xdist
	touch $@

test-colab: .venv-colab/ready  ## units, science and every lesson in quick on the versions that Colab has
test-oldest: .venv-oldest/ready  ## the same on the oldest versions that requirements.txt allows
test-colab test-oldest:
	.venv-$(@:test-%=%)/bin/python -m pytest tests/unit tests/science
	$(QUICK) .venv-$(@:test-%=%)/bin/python -m pytest $(NBVAL) --numprocesses 2 --dist loadscope notebooks/en

test-browser: .venv/dev  ## every lesson in a real browser, both languages
	AE_BROWSER=all $(BIN)/python -m pytest tests/browser

notebooks: .venv/dev  ## make the notebooks and the tables of the READMEs from the sources
	$(BIN)/python authoring/build.py $(LESSON)

claims: .venv/dev  ## run the lessons on the real data: results file, outputs (LESSON=... for one)
	$(BIN)/python authoring/build.py $(LESSON)
	$(BIN)/python authoring/run.py $(LESSON)
	$(BIN)/python authoring/build.py $(LESSON)
	$(BIN)/python authoring/build.py --check $(LESSON)

grade: .venv/dev  ## grade returned homework: make grade FOLDER=returned [OUT=grades]
	$(BIN)/python -m exercises.grading "$(FOLDER)" --out "$(or $(OUT),grades)"

site: .venv/dev  ## make the site in site/html: both languages, nothing fetched when it is read
	$(BIN)/python authoring/site/build.py

slides: .venv/dev  ## make slides in site/slides (LESSON=02_mnist LANGUAGE=pt-BR for one): they need no network
	$(BIN)/python authoring/site/slides.py $(if $(filter en pt-BR,$(LANGUAGE)),--language $(LANGUAGE)) $(LESSON)

bench: .venv/dev  ## time the course against plain programs and PyTorch (ONLY="F1 quick" for some lines)
	$(BIN)/python benchmarks/bench.py $(if $(ONLY),--only $(ONLY))

clean:  ## remove the environment and caches, never data
	rm -rf .venv .pytest_cache .ruff_cache
