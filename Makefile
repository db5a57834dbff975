# Matinee: run `make help`.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# Node 24 comes with the dependencies, for machines whose own Node is older.
export TURBO_TELEMETRY_DISABLED := 1
export CHECKPOINT_DISABLE := 1
export PATH := $(CURDIR)/scripts/node:$(CURDIR)/node_modules/.bin:$(PATH)
NPM := npm --loglevel=error

.PHONY: help
help: ## Show what there is
	@awk 'BEGIN {FS = ":.*## "} /^[a-z0-9-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

node_modules/.installed: package-lock.json
	@scripts/check-tools
	@echo "Installing the dependencies with npm ..."
	@$(NPM) ci
	@allowed=$$(node -p 'Object.entries(require("./package.json").allowScripts).flatMap(([name, isAllowed]) => (isAllowed ? name : [])).join(" ")'); \
		[ -z "$$allowed" ] || $(NPM) rebuild --ignore-scripts=false $$allowed
	@touch $@

.PHONY: build
build: node_modules/.installed ## Build every package and service
	@turbo run build --output-logs=errors-only

.PHONY: demo
demo: build ## Run everything on this machine: no cluster, no Docker (KEEP=1 keeps the data)
	@exec node --conditions=source tools/local-stack/src/demo.ts

.PHONY: demo-stop
demo-stop: node_modules/.installed ## Stop a running demo
	@node --conditions=source tools/local-stack/src/stop.ts

.PHONY: test
test: build ## Every test that needs no cluster
	@scripts/test

.PHONY: e2e
e2e: build ## End-to-end tests against what is running at BASE_URL (default http://localhost:8080)
	@cd tests && $(NPM) run -s e2e

.PHONY: up
up: ## The whole system on a kind cluster, at http://localhost:8080 (PROFILE=lite for one replica of each; MESH=1 with Istio)
	@scripts/cluster/up

.PHONY: down
down: ## Delete the cluster, with all that is in it
	@scripts/cluster/down

.PHONY: dev
dev: ## The same, and every file that you save is live in seconds (skaffold dev; DEBUG=1 opens Node's inspectors)
	@scripts/cluster/dev

.PHONY: doctor
doctor: ## What is wrong with the tools, the cluster or the system in it, and what to do
	@scripts/cluster/doctor

.PHONY: backup
backup: ## What the databases in the cluster hold, into the folder DIR (default backup/)
	@scripts/cluster/backup

.PHONY: restore
restore: ## Put it back, in place of what they hold now
	@scripts/cluster/restore

.PHONY: mesh
mesh: ## Istio on the cluster; `make up MESH=1` does it too (ISTIO_FLAGS: more arguments to `istioctl install`)
	@scripts/cluster/mesh

.PHONY: fault
fault: ## Break something on purpose: NAME for TTL seconds (default 120); without a NAME, what there is
	@scripts/cluster/fault

.PHONY: heal
heal: ## End every fault now
	@scripts/cluster/heal

.PHONY: canary
canary: ## Send WEIGHT % of the calls of movie to a second version, IMAGE (default: the same one); WEIGHT=0 takes it back
	@scripts/cluster/canary

.PHONY: chart-test
chart-test: node_modules/.installed ## The charts: chart-unit, then on the cluster of `make up`: policies, rolling restarts, upgrade, rollback, uninstall (ONLY)
	@scripts/cluster/test

.PHONY: fuzz
fuzz: build ## Schemathesis against every service (CASES for each operation, default 200; SEED, the same ones again)
	@node --conditions=source tests/tools/fuzz.ts

.PHONY: audit
audit: node_modules/.installed ## Check the stores of the running demo for every rule of docs/reliability.md
	@node --conditions=source tests/tools/audit/audit.ts

.PHONY: chaos
chaos: build ## Customers buy while services and databases are killed (MINUTES, default 5; SEED), then an audit (CLUSTER=1, on the cluster)
	@node --conditions=source tests/tools/chaos/chaos.ts

.PHONY: storms
storms: build ## Ten payments of one booking at once, STORMS (default 1000) times: one charge each
	@node --conditions=source tests/tools/storms.ts

.PHONY: bench
bench: build ## How booking behaves under overload; FLOOR=1: the CPU of a request next to bare drivers; REST=1: that of none (FLAGS=small or fast, SECONDS_EACH)
	@node --conditions=source tests/tools/bench/$(if $(FLOOR)$(REST),floor,bench).ts

.PHONY: first-ticket
first-ticket: node_modules/.installed ## Buy a ticket at BASE_URL as soon as that is possible, and tell how long it took: start it together with the system
	@node --conditions=source tests/tools/bench/first-ticket.ts

.PHONY: bench-mesh
bench-mesh: node_modules/.installed ## What the mesh costs: the same customers without it and with it, on the cluster (SECONDS_EACH, default 60)
	@scripts/cluster/bench-mesh

.PHONY: simulate
simulate: node_modules/.installed ## Simulate booking and payment under faults (SEEDS, default 10000; SEED replays one run)
	@node --conditions=source tests/simulation/main.ts

.PHONY: mutants
mutants: build ## Break the code in every listed way: a suite must notice each (SIMULATED=1, the short form; ONLY, a part of the name)
	@node --conditions=source tests/simulation/run-mutants.ts

# What goes to `docker build` besides, such as --network host behind a proxy of this machine.
export DOCKER_BUILD_FLAGS ?=
export PREFIX ?= matinee
export TAG ?= dev
export SERVICES ?= dashboard movie theatre booking payment

.PHONY: images
images: ## Build the image of every service (TAG, default dev; DOCKER_BUILD_FLAGS go to `docker build`)
	@scripts/images

.PHONY: check-images
check-images: ## Run those images as a cluster does: without root or a writable disk, on real databases
	@scripts/check-images

.PHONY: check-compose
check-compose: ## Run everything with Docker Compose: book a ticket, change a handler, see it answer, start again
	@scripts/check-edits compose

.PHONY: check-up
check-up: ## Start the cluster twice, ask the doctor, run the end-to-end tests (MESH=1)
	@scripts/cluster/check-up

.PHONY: check-dev
check-dev: ## make dev: book a ticket, change a handler, see it answer, start again
	@scripts/check-edits cluster

.PHONY: generate
generate: node_modules/.installed ## Make the generated files anew
	@turbo run generate --output-logs=errors-only
	@$(MAKE) charts-generate

.PHONY: charts-generate
charts-generate: node_modules/.installed ## Make the schemas, READMEs and golden renders of the charts anew
	@node --conditions=source tools/chart-kit/src/generate.ts

.PHONY: chart-unit
chart-unit: node_modules/.installed ## Lint and unit tests of the charts, and what must hold for all that they render (needs helm)
	@scripts/chart-unit

.PHONY: verify
verify: build ## Formatting, lint, types, generated files, file sizes, vulnerabilities
	@scripts/verify

.PHONY: clean
clean: ## Remove what was built and stored here (not the volumes of Docker); the next make installs anew
	@rm -rf node_modules/.installed .turbo .data .venv apps/*/dist packages/*/dist apps/*/src/generated
