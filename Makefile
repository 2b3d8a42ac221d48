# make demo and make test need nothing but Go and make, and install the rest. The
# first time they compile: on two cores make demo takes two to three minutes, make test
# behind it six; after that seconds, and two to three minutes.

# One way to build for everything but the race detector, so that each package is
# compiled once, and without what only a debugger reads.
export CGO_ENABLED := 0
export GOFLAGS     := $(shell go env GOFLAGS) -trimpath -tags=netgo -gcflags=all=-dwarf=false

STEAMPIPE_INSTALL_DIR ?= $(HOME)/.steampipe
PLUGIN_DIR            := $(STEAMPIPE_INSTALL_DIR)/plugins/hub.steampipe.io/plugins/turbot/dingtalk@latest
VERSION               ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
BUILD                 := go build -ldflags "-s -w -X github.com/turbot/steampipe-plugin-dingtalk/dingtalk.version=$(VERSION)"

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
GREMLINS    := github.com/go-gremlins/gremlins/cmd/gremlins@v0.6.0
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.9.0

# The race detector reports races inside the SDK, so it runs where the SDK is
# not imported.
RACE_PACKAGES := ./dingtalk/client ./dingtalk/sidebyside ./internal/simulator ./internal/spc ./cmd/dingtalk-simulator
GOTESTFLAGS   ?=

.PHONY: all install build demo bench compare profiles mutants fuzz fuzz-steampipe soak soak-dashboard release-check notices vulncheck steampipe-examples steampipe-answers steampipe-history steampipe-traps compliance compliance-demo sdk-v6 test fmt-check vet lint tidy-check test-race test-others cc clean

all: install

# The plugin where Steampipe looks for it; a config that is there is kept.
install:
	mkdir -p "$(PLUGIN_DIR)" "$(STEAMPIPE_INSTALL_DIR)/config"
	$(BUILD) -o "$(PLUGIN_DIR)/steampipe-plugin-dingtalk.plugin" .
	@test -e "$(STEAMPIPE_INSTALL_DIR)/config/dingtalk.spc" || cp config/dingtalk.spc "$(STEAMPIPE_INSTALL_DIR)/config/dingtalk.spc"
	@echo "Installed. The connection is in $(STEAMPIPE_INSTALL_DIR)/config/dingtalk.spc"

build:
	mkdir -p bin
	$(BUILD) -o bin/steampipe-plugin-dingtalk.plugin .
	$(BUILD) -o bin/ ./cmd/dingtalk-sql ./cmd/dingtalk-simulator

# The comments of the demo's queries are in English and in Chinese: the locale chooses.
ifneq ($(filter zh%,$(or $(LC_ALL),$(LC_MESSAGES),$(LANG))),)
demo: DEMO_TITLE := "用 SQL 查询钉钉视频会议：下面的组织是虚构的，不需要钉钉账号和 Steampipe。\n正在编译 dingtalk-sql，第一次需要几分钟；Go 模块下载不了时，见 docs/zh-CN/building.md ……\n"
demo: OTHER_LANGUAGE := ^-- [ -~]
else
demo: DEMO_TITLE := "Building dingtalk-sql (the first time takes some minutes) ...\n"
demo: OTHER_LANGUAGE := ^-- [^ -~]
endif
demo:
	@mkdir -p bin
	@printf $(DEMO_TITLE)
	@$(BUILD) -o bin/dingtalk-sql ./cmd/dingtalk-sql
	@for query in cmd/dingtalk-sql/demo/*.sql; do echo; LC_ALL=C sed '/$(OTHER_LANGUAGE)/d' $$query; bin/dingtalk-sql --demo < $$query || exit 1; done

# The figures of contributing/performance.md.
bench:
	@.ci/bench

# This plugin beside scripts with DingTalk's SDK, which the target installs: it needs Node
# 18 or later. ARGS="-net FILE" asks a build of Steampipe's Net plugin as well.
compare: build
	cd compare && npm ci
	go run ./compare $(ARGS)

# What the processors do in the longest of these.
profiles:
	@.ci/profiles

# Changes the code in small ways and runs the tests after each; a change that no test
# notices is code that no test needs. It takes an hour on two cores, and is no part of
# make test.
MUTATED ?= ./dingtalk/client ./dingtalk/sidebyside ./delivery

# A test result from the cache would make the time limit of each run too short.
mutants:
	@for p in $(MUTATED); do GOFLAGS="$$GOFLAGS -count=1" go run $(GREMLINS) unleash --timeout-coefficient 10 --output-statuses lt $$p || exit 1; done

# Random queries of the demo organization, each run on the plugin's tables and on
# ordinary tables with the same rows: in dingtalk-sql's SQLite, which make test does for
# some seconds, and in the Steampipe service that STEAMPIPE_DSN names as psql takes it.
# Its connection is one to a simulator that has just started. A query is made smaller as
# long as the results differ.
QUERIES ?= 30000
SEED    ?= $(shell date +%s)

fuzz:
	go test -vet=off ./internal/sqlite -run 'TestRandomQueries$$' -timeout 0 -v -args -queries $(QUERIES) -seed $(SEED)

fuzz-steampipe:
	go run ./internal/cmd/query-steampipe -queries $(QUERIES) -seed $(SEED)

# A long load on the built plugin, with faults of the API and of the network: it must not
# grow, nor answer a query wrong. SOAK is how long, beside four minutes at both ends.
SOAK ?= 10m

soak:
	go test -vet=off -tags=netgo,soak . -run 'TestSoak$$' -timeout 0 -v -args -soak $(SOAK)

# A dashboard that asks the built plugin for the same 500 IDs each minute for an hour.
soak-dashboard:
	go test -vet=off -tags=netgo,soak . -run 'TestDashboard$$' -timeout 0 -v -args -soak 1h

# The targets of .goreleaser.yml, built as it builds them, and their notices.
release-check: notices
	@for target in linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64; do \
		echo "building $$target"; \
		case $$target in windows/*) plugin= ;; *) plugin=. ;; esac; \
		GOOS=$${target%/*} GOARCH=$${target#*/} $(BUILD) -o /dev/null $$plugin ./cmd/dingtalk-sql ./cmd/dingtalk-simulator || exit 1; \
	done

