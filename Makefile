# Von den eingegangenen Bögen zum fertigen Bericht. `make` zeigt, was es gibt.
# A door: what each step is made from stands in rules.mk, which `gkanalysis rules` writes (src/gkanalysis/report/rules.py).
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: FORCE report reports profiles profile data lab synthetic env test check fix verify verify-selftest pages release bench clean lock help
MAKEFLAGS += --no-builtin-rules

# What makes results repeatable: always the code of this folder, with byte-code (imports are four times faster).
unexport PYTHONDONTWRITEBYTECODE SOURCE_DATE_EPOCH
export PYTHONPATH := $(CURDIR)/src
export PYTHONHASHSEED := 0
export TZ := UTC
export LC_ALL := C.UTF-8
export MPLBACKEND := Agg
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1
export PYDEVD_DISABLE_FILE_VALIDATION := 1

REPORT ?= zwischenbericht-2019
DATA ?= data/raw
# What was typed reaches the shell as one word and is never expanded.
override DATA := $(patsubst %/,%,$(subst \,/,$(value DATA)))
$(foreach v,REPORT ALLIANCE SCHEDULER,$(eval override $v := $$(value $v)))
word_of = '$(subst ','\'',$(1))'
AT := --data $(call word_of,$(DATA))
ONE := $(call word_of,$(REPORT))

# An environment of your own (conda): make report PYTHON=python. Otherwise make creates one in .venv.
NO_PYTHON := Python 3.11 oder neuer fehlt; bitte installieren oder mit BASE_PYTHON=... angeben
NEW_ENOUGH := -c "import sys; sys.exit(sys.version_info < (3, 11))"
BASE_PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
  $$p $(NEW_ENOUGH) >/dev/null 2>&1 && echo $$p && break; done)
BIN := $(if $(filter Windows_NT,$(OS)),Scripts,bin)
PY := $(or $(and $(PYTHON),$(call word_of,$(PYTHON))),.venv/$(BIN)/python)
ENV = $(if $(PYTHON),$(if $(ASKED),$(BUILD)/state/python),.venv/run.txt)
STYLED := src tests tools benchmarks
GK := $(PY) -m gkanalysis
BUILD := build
CODE = $(BUILD)/state/code $(ENV)

