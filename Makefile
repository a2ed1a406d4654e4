# Two commands: `make demo` shows the whole product on this machine, `make test` checks all of it.
# Each does its own set-up: npm packages, a Python environment in .venv, control-plane programs in a cache.

export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

.PHONY: demo up test lint build clean

demo: build
	@node local/demo.ts

up: build
	@node local/demo.ts up

test: build
	@vitest run

lint: node_modules
	@biome check --error-on-warnings
	@tsc --noEmit
	@depcruise --config .dependency-cruiser.json src handlers local scripts bench
	@node scripts/generate-crd.ts --check
	@node scripts/host-files.ts --check
	@node scripts/sync-chart.ts --check
	@node scripts/chart-values.ts --check
	@node scripts/iam-templates.ts --check

build: node_modules
	@npm run --silent build

node_modules: package.json package-lock.json
	@command -v npm >/dev/null || { echo "nami: npm is not there: install Node.js 22.21 or newer" >&2; exit 1; }
	@npm ci --no-audit --no-fund --loglevel=error
	@touch node_modules

clean:
	rm -rf dist node_modules .venv .nami
