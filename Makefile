# Von den eingegangenen Bögen zum fertigen Bericht. `make` zeigt, was es gibt.
# Order of this file = order of the pipeline. Each step is a file rule; phony names are only doors to files.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules
SHELL := /bin/sh

# What makes results repeatable. Byte-code is wanted: without it every step imports four times slower.
# The code is always the one of this folder, whatever is installed elsewhere under the same name.
unexport PYTHONDONTWRITEBYTECODE
unexport SOURCE_DATE_EPOCH
export PYTHONPATH := $(CURDIR)/src
export PYTHONHASHSEED := 0
export TZ := UTC
export LC_ALL := C.UTF-8
export MPLBACKEND := Agg
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1
export PYDEVD_DISABLE_FILE_VALIDATION := 1

REPORT ?= zwischenbericht-2019
DATA   ?= data/raw

# Words of a path must not reach the shell as anything else.
UNSAFE := $(strip $(foreach c,\# % ' " ` $$ & ; | < > ( ) * ? [ ] { } ! = ~,$(findstring $(c),$(value DATA))))
ifneq ($(strip $(filter-out 0 1,$(words $(DATA))) $(UNSAFE)),)
  $(error Der Pfad „$(DATA)“ enthält Leer- oder Sonderzeichen; bitte einen Ordner ohne solche Zeichen angeben oder umbenennen)
endif
override DATA := $(patsubst %/,%,$(subst \,/,$(DATA)))
ifeq ($(filter-out . ..,$(notdir $(DATA))),)
  $(error „$(DATA)“ ist kein Ordner mit eingegangenen Daten; bitte einen Ordner mit Namen angeben)
endif

# An environment of your own (conda): make report PYTHON=python. Otherwise make creates one in .venv.
NEW_ENOUGH := -I -S -c "import sys; sys.version_info < (3, 11) and sys.exit(1); print(sys.executable, sys.version)"
ifdef PYTHON
  PY  := $(PYTHON)
  ENV = $(BUILD)/python.txt
  LABPY := $(PY)
  LAB :=
  TESTENV :=
else
  BIN := $(if $(filter Windows_NT,$(OS)),Scripts,bin)
  PY  := .venv/$(BIN)/python
  ENV := .venv/run.txt
  LABPY := .venv-lab/$(BIN)/python
  LAB := .venv-lab/lab.txt
  TESTENV := .venv/test.txt
endif
BASE_PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do $$p $(NEW_ENOUGH) >/dev/null 2>&1 && echo $$p && break; done)
GK := $(PY) -m gkanalysis

# Outputs of a data folder of one's own go below confidential/, which git ignores: the two cannot mix.
ifeq ($(realpath $(DATA)),$(realpath data/raw))
  WORK := .
  BUILD := build
  PROCESSED := data/processed
  REPORTS := reports
else
  WORK := confidential/$(notdir $(DATA))
  BUILD := $(WORK)/build
  PROCESSED := $(WORK)/processed
  REPORTS := $(WORK)/reports
endif
STATE := $(BUILD)/state

# Code is one dependency: a step that a forgotten import leaves stale would be worse than a rebuild.
LIB := $(wildcard $(addprefix src/gkanalysis/,*.py */*.py */*/*.py report/templates/* report/fonts/*)) $(wildcard data/codebook/*.yml)
LIB_INGEST := $(LIB)
LIB_REPORT := $(LIB)
LIB_VERIFY := $(LIB)
ALL_REPORTS := $(basename $(notdir $(wildcard reports/*.yml)))

# Kinds of sources (src/gkanalysis/sources.py): folders with forms, with a list, with the export of a QDA program.
FORMS := $(patsubst $(DATA)/%/forms,%,$(wildcard $(DATA)/*/forms))
QDA := $(wildcard $(addprefix $(DATA)/*/*.,[qQ][dD][pP][xX] [xX][lL][sS][xX]))
# A codebook with columns at its first level declares a list; it is called like the folder, or without its last part.
SHEETS := $(basename $(notdir $(shell grep -l '^columns:' data/codebook/*.yml 2>/dev/null)))
FOLDERS := $(filter-out register $(FORMS),$(patsubst $(DATA)/%/,%,$(wildcard $(DATA)/*/)))
LISTS := $(foreach s,$(FOLDERS),$(if $(filter $(SHEETS),$(s) $(patsubst %-$(lastword $(subst -, ,$(s))),%,$(s))),$(s)))
INTERVIEWS := $(filter-out register $(FORMS) $(LISTS),$(sort $(patsubst $(DATA)/%/,%,$(filter $(DATA)/%/,$(dir $(QDA))))))
SOURCES := $(FORMS) $(INTERVIEWS) $(LISTS)
FORM_TABLES := cases responses mentions findings losses forms questions
INTERVIEW_TABLES := documents codes segments codings cases memos findings losses files questions
LIST_TABLES := rows findings losses files questions

