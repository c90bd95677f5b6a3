# The commands of the house. 'make' alone lists them.
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c
PY := .venv/bin/python
LAB_UNAVAILABLE := 69

.DEFAULT_GOAL := help
.PHONY: help setup run check test bench lab lock clean-lab

help:  ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup:  ## system packages, virtual environment, the command .venv/bin/ivr
	@config/setup/setup.sh

lab:  ## the private Asterisk: a Debian sid tree in a cache folder, built once (exit 69: cannot be had here)
	@config/setup/lab.sh

run: setup  ## install everything and start Guichet on the private Asterisk
	@config/setup/lab.sh || [ $$? -eq $(LAB_UNAVAILABLE) ]
	@.venv/bin/ivr up

check: setup  ## format, lint, types, contracts, menus, conversations, tests without the lab
	@config/setup/check.sh

test: setup  ## everything that 'check' does not start: all tests, on a real Asterisk too
	@config/setup/test.sh

bench: setup lab  ## the measurements
	@$(PY) -m tests.bench

lock:  ## pin all dependencies anew, with hashes
	@config/setup/lock.sh

clean-lab:  ## throw the lab away
	@config/setup/clean-lab.sh
