#!/usr/bin/env bash
# Runs pytest as the house does: side by side, waiting for nothing on standard input.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
exec .venv/bin/python -m pytest -n "${TEST_WORKERS:-4}" --dist load --maxschedchunk 1 --durations=5 "$@" </dev/null
