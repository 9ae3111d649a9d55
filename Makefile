# Von den eingegangenen Bögen zum fertigen Bericht. `make` zeigt, was es gibt.
# Order of this file = order of the pipeline. Each step is a file rule; phony names are only doors to files.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules
SHELL := /bin/sh

# What makes results repeatable. Byte-code is wanted: without it every step imports four times slower.
unexport PYTHONDONTWRITEBYTECODE
unexport PYTHONPATH
export PYTHONHASHSEED := 0
export TZ := UTC
export LC_ALL := C.UTF-8
export MPLBACKEND := Agg
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1
export PYDEVD_DISABLE_FILE_VALIDATION := 1

REPORT ?= zwischenbericht-2019
DATA   ?= data/raw

# An environment of your own (conda): make report PYTHON=python. Otherwise make creates one in .venv.
ifdef PYTHON
  PY  := $(PYTHON)
  ENV :=
  LAB :=
  TESTENV :=
else
  BIN := .venv/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
  PY  := $(BIN)/python
  ENV := .venv/run.txt
  LAB := .venv-lab/lab.txt
  TESTENV := .venv/test.txt
endif
BASE_PYTHON ?= $(firstword $(foreach p,python3 python3.13 python3.12 python3.11 python,$(if $(shell $(p) -c "import sys; sys.version_info >= (3, 11) and print(1)" 2>/dev/null),$(p))))
GK := $(PY) -m gkanalysis

# Outputs of a data folder of one's own go below confidential/, which git ignores: the two cannot mix.
ifeq ($(patsubst %/,%,$(DATA)),data/raw)
  WORK := .
  BUILD := build
  PROCESSED := data/processed
  REPORTS := reports
else
  WORK := confidential/$(notdir $(patsubst %/,%,$(DATA)))
  BUILD := $(WORK)/build
  PROCESSED := $(WORK)/processed
  REPORTS := $(WORK)/reports
endif
STATE := $(BUILD)/state

LIB_BASE   := $(wildcard src/gkanalysis/*.py)
LIB_INGEST := $(LIB_BASE) $(wildcard src/gkanalysis/ingest/*.py src/gkanalysis/word/*.py)
LIB_REPORT := $(LIB_BASE) $(wildcard src/gkanalysis/tabulate/*.py src/gkanalysis/stats/*.py src/gkanalysis/report/*.py src/gkanalysis/report/templates/* src/gkanalysis/report/fonts/*)
ALL_REPORTS := $(basename $(notdir $(wildcard reports/*.yml)))
SOURCES := $(patsubst $(DATA)/%/forms,%,$(wildcard $(DATA)/*/forms))

# Goals that build need to know whether received files changed, and the rules of the chosen reports.
BUILDING := $(filter report reports data $(REPORTS)/% $(BUILD)/% $(PROCESSED)/%,$(MAKECMDGOALS))
WANTED := $(if $(filter reports,$(MAKECMDGOALS)),$(ALL_REPORTS),$(REPORT))
ifneq ($(BUILDING),)
  ifneq ($(wildcard reports/$(REPORT).yml),)
    include $(WANTED:%=$(BUILD)/rules/%.mk)
  endif
  STATE_CHECK := $(shell $(if $(wildcard $(PY)),$(PY),$(BASE_PYTHON)) -I -S src/gkanalysis/rawstate.py $(DATA) $(STATE) 2>&1)
  ifneq ($(STATE_CHECK),)
    $(error $(STATE_CHECK))
  endif
endif

##@ Berichte
.PHONY: report reports data
report: $(foreach f,html pdf docx,$(REPORTS)/$(REPORT)/$(REPORT).$(f)) ## Bericht erzeugen: HTML, PDF, DOCX (REPORT=..., DATA=Ordner)
reports: $(foreach r,$(ALL_REPORTS),$(foreach f,html pdf docx,$(REPORTS)/$(r)/$(r).$(f))) ## Alle Berichte erzeugen
data: $(PROCESSED)/buendnisse.parquet $(SOURCES:%=$(PROCESSED)/%-cases.parquet) ## Nur einlesen und prüfen

reports/$(REPORT).yml:
	@echo "Fehler: Einen Bericht „$(REPORT)“ gibt es nicht; vorhanden sind: $(ALL_REPORTS)." >&2; exit 2

$(BUILD)/rules/%.mk: reports/%.yml src/gkanalysis/report/definition.py $(ENV)
	@mkdir -p $(@D)
	@$(GK) rules $* --data $(DATA) > $@.new && mv $@.new $@

