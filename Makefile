# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# Go and the tools of this clone come first; playbooks find the collection in the clone.
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/.collections
# More arguments of ansible-playbook for make demo, such as ARGS="-e lab_port=16443".
ARGS ?=
PYTHON := .venv/bin/python

.PHONY: help setup demo test lint unit integration molecule engines bench coverage-of-contract pins clean distclean

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-22s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## the virtual environment of this clone
	@tools/setup.sh

demo: setup ## an embedded cluster, services from one inventory, and their answers
	@ansible-playbook site.yml -i inventories/lab $(ARGS)

test: setup ## everything: lint, unit, integration, molecule, engines, coverage of the contract
	@$(PYTHON) -m tests.gates lint unit integration molecule engines coverage

lint: setup ## linters, types, sanity, documentation, import check
	@$(PYTHON) -m tests.gates lint

unit: setup ## tests without a cluster
	@$(PYTHON) -m tests.gates unit

integration: setup ## tests against the lab
	@$(PYTHON) -m tests.gates integration

molecule: setup ## one scenario per role
	@$(PYTHON) -m tests.gates molecule

engines: setup ## real engines, and their parsers, on what is rendered for them
	@$(PYTHON) -m tests.gates engines

bench: setup ## speed against kubectl, kubernetes.core and bare requests, as ratios
	@$(PYTHON) -m tests.bench

coverage-of-contract: setup ## which requirements the tests prove; written to docs/status.md
	@$(PYTHON) -m tests.contract --check --page docs/status.md

pins: setup ## pin what requirements/development.in needs, newest of everything else
	@rm -rf .build/pins && python3 -m venv .build/pins
	@.build/pins/bin/pip install --quiet --no-input --requirement requirements/development.in
	@{ echo '# Written by `make pins` from development.in.'; .build/pins/bin/pip freeze; } > requirements/development.txt

clean: ## end the labs of this clone and remove what was made, except the virtual environment
	@if [ -x $(PYTHON) ]; then $(PYTHON) tools/stop_labs.py .lab .build; fi
	@rm -rf .lab .build demo-output .ansible .mypy_cache .ruff_cache .pytest_cache

distclean: clean ## remove the virtual environment too
	@rm -rf .venv
