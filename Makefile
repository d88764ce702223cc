# Short ways to what is done often; the work is in scripts/ (bash), tests/run.mjs (Node) and CMakeLists.txt.
#   make          builds build/chorsu                   make check   format, tidy, lints
#   make run      installs, builds, serves a demo       make asan    tests under address and undefined-behaviour sanitizers
#   make test     installs, builds, runs the tests      make tsan    tests under the thread sanitizer
#   make setup    installs what building needs          make bench   measures; make long: tests that take hours
# One test or a few: scripts/with-node node tests/run.mjs PART-OF-A-NAME (after make test once)
MAKEFLAGS += --no-print-directory
RUN := scripts/with-node node tests/run.mjs
DEMO := build/demo

.NOTPARALLEL:
.DEFAULT_GOAL := build
.PHONY: build setup run test bench check asan tsan long clean

build:
	@scripts/build build

setup:
	@scripts/setup run

# The demo store is made once; remove build/demo for a fresh one. `demo` says what to open and what to try.
run: setup build
	@test -e $(DEMO)/chorsu.conf || { rm -rf $(DEMO) $(DEMO).new && build/chorsu demo $(DEMO) >$(DEMO).txt; }
	@cat $(DEMO).txt
	@echo "Serving http://localhost:8080 until Ctrl-C"
	@exec build/chorsu serve $(DEMO)

# Fuzz targets are built by clang with sanitizers, in build-asan.
test:
	@scripts/setup test
	@scripts/build build-test
	@scripts/build build-asan
	@$(RUN)

check:
	@scripts/setup test
	@scripts/build build-test
	@$(RUN) --tier check

asan:
	@scripts/setup test
	@scripts/build build-asan
	@$(RUN) --build build-asan --kind unit,scenario --slow 4

tsan:
	@scripts/setup test
	@scripts/build build-tsan
	@$(RUN) --build build-tsan --kind unit,scenario --slow 8

long:
	@scripts/setup test
	@scripts/with-node node tests/long.mjs

bench:
	@scripts/setup test
	@scripts/build build
	@$(RUN) --tier bench

clean:
	@rm -rf build build-test build-asan build-tsan build-clang