# What a release has beside each program: the licences and notices of what it links.
notices:
	@mkdir -p bin/notices
	.ci/notices . > bin/notices/steampipe-plugin-dingtalk.txt
	.ci/notices ./cmd/dingtalk-sql > bin/notices/dingtalk-sql.txt
	.ci/notices ./cmd/dingtalk-simulator > bin/notices/dingtalk-simulator.txt

# The known vulnerabilities that the code reaches. It needs the network, and is no part
# of make test: what it finds changes without a change here.
vulncheck:
	go run $(GOVULNCHECK) ./...

# The documentation's Postgres examples in a real Steampipe.
steampipe-examples:
	.ci/steampipe-examples

# Which of the traps of docs/postgres-traps.md a real Steampipe still has.
steampipe-traps:
	.ci/steampipe-traps

# Answers of DingTalk that people have seen, in a real Steampipe.
steampipe-answers:
	.ci/steampipe-answers

# The history of the demo organization, collected in a real Steampipe and in SQLite.
steampipe-history:
	.ci/steampipe-history

# All benchmarks of the compliance mod in the Steampipe and Powerpipe on this
# machine, on the organization that its connection names; compliance-demo runs
# them on the simulator, and compares their results with dingtalk-sql's report.
# ARGS are arguments of powerpipe's, such as --var-file my.ppvars.
compliance:
	.ci/compliance $(ARGS)

compliance-demo:
	.ci/compliance --demo $(ARGS)

# Whether a copy of the tree builds and passes with version 6 of the plugin
# SDK. It compiles everything anew, and is no part of make test.
sdk-v6:
	.ci/sdk-v6 $(GOTESTFLAGS)

TEST_STEPS := fmt-check vet lint tidy-check test-race test-others

test:
	@slowest=; for step in $(TEST_STEPS); do \
		start=$$(date +%s); $(MAKE) --no-print-directory $$step || exit 1; \
		slowest="$$slowest$$(($$(date +%s) - start)) s  $$step\n"; \
	done; echo "The slowest steps:"; printf "$$slowest" | sort -rn | head -3

fmt-check:
	@unformatted=$$(gofmt -l .); test -z "$$unformatted" || { echo "gofmt -w these files: $$unformatted"; exit 1; }

# With the tests of make soak, which are not compiled otherwise.
vet:
	go vet -tags=netgo,soak ./...

lint:
	go run $(STATICCHECK) -tags netgo,soak ./...

tidy-check:
	go mod tidy -diff

# The tests' own vetting would be one more pass over all dependencies. On more
# than one processor a timer of a synctest bubble can crash the race detector
# (https://github.com/golang/go/issues/78156). On one it reports the same races,
# since it compares the order that locks and channels set, not times.
test-race: cc
	CGO_ENABLED=1 go test -vet=off -race -cpu 1 $(GOTESTFLAGS) $(RACE_PACKAGES)

# The SDK has the garbage collector run after every 100 rows, which takes longer
# than the rows.
test-others: export STEAMPIPE_FREE_MEM_INTERVAL := 0
test-others:
	@all=$$(go list ./...) && race=$$(go list $(RACE_PACKAGES)) && others=$$(echo "$$all" | grep -vxF "$$race") && \
		echo "go test -vet=off $(GOTESTFLAGS) (all others)" && go test -vet=off $(GOTESTFLAGS) $$others

# The race detector needs a C compiler.
cc:
	@command -v "$$(go env CC)" >/dev/null || { apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev; } || \
		{ echo "The race detector needs a C compiler: install gcc, then run make test again."; exit 1; }

clean:
	rm -rf bin dist
