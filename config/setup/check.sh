#!/usr/bin/env bash
# Format, lint, types, import contracts, menus, conversations, tests without the lab: all are run, then all faults told.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
SPEAKER=check
. config/setup/common.sh

bin=.venv/bin
failed=()

part() {
    local name="$1" started=$SECONDS
    shift
    say "$name"
    "$@" </dev/null || failed+=("$name")
    [ $((SECONDS - started)) -lt 2 ] || say "$name took $((SECONDS - started)) s"
}

part "format" "$bin/ruff" format --check .
part "lint" "$bin/ruff" check .
part "types" "$bin/mypy"
part "import contracts" "$bin/lint-imports"
if [ -f ivr/server/main.py ]; then
    part "menus" "$bin/ivr" check menus
    part "conversations" "$bin/ivr" test menus
fi
part "tests" config/setup/pytest.sh -m "not lab"

if [ ${#failed[@]} -gt 0 ]; then
    complain "FAILED: $(IFS=,; echo "${failed[*]}" | sed 's/,/, /g')"
    exit 1
fi
say "all is well"
