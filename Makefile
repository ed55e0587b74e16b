# The two commands of README.md are "go test ./e2e/... -run Staging -v" (make e2e) and "make check".

# What is tested by unit tests; ./e2e holds the stories, which are the main job.
OWN  = ./cmd/... ./fixtures/... ./testutil/...
TOOL = go tool -modfile=tools.mod
SCRIPTS = .ci/nightly .ci/run
# Further flags for the unit tests, such as UNITFLAGS=-v.
UNITFLAGS =
FUZZTIME  = 30s

LICENCES = Apache-2.0,BSD-2-Clause,BSD-3-Clause,ISC,MIT,MPL-2.0

.PHONY: check e2e unit lint licences fuzz measure prove detection intermittent replays healthy legal browser nightly

check: lint browser unit

e2e:
	go test ./e2e/... -run Staging -v

# Fuzz seeds run as tests. A second time zone, half an hour off, catches times that were taken for
# local ones. -shuffle also keeps go test from answering out of its cache.
unit:
	go test -race -shuffle=on $(UNITFLAGS) $(OWN)
	TZ=Asia/Kolkata go test -shuffle=on $(UNITFLAGS) $(OWN)

lint:
	@unformatted=$$(gofmt -l cmd e2e fixtures testutil); test -z "$$unformatted" || { echo "run gofmt -w on:" $$unformatted; exit 1; }
	go vet ./...
	GOOS=darwin go vet ./...
	GOOS=windows go vet ./...
	$(TOOL) staticcheck ./...
	$(TOOL) shfmt -d -i 2 $(SCRIPTS)
	$(TOOL) actionlint -pyflakes=
	@if command -v shellcheck >/dev/null; then shellcheck $(SCRIPTS); else echo "no shellcheck is on PATH: scripts are parsed and formatted, and not looked through" >&2; fi

# Fails when a dependency, also one of the tests, has a licence that is unknown or not in the list.
licences:
	$(TOOL) go-licenses check ./... --include_tests --allowed_licenses=$(LICENCES)

# The report is tested in a real browser: this makes sure that there is one.
browser:
	@for name in chromium chromium-browser google-chrome google-chrome-stable chrome; do \
		command -v $$name >/dev/null && exit 0; \
	done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends chromium; \
	else \
		echo "no chromium and no chrome is on PATH: install one, on Debian with apt-get install chromium as root" >&2; exit 1; \
	fi

fuzz:
	@set -e; for package in $$(go list $(OWN)); do \
		for target in $$(go test -list '^Fuzz' $$package | grep '^Fuzz' || true); do \
			echo "== $$package $$target"; \
			go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$package; \
		done; \
	done

# Every number of the project's bars, printed.
measure:
	go run ./cmd/staging measure

# Every regression of the catalogue must turn the stories red, for the right reason.
prove:
	go run ./cmd/staging prove

# The same, kept as a document.
detection:
	go run ./cmd/staging prove --markdown docs/DETECTION.md

# Every history of a proof, told again, breaks the same rules at the same fault, and none without it.
replays:
	@set -e; kept=$$(mktemp -d); trap 'rm -rf "$$kept"' EXIT; \
	TMPDIR="$$kept" go run ./cmd/staging prove --keep --any-suspect; \
	go run ./cmd/staging replay --proof "$$kept"/staging-prove-*

# What fails at one run of twenty is found, although each run may hide it; and what never fails raises no alarm.
SEEDS  = 100
SELDOM = --only session-thread-id-mismatch --by AgentsCompleteConsistently --any-suspect
intermittent:
	go run ./cmd/staging prove $(SELDOM) --fault-rate 0.05 --repeat $(SEEDS) --at-least 0.95
	go run ./cmd/staging prove $(SELDOM) --fault-rate 0 --repeat $(SEEDS)

# No adversity of a machine may turn them red while nothing is broken.
RUNS = 300
healthy:
	go run ./cmd/staging prove --healthy $(RUNS)

# Nor may a target that uses its freedoms.
legal:
	go run ./cmd/staging prove --legal

# A night at staging, never at the embedded target: validate, report, trend. docs/nights.md.
nightly:
	.ci/nightly run
