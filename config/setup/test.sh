#!/usr/bin/env bash
# All tests, on a real Asterisk too. Ends with pytest's own closing line.
# Exit 0: all passed. Exit 69: all that ran passed, but the lab could not be had. Anything else: a test failed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
SPEAKER=test
. config/setup/common.sh

lab_status=0
config/setup/lab.sh || lab_status=$?
[ "$lab_status" = 0 ] || [ "$lab_status" = "$LAB_UNAVAILABLE" ] || exit "$lab_status"

config/setup/pytest.sh "$@" || exit $?
exit "$lab_status"