# What is missing of a list of files, and what a report holds of the exhibits of its chapters: see the rules.
gone = $(if $(filter-out $(wildcard $(1)),$(1)),FORCE)
copies = $(foreach k,tables figures,$(addprefix $(1)/$(k)/,$(notdir $(wildcard $(2:%=%/$(k)/*.*)))))
.PHONY: FORCE

# Goals that build need to know whether received files changed, and the rules of the chosen reports.
ASKED := $(filter report reports data $(REPORTS)/% $(BUILD)/% $(PROCESSED)/%,$(MAKECMDGOALS:release=report))
WANTED := $(if $(filter-out report data,$(ASKED)),$(ALL_REPORTS),$(if $(filter report,$(ASKED)),$(REPORT)))
ifneq ($(ASKED),)
  ifneq ($(filter clean,$(MAKECMDGOALS)),)
    $(error Bitte „make clean“ für sich allein aufrufen, danach „make $(ASKED)“)
  endif
  ifneq ($(if $(filter report,$(ASKED)),$(strip $(filter-out $(ALL_REPORTS),$(REPORT)) $(filter-out 1,$(words $(REPORT))))),)
    $(error Einen Bericht „$(REPORT)“ gibt es nicht; vorhanden sind: $(ALL_REPORTS))
  endif
  FIRST_PYTHON := $(or $(PYTHON),$(wildcard $(PY)),$(BASE_PYTHON))
  FOUND := $(if $(FIRST_PYTHON),$(shell $(FIRST_PYTHON) $(NEW_ENOUGH) 2>/dev/null))
  ifeq ($(FOUND),)
    $(error $(or $(PYTHON:%=„%“ ist kein Python ab Version 3.11; bitte ein anderes angeben),Python 3.11 oder neuer fehlt; bitte installieren oder mit BASE_PYTHON=... angeben))
  endif
  STATE_CHECK := $(shell $(FIRST_PYTHON) -I -S -X utf8 src/gkanalysis/core/rawstate.py $(DATA) $(STATE) $(filter-out .,$(WORK)) 2>&1)
  ifneq ($(STATE_CHECK),)
    $(error $(STATE_CHECK))
  endif
  include $(WANTED:%=$(BUILD)/rules/%.mk)
endif

##@ Berichte
.PHONY: report reports data
report: $(foreach f,$(FORMATS_$(REPORT)),$(REPORTS)/$(REPORT)/$(REPORT).$(f)) ## Bericht erzeugen (REPORT=..., DATA=Ordner)
	@echo "Fertig: $(foreach f,$(FORMATS_$(REPORT)),$(REPORTS)/$(REPORT)/$(REPORT).$(f))"
reports: $(foreach r,$(ALL_REPORTS),$(foreach f,$(FORMATS_$(r)),$(REPORTS)/$(r)/$(r).$(f))) $(BUILD)/together.ok ## Alle Berichte erzeugen: HTML, PDF und DOCX oder PPTX
	@echo "Fertig, in $(REPORTS): $(ALL_REPORTS)"
data: $(PROCESSED)/buendnisse.parquet $(SOURCES:%=$(PROCESSED)/%-questions.parquet) ## Nur einlesen und prüfen
	@echo "Eingelesen und geprüft; Hinweise und Rückfragen je Quelle: $(BUILD)/*-findings.csv, $(BUILD)/*-rueckfragen.csv"

# A Python of one's own must have the packages; another one than last time makes everything anew.
$(BUILD)/python.txt: $(if $(FOUND),$(if $(filter-out $(shell cat $(BUILD)/python.txt 2>/dev/null),$(FOUND)),FORCE))
	@$(PY) -c "from importlib.metadata import version as v; v('gkanalysis'), v('papermill'), v('typst')" 2>/dev/null || { echo "Fehler: In „$(PY)“ fehlen die Pakete des Projekts; bitte „conda activate gkanalysis“ ausführen, vorher einmal „conda env create“." >&2; exit 2; }
	@$(if $(FOUND),mkdir -p $(@D) && echo '$(FOUND)' > $@)

$(BUILD)/rules/%.mk: reports/%.yml $(addprefix src/gkanalysis/report/,definition.py typed.py) src/gkanalysis/core/paths.py $(ENV)
	@mkdir -p $(@D)
	@$(GK) rules $* --data $(DATA) > $@.new && mv $@.new $@

# Each record (.ok) is written by its step; the tables beside it keep their time when their content did not change.
# A table that somebody deleted brings its step back.
REGISTER := $(addprefix $(PROCESSED)/,gebiete.parquet buendnisse.parquet raw-files.csv dataset.json)
$(PROCESSED)/register.ok: $(STATE)/register/lists $(STATE)/all $(LIB_INGEST) $(ENV) $(call gone,$(REGISTER))
	@mkdir -p $(@D) && rm -rf $(@D)/.register.*
	$(GK) register --data $(DATA)
	@touch $@
$(REGISTER): $(PROCESSED)/register.ok ;

# Source, what of its folder is ingested, the record of reading, what else reading leaves, the tables.
define SOURCE_RULES
$(BUILD)/interim/$(1)/$(3): $(STATE)/$(1)/$(2) $(LIB_INGEST) $(ENV) $(call gone,$(addprefix $(BUILD)/interim/$(1)/,$(4)))
	@rm -rf $(BUILD)/interim/.$(1).*
	$$(GK) ingest $(1) --data $$(DATA)
$(PROCESSED)/$(1).ok: $(BUILD)/interim/$(1)/$(3) $(PROCESSED)/buendnisse.parquet $(STATE)/$(1)/lists $(STATE)/dataset $(LIB_INGEST) $(ENV) $(call gone,$(5:%=$(PROCESSED)/$(1)-%.parquet))
	@rm -rf $(PROCESSED)/.$(1).*
	$$(GK) process $(1) --data $$(DATA)
	@touch $$@
$(5:%=$(PROCESSED)/$(1)-%.parquet): $(PROCESSED)/$(1).ok ;
endef
$(foreach s,$(FORMS),$(eval $(call SOURCE_RULES,$(s),forms,forms.csv,responses.parquet reviews.csv,$(FORM_TABLES))))
$(foreach s,$(INTERVIEWS),$(eval $(call SOURCE_RULES,$(s),lists,files.csv,projects.parquet,$(INTERVIEW_TABLES))))
$(foreach s,$(LISTS),$(eval $(call SOURCE_RULES,$(s),lists,files.csv,rows.parquet found.parquet,$(LIST_TABLES))))

# What no report gives away alone, two may give away together.
$(BUILD)/together.ok: $(foreach r,$(ALL_REPORTS),$(REPORTS)/$(r)/values.json) $(LIB_REPORT) $(ENV)
	$(GK) disclose --data $(DATA)
	@touch $@

# What the data folder does not hold must end in a sentence, even if an old table still lies there.
$(STATE)/%:
	@echo "Fehler: In „$(DATA)/$(*D)“ fehlen die eingegangenen Dateien ($(*F)); bitte ergänzen, wie in data/raw." >&2; exit 2
$(PROCESSED)/%.parquet: FORCE
	@echo "Fehler: Die Tabelle „$*“ entsteht nicht aus „$(DATA)“; bitte dort den Ordner der Quelle ergänzen oder in der Datei des Berichts (reports) Quelle und Kapitel streichen." >&2; exit 2

# A goal that nobody knows. (A file that exists needs no rule and does not come here.)
.DEFAULT:
	@echo "Fehler: „$@“ kennt make hier nicht, oder die Datei fehlt; „make help“ zeigt, was es gibt." >&2; exit 2

##@ Arbeiten
.PHONY: lab synthetic env
lab: $(LAB) $(ENV) ## JupyterLab mit den Notebooks öffnen
	$(LABPY) -m jupyter lab --notebook-dir=notebooks
synthetic: $(ENV) ## Die mitgelieferten erfundenen Rohdaten neu erzeugen (braucht LibreOffice)
	$(PY) -m tools.synthetic
env: $(ENV) ## Nur die Umgebung anlegen

# Locked versions; uv installs them in seconds and checks every hash. Each list is copied when its installation is
# complete; one that was killed on the way starts again from nothing, one that found no network goes on where it was.
BROKEN := $(if $(wildcard .venv/unfinished),FORCE)
INSTALL = touch .venv/unfinished && .venv/$(BIN)/python -m uv pip install --require-hashes -r $<
NO_NETWORK := { rm -f .venv/unfinished; echo "Fehler: Die Umgebung ließ sich nicht einrichten; bitte die Internetverbindung prüfen und make noch einmal starten." >&2; exit 2; }
.venv/uv.txt: requirements/uv.txt $(BROKEN)
	@$(or $(BASE_PYTHON),false) $(NEW_ENOUGH) >/dev/null 2>&1 || { echo "Fehler: $(or $(BASE_PYTHON),Python) fehlt oder ist älter als 3.11; bitte Python 3.11 oder neuer installieren oder mit BASE_PYTHON=... angeben." >&2; exit 2; }
	@echo "Die Umgebung .venv wird eingerichtet; das dauert ein bis zwei Minuten."
	@$(BASE_PYTHON) -m venv --clear .venv || { echo "Fehler: $(BASE_PYTHON) kann keine Umgebung anlegen; unter Debian oder Ubuntu bitte das Paket python3-venv installieren." >&2; exit 2; }
	@.venv/$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $< || $(NO_NETWORK)
	@cp $< $@
.venv/run.txt: requirements/run.txt pyproject.toml .venv/uv.txt
	@$(INSTALL) --python .venv || $(NO_NETWORK)
	@.venv/$(BIN)/python -m uv pip install --quiet --python .venv --no-build-isolation --no-deps -e .
	@cp $< $@ && rm .venv/unfinished
.venv/test.txt: requirements/test.txt .venv/run.txt
	@$(INSTALL) --python .venv || $(NO_NETWORK)
	@cp $< $@ && rm .venv/unfinished
.venv-lab/lab.txt: requirements/lab.txt pyproject.toml .venv/run.txt
	.venv/$(BIN)/python -m venv --clear .venv-lab
	@.venv/$(BIN)/python -m uv pip install --python .venv-lab --require-hashes -r $< || $(NO_NETWORK)
	.venv/$(BIN)/python -m uv pip install --python .venv-lab --no-build-isolation --no-deps -e .
	@cp $< $@

##@ Prüfen
.PHONY: test check fix verify verify-selftest release bench
test: $(TESTENV) ## Alle Tests
	$(PY) -m pytest
check: $(TESTENV) ## Stil von Code und Notebooks prüfen; ändert nichts
	$(PY) -m ruff check src tests tools benchmarks notebooks
	$(PY) -m ruff format --check src tests tools benchmarks
	$(GK) notebooks
fix: $(TESTENV) ## Stil verbessern, Notebooks von Ausgaben befreien
	$(PY) -m ruff check --fix src tests tools benchmarks notebooks
	$(PY) -m ruff format src tests tools benchmarks
	$(GK) notebooks --strip
verify: $(ENV) ## Bericht neu bauen und über jede Zahl urteilen (REPORT=...)
	$(GK) verify $(REPORT) --data $(DATA)
verify-selftest: $(ENV) ## Zählen, wie viele Verfälschungen verify findet (etwa eine halbe Stunde)
	$(PY) -m tools.selftest --report $(REPORT) --out benchmarks/SELFTEST.md
release: report ## Den jetzigen Stand als Vergleich für verify festhalten
	$(GK) release $(REPORT) --data $(DATA)
bench: $(TESTENV) ## Geschwindigkeit messen, neben pandas und python-docx
	$(PY) -m benchmarks.bench
	$(PY) -m benchmarks.readme

##@ Aufräumen
.PHONY: clean lock help
clean: ## Alles entfernen, was make neu erzeugen kann (nie eingegangene Daten)
	rm -rf build $(foreach r,$(ALL_REPORTS),reports/$(r)) $(addprefix data/processed/,*.parquet *.csv *.json *.ok .[a-z]*.*)
	rm -rf $(foreach w,$(dir $(wildcard confidential/*/ordner.txt)),$(w)build $(w)processed $(w)reports)
lock: $(ENV) ## Die gesperrten Versionen erneuern
	for group in run test lab; do $(PY) -m uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links pyproject.toml --group build $$(test $$group = run || echo "--group $$group -c requirements/run.txt") -o requirements/$$group.txt || exit 1; done
help: ## Diese Übersicht
	@awk -F':.*## ' '/^##@/{printf "\n%s\n", substr($$0,5)} /^[a-z-]+:.*## /{printf "  %-15s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))
