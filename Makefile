# What is done often, by name. Only Go and git are needed to begin; testenv/postgres and .ci/run fetch the rest.
SHELL := bash

SEEDS    ?=
SEED     ?=
KILLS    ?=
FUZZTIME ?= 30s
ARGS     ?=
CORPUS   ?=

.DEFAULT_GOAL := help
.PHONY: help build test test-race test-wordpress lint vuln fmt check demo demo-wordpress bench eval sim crash fuzz docs clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## Build the binary ./stet
	CGO_ENABLED=0 go build -trimpath -o stet ./cmd/stet

test: ## Run all tests, with a throw-away PostgreSQL (ARGS="-run Name")
	testenv/postgres run go test $(ARGS) ./...

test-race: ## Run all tests under the race detector
	testenv/postgres run go test -race -timeout 20m $(ARGS) ./...

test-wordpress: ## Run the tests that need WordPress: every version to be had, with and without the plugin
	@for wp in oldest stable newest; do for plugin in "" --plugin; do \
		echo "WordPress: $$wp $$plugin"; \
		testenv/wordpress run --wp $$wp $$plugin \
			go test -count=1 -timeout 60m $(ARGS) ./connector/wordpress/... ./plugins/... || exit 1; \
	done; done

lint: ## Run golangci-lint (.golangci.yml)
	.ci/run lint

vuln: ## Look for known vulnerabilities in what the binary uses
	.ci/run vuln

fmt: ## Format the code
	gofmt -w $$(git ls-files -co --exclude-standard '*.go' | grep -v /testdata/)

check: ## Run exactly what continuous integration runs
	.ci/run

demo: ## Publish the example articles and play a launch day (ARGS="--seed 1 --keep")
	go run ./cmd/stet demo $(ARGS)

demo-wordpress: ## Play the launch day into a real WordPress (ARGS="--seed 1")
	testenv/wordpress run go run ./cmd/stet demo --wordpress $(ARGS)

bench: ## Measure ingest, publishing and recovery on SQLite and PostgreSQL
	testenv/postgres run go run ./cmd/stet bench $(ARGS)

eval: ## Measure the quality gate on public labelled data (CORPUS=DIR)
	go run ./internal/eval $(if $(CORPUS),--corpus $(CORPUS)) $(ARGS)

sim: ## Simulate the core under faults (SEEDS=100000 for more, SEED=7 to replay one)
	STET_SIM_SEEDS=$(SEEDS) STET_SIM_SEED=$(SEED) go test -count=1 -timeout 0 -v $(ARGS) ./internal/sim/...

crash: ## Kill the real binary again and again, on both stores (KILLS=2000 for more)
	STET_CRASH_KILLS=$(KILLS) testenv/postgres run go test -count=1 -timeout 0 -v $(ARGS) ./internal/crash/...

fuzz: ## Fuzz every parser, one after the other (FUZZTIME=30s each)
	@grep -rn --include='*_test.go' -o '^func Fuzz[A-Za-z0-9_]*' . | sed -E 's|^(.*)/[^/]*:[0-9]*:func (.*)|\1 \2|' | \
	while read -r folder name; do \
		echo "$$folder $$name"; \
		go test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) "$$folder" </dev/null || exit 1; \
	done

docs: ## Write the generated documents again (OpenAPI, tables)
	go generate ./...

clean: ## Remove what was built and fetched
	testenv/postgres stop
	testenv/wordpress stop
	rm -rf .cache bin stet