# Goals that build need to know what changed: rawstate.py writes it into files and says where results go, or what is wrong.
ASKED := $(filter report reports profiles profile data release build/% data/processed/% reports/% confidential/%,$(MAKECMDGOALS))
ifneq ($(ASKED),)
  FIRST := $(or $(and $(PYTHON),$(PY)),$(wildcard $(PY)),$(BASE_PYTHON))
  STATE := $(if $(FIRST),$(shell ENTWURF=$(if $(ENTWURF),1) $(FIRST) -I -S -X utf8 src/gkanalysis/core/rawstate.py \
    $(call word_of,$(DATA)) $(call word_of,$(REPORT)) $(call word_of,$(MAKECMDGOALS)) $$PPID 2>/dev/null))
  ifneq ($(firstword $(STATE)),ok)
    $(error $(or $(STATE),$(if $(FIRST),„$(subst ',,$(FIRST))“ ist kein Python ab Version 3.11; bitte ein anderes angeben),$(NO_PYTHON)))
  endif
  BUILD := $(word 2,$(STATE))
  include $(BUILD)/rules.mk
endif

NOTE = $(FIRST) -I -S -X utf8 src/gkanalysis/core/rawstate.py --fits $(sort $(dir $1)) $(BUILD); git status --porcelain -- notebooks data/codebook 'reports/*.yml' 2>/dev/null | sed 's/^.. */Hinweis: noch nicht im Git: /'

##@ Berichte
report: $(FILES_$(REPORT)) ## Bericht erzeugen (REPORT=..., DATA=Ordner, ENTWURF=1)
	@echo "Fertig: $(FILES_$(REPORT))"; $(call NOTE,$(FILES_$(REPORT)))
reports: $(REPORT_FILES) $(BUILD)/together.ok ## Alle Berichte erzeugen: HTML, PDF und DOCX oder PPTX
	@echo "Fertig: $(REPORT_FILES)"; $(call NOTE,$(REPORT_FILES))
profiles: $(DATA_TABLES) ## Jedem Bündnis eine Rückmeldung (SCHEDULER=tcp://…)
	@$(GK) profiles $(if $(ALLIANCE),$(call word_of,$(ALLIANCE))) --scheduler=$(call word_of,$(SCHEDULER)) $(AT)
profile: $(if $(ALLIANCE),profiles) ; @$(if $(ALLIANCE),:,echo "Fehler: Bitte ein Bündnis nennen: make profile ALLIANCE=B24" >&2; exit 2) ## Einem Bündnis eine Rückmeldung (ALLIANCE=B24)
data: $(DATA_TABLES) ## Nur einlesen und prüfen
	@echo "Eingelesen und geprüft; Hinweise und Rückfragen je Quelle: $(BUILD)/*-findings.csv, $(BUILD)/*-rueckfragen.csv"; $(FIRST) -I -S -X utf8 src/gkanalysis/core/rawstate.py --fits $(BUILD)
$(BUILD)/rules.mk: $(BUILD)/state/layout $(CODE)
	@$(PY) -c "from importlib.metadata import version as v; v('gkanalysis'), v('papermill'), v('typst')" 2>/dev/null || \
	  { echo "Fehler: In „$(subst ',,$(PY))“ fehlen die Pakete des Projekts; bitte „conda activate gkanalysis“ ausführen," \
	  "vorher einmal „conda env create“." >&2; exit 2; }
	@$(GK) rules $(AT) > $@.new && mv $@.new $@
.DEFAULT: # a goal that nobody knows; a file that exists does not come here
	@echo "Fehler: „$@“ kennt make hier nicht, oder die Datei fehlt; „make help“ zeigt, was es gibt." >&2; exit 2

##@ Arbeiten
lab: $(if $(PYTHON),$(ENV),.venv-lab/lab.txt) ## JupyterLab zum Erkunden öffnen (DATA=Ordner)
	@$(MAKE) data && $(or $(and $(PYTHON),$(PY)),.venv-lab/$(BIN)/python) -m tools.lab $(call word_of,$(DATA))
synthetic: $(ENV) ## Die mitgelieferten erfundenen Rohdaten neu erzeugen (braucht LibreOffice)
	$(PY) -m tools.synthetic
env: $(ENV) ; @$(PY) tools/environment.py hook ## Nur die Umgebung anlegen, und die Prüfung vor jedem Eintrag ins Git
# Locked versions; an installation that was killed leaves a mark and starts again.
.venv/run.txt: requirements/uv.txt requirements/run.txt pyproject.toml $(if $(wildcard .venv/unfinished),FORCE)
	@$(or $(BASE_PYTHON),false) $(NEW_ENOUGH) >/dev/null 2>&1 || { echo "Fehler: $(or $(BASE_PYTHON),Python) fehlt oder" \
	  "ist älter als 3.11; bitte Python 3.11 oder neuer installieren oder mit BASE_PYTHON=... angeben." >&2; exit 2; }
	@$(BASE_PYTHON) tools/environment.py run
.venv/test.txt .venv-lab/lab.txt: .venv/run.txt $(wildcard requirements/*.txt)
	@$(PY) tools/environment.py $(basename $(@F))

##@ Prüfen
test check fix bench: $(if $(PYTHON),,.venv/test.txt)
test: ## Alle Tests
	$(MAKE) -j2 data && $(PY) -m pytest -n auto --dist loadfile
check: ## Stil von Code und Notebooks prüfen; ändert nichts
	$(PY) -m ruff check $(STYLED) notebooks && $(PY) -m ruff format --check $(STYLED) && $(GK) notebooks
fix: ## Stil verbessern, Notebooks von Ausgaben befreien
	$(PY) -m ruff check --fix $(STYLED) notebooks && $(PY) -m ruff format $(STYLED)
	$(GK) notebooks --strip
verify: $(ENV) ; @$(GK) verify $(ONE) $(AT) ## Bericht neu bauen und über jede Zahl urteilen (REPORT=...)
verify-selftest: $(ENV) ## Zählen, wie viele Verfälschungen verify findet (etwa eine Stunde)
	$(PY) -m tools.selftest --out benchmarks/SELFTEST.md
pages: $(ENV) ; @$(MAKE) reports && $(PY) -m tools.pages && $(MAKE) reports ## Seitenzahlen im Inhalt der Word-Fassungen festhalten (braucht LibreOffice; vor release)
release: report ; @$(GK) release $(ONE) $(AT) ## Den jetzigen Stand als Vergleich für verify festhalten
bench: ; @$(PY) -m benchmarks.bench && $(PY) -m benchmarks.readme ## Geschwindigkeit messen, neben pandas und python-docx

##@ Aufräumen
clean: MADE = build reports/profile $(patsubst %.yml,%,$(wildcard reports/*.yml)) $(foreach w,$(dir $(wildcard confidential/*/ordner.txt)),$(w)build $(w)processed $(w)reports)
clean: ## Alles entfernen, was make neu erzeugen kann (nie eingegangene Daten)
	@$(or $(wildcard $(PY)),$(BASE_PYTHON)) -I -S -X utf8 src/gkanalysis/core/rawstate.py --clean $(MADE) && rm -rf $(MADE) $(addprefix data/processed/,*.parquet *.csv *.json *.ok .[a-z]*.*)
lock: $(ENV) ; @$(PY) tools/environment.py lock ## Die gesperrten Versionen erneuern
help: ## Diese Übersicht
	@awk -F':.*## ' '/^##@/{printf "\n%s\n", substr($$0,5)} /^[a-z-]+:.*## /{printf "  %-15s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))
