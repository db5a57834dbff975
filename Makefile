# Matinee: run `make help`.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# Node 24 comes with the dependencies, for machines with an older Node.
export TURBO_TELEMETRY_DISABLED := 1
export CHECKPOINT_DISABLE := 1
export PATH := $(CURDIR)/scripts/node:$(CURDIR)/node_modules/.bin:$(PATH)
NPM := npm --loglevel=error

.PHONY: help
help: ## List the commands
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
demo: build ## Run the whole system on this machine, without a cluster or Docker (KEEP=1 keeps the data)
	@exec node --conditions=source tools/local-stack/src/demo.ts

.PHONY: demo-stop
demo-stop: node_modules/.installed ## Stop a running demo
	@node --conditions=source tools/local-stack/src/stop.ts

.PHONY: test
test: build ## Run every test that needs no cluster
	@scripts/test

.PHONY: e2e
e2e: build ## Run the end-to-end tests against BASE_URL (default http://localhost:8080)
	@cd tests && $(NPM) run -s e2e

.PHONY: up
up: ## Run the whole system on a kind cluster, at http://localhost:8080 (PROFILE=lite: one replica of each service; MESH=1: with Istio)
	@scripts/cluster/up

.PHONY: down
down: ## Delete the cluster and everything in it
	@scripts/cluster/down

.PHONY: dev
dev: ## Like up, and changes that you save are live in seconds (skaffold dev; DEBUG=1 opens Node's inspectors)
	@scripts/cluster/dev

.PHONY: doctor
doctor: ## Find out what is wrong with the tools, the cluster or the system, and what to do
	@scripts/cluster/doctor

.PHONY: backup
backup: ## Back up the databases in the cluster to the folder DIR (default backup/)
	@scripts/cluster/backup

.PHONY: restore
restore: ## Restore a backup, replacing the current data
	@scripts/cluster/restore

.PHONY: mesh
mesh: ## Install Istio on the cluster, as `make up MESH=1` does (ISTIO_FLAGS: more arguments to `istioctl install`)
	@scripts/cluster/mesh

.PHONY: fault
fault: ## Inject the fault NAME for TTL seconds (default 120); without a NAME, list the faults
	@scripts/cluster/fault

.PHONY: heal
heal: ## End every fault now
	@scripts/cluster/heal

.PHONY: canary
canary: ## Send WEIGHT % of the calls to movie to a canary running IMAGE (default: the same image); WEIGHT=0 removes it
	@scripts/cluster/canary

.PHONY: chart-test
chart-test: node_modules/.installed ## Test the charts: chart-unit, then policies, rolling restarts, upgrade, rollback and uninstall on the cluster of `make up` (ONLY)
	@scripts/cluster/test

.PHONY: fuzz
fuzz: build ## Fuzz every service with Schemathesis (CASES for each operation, default 200; SEED repeats a run)
	@node --conditions=source tests/tools/fuzz.ts

.PHONY: audit
audit: node_modules/.installed ## Check the databases of the running demo against every rule of docs/reliability.md
	@node --conditions=source tests/tools/audit/audit.ts

.PHONY: chaos
chaos: build ## Kill services and databases while customers buy, then audit (MINUTES, default 5; SEED; CLUSTER=1: on the cluster)
	@node --conditions=source tests/tools/chaos/chaos.ts

.PHONY: attacks
attacks: build ## Attack in every way of docs/security.md while honest customers buy, then audit (MINUTES, default 5; SEED)
	@node --conditions=source tests/tools/attacks/attacks.ts

.PHONY: storms
storms: build ## Send ten concurrent payments of one booking, STORMS (default 1000) times, and expect one charge each
	@node --conditions=source tests/tools/storms.ts

.PHONY: bench
bench: build ## How booking behaves under overload; FLOOR=1: the CPU of a request next to bare drivers; REST=1: that of none (FLAGS=small or fast, SECONDS_EACH)
	@node --conditions=source tests/tools/bench/$(if $(FLOOR)$(REST),floor,bench).ts

.PHONY: first-ticket
first-ticket: node_modules/.installed ## Buy a ticket at BASE_URL as soon as possible and print how long that took; start it together with the system
	@node --conditions=source tests/tools/bench/first-ticket.ts

.PHONY: bench-mesh
bench-mesh: node_modules/.installed ## Measure the cost of the mesh: the same load without and with it, on the cluster (SECONDS_EACH, default 60)
	@scripts/cluster/bench-mesh

.PHONY: simulate
simulate: node_modules/.installed ## Simulate booking and payment under faults (SEEDS, default 10000; SEED repeats one run)
	@node --conditions=source tests/simulation/main.ts

.PHONY: mutants
mutants: build ## Apply each mutant to the code and expect a suite to fail (SIMULATED=1: short form; ONLY: part of a name)
	@node --conditions=source tests/simulation/run-mutants.ts

# More arguments to `docker build`, such as --network host behind a local proxy.
export DOCKER_BUILD_FLAGS ?=
export PREFIX ?= matinee
export TAG ?= dev
export SERVICES ?= dashboard movie theatre booking payment

.PHONY: images
images: ## Build the image of every service (TAG, default dev; DOCKER_BUILD_FLAGS: more arguments to `docker build`)
	@scripts/images

.PHONY: check-images
check-images: ## Check what the images contain, and run them as a cluster does, against real databases
	@scripts/check-images

.PHONY: check-compose
check-compose: ## Check Docker Compose: book a ticket, change a handler, restart
	@scripts/check-edits compose

.PHONY: check-up
check-up: ## Check the cluster: make up twice, doctor, end-to-end tests (MESH=1)
	@scripts/cluster/check-up

.PHONY: check-dev
check-dev: ## Check make dev: book a ticket, change a handler, restart
	@scripts/check-edits cluster

.PHONY: generate
generate: node_modules/.installed ## Generate every generated file
	@turbo run generate --output-logs=errors-only
	@$(MAKE) charts-generate

.PHONY: charts-generate
charts-generate: node_modules/.installed ## Generate the schemas, READMEs and golden renders of the charts
	@node --conditions=source tools/chart-kit/src/generate.ts

.PHONY: chart-unit
chart-unit: node_modules/.installed ## Lint and unit-test the charts, and check everything that they render (needs helm)
	@scripts/chart-unit

.PHONY: verify
verify: build ## Check formatting, lint, types, generated files, links, file sizes and vulnerabilities
	@scripts/verify

.PHONY: clean
clean: ## Delete everything that was built or stored here, except Docker volumes; the next make installs again
	@rm -rf node_modules/.installed .turbo .data .venv apps/*/dist packages/*/dist apps/*/src/generated
