# The two commands of README.md are "go test ./e2e/... -run Staging -v" (make e2e) and "make check".

# What is tested by unit tests; ./e2e holds the stories, which are the main job.
OWN  = ./cmd/... ./fixtures/... ./testutil/...
TOOL = go tool -modfile=tools.mod
# Further flags for the unit tests, such as UNITFLAGS=-v.
UNITFLAGS =
FUZZTIME  = 30s

LICENCES = Apache-2.0,BSD-2-Clause,BSD-3-Clause,ISC,MIT,MPL-2.0

.PHONY: check e2e unit lint licences fuzz measure prove detection healthy legal nightly

check: lint unit

e2e:
	go test ./e2e/... -run Staging -v

# Fuzz seeds run as tests. A second time zone, half an hour off, catches times that were taken for
# local ones. -shuffle also keeps go test from answering out of its cache.
unit:
	go test -race -shuffle=on $(UNITFLAGS) $(OWN)
	TZ=Asia/Kolkata go test -race -shuffle=on $(UNITFLAGS) $(OWN)

lint:
	@unformatted=$$(gofmt -l cmd e2e fixtures testutil); test -z "$$unformatted" || { echo "run gofmt -w on:" $$unformatted; exit 1; }
	go vet ./...
	GOOS=darwin go vet ./...
	GOOS=windows go vet ./...
	$(TOOL) staticcheck ./...

# Fails when a dependency, also one of the tests, has a licence that is unknown or not in the list.
licences:
	$(TOOL) go-licenses check ./... --include_tests --allowed_licenses=$(LICENCES)

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

# No adversity of a machine may turn them red while nothing is broken.
RUNS = 300
healthy:
	go run ./cmd/staging prove --healthy $(RUNS)

# Nor may a target that uses its freedoms.
legal:
	go run ./cmd/staging prove --legal

# The remote target from top to bottom, never the embedded one. It fails unless the decision is PROCEED; make has a
# status of its own for that, and staging validate says which decision it is by its.
NIGHTLY = .staging/nightly
nightly:
	go build -o .staging/bin/staging ./cmd/staging
	STAGING_TARGET=remote .staging/bin/staging validate --out $(NIGHTLY)/$$(date -u +%Y%m%dT%H%M%SZ)