# Each record is written by its step; the tables beside it keep their time when their content did not change.
$(PROCESSED)/register.ok: $(STATE)/register $(STATE)/dataset $(foreach s,$(SOURCES),$(STATE)/$(s)) data/codebook/register.yml $(LIB_INGEST) $(ENV)
	@mkdir -p $(@D)
	$(GK) register --data $(DATA)
	@touch $@
$(PROCESSED)/gebiete.parquet $(PROCESSED)/buendnisse.parquet $(PROCESSED)/raw-files.csv: $(PROCESSED)/register.ok ;

$(BUILD)/interim/%/forms.csv: $(STATE)/% data/codebook/*.yml $(LIB_INGEST) $(ENV)
	$(GK) ingest $* --data $(DATA)

define SOURCE_RULES
$(PROCESSED)/$(1).ok: $(BUILD)/interim/$(1)/forms.csv $(PROCESSED)/buendnisse.parquet $(STATE)/$(1) $(LIB_INGEST) $(ENV)
	$$(GK) process $(1) --data $$(DATA)
	@touch $$@
$(foreach t,cases responses findings losses forms questions,$(PROCESSED)/$(1)-$(t).parquet): $(PROCESSED)/$(1).ok ;
endef
$(foreach s,$(SOURCES),$(eval $(call SOURCE_RULES,$(s))))

##@ Arbeiten
.PHONY: lab synthetic env
lab: $(LAB) $(ENV) ## JupyterLab mit den Notebooks öffnen
	$(if $(LAB),.venv-lab/$(notdir $(BIN))/,)jupyter lab --notebook-dir=notebooks
synthetic: $(ENV) ## Die mitgelieferten erfundenen Rohdaten neu erzeugen (braucht LibreOffice)
	$(GK) synthetic
env: $(ENV) ## Nur die Umgebung anlegen

# Locked versions; uv installs them in seconds and checks every hash.
.venv/pyvenv.cfg:
	@test -n "$(BASE_PYTHON)" || { echo "Fehler: Python 3.11 oder neuer fehlt; bitte installieren." >&2; exit 2; }
	@$(BASE_PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || { echo "Fehler: $(BASE_PYTHON) ist älter als 3.11; bitte ein neueres Python installieren oder BASE_PYTHON=... angeben." >&2; exit 2; }
	$(BASE_PYTHON) -m venv .venv
	$(PY) -m pip install --disable-pip-version-check --require-hashes -r requirements/uv.txt
.venv/run.txt: requirements/run.txt pyproject.toml | .venv/pyvenv.cfg
	$(PY) -m uv pip install --python .venv --require-hashes -r $<
	$(PY) -m uv pip install --python .venv --no-build-isolation --no-deps -e .
	@cp $< $@
.venv/test.txt: requirements/test.txt .venv/run.txt
	$(PY) -m uv pip install --python .venv --require-hashes -r $<
	@cp $< $@
.venv-lab/lab.txt: requirements/lab.txt pyproject.toml | .venv/pyvenv.cfg
	$(BASE_PYTHON) -m venv .venv-lab
	$(PY) -m uv pip install --python .venv-lab --require-hashes -r $<
	$(PY) -m uv pip install --python .venv-lab --no-build-isolation --no-deps -e .
	@cp $< $@

##@ Prüfen
.PHONY: test check fix bench
test: $(TESTENV) ## Alle Tests
	$(PY) -m pytest
check: $(TESTENV) ## Stil von Code und Notebooks prüfen; ändert nichts
	$(PY) -m ruff check src tests notebooks
	$(PY) -m ruff format --check src tests
	$(GK) notebooks
fix: $(TESTENV) ## Stil verbessern, Notebooks von Ausgaben befreien
	$(PY) -m ruff check --fix src tests notebooks
	$(PY) -m ruff format src tests
	$(GK) notebooks --strip
bench: $(TESTENV) ## Geschwindigkeit messen, neben pandas und python-docx
	$(PY) -m gkbench

##@ Aufräumen
.PHONY: clean lock help
clean: ## Alles entfernen, was make neu erzeugen kann (nie data/raw)
	rm -rf build confidential/*/build $(foreach r,$(ALL_REPORTS),reports/$(r)) data/processed/*.parquet data/processed/*.csv data/processed/*.json data/processed/*.ok
lock: $(ENV) ## Die gesperrten Versionen erneuern
	for group in run test lab; do $(PY) -m uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links pyproject.toml --group build $$(test $$group = run || echo "--group $$group -c requirements/run.txt") -o requirements/$$group.txt || exit 1; done
help: ## Diese Übersicht
	@awk -F':.*## ' '/^##@/{printf "\n%s\n", substr($$0,5)} /^[a-z-]+:.*## /{printf "  %-10s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))
