#!/usr/bin/env bash
# Writes the two lock files from pyproject.toml: requirements.lock (everything, tools included) and
# config/setup/build.lock (what builds source packages). Rule: no address of any index ends up in them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
SPEAKER=lock
. config/setup/common.sh

HEADER="# Pinned with hashes. Written by 'make lock' from pyproject.toml; do not edit."
TOOLS="$(mktemp -d)"
trap 'rm -rf "$TOOLS"' EXIT

# The machine's own pip settings (extra indexes, folders of wheels) must not leak into what everyone installs.
compile() {
    env -u PIP_FIND_LINKS -u PIP_EXTRA_INDEX_URL PIP_CONFIG_FILE=/dev/null \
        "$TOOLS/venv/bin/python" -m piptools compile --quiet --strip-extras --generate-hashes --allow-unsafe \
        --no-header --no-annotate --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options "$@"
}

oldest_python() {
    local candidate
    for candidate in python3.11 .venv/bin/python python3; do
        "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null && echo "$candidate" && return
    done
    complain "a lock is made on Python 3.11, the oldest that is served, and none was found"
    return 1
}

finish() { { printf '%s\n' "$HEADER"; cat "$1"; } >"$2"; }

python="$(oldest_python)"
"$python" -m venv "$TOOLS/venv"
patiently "$TOOLS/log" "installing pip-tools" "$TOOLS/venv/bin/python" -m pip install pip-tools ||
    { cat "$TOOLS/log" >&2; exit 1; }
printf 'pip\nsetuptools>=70\nwheel\n' >"$TOOLS/build.in"
patiently "$TOOLS/log" "resolving the build tools" compile ${UPGRADE:+--upgrade} -o "$TOOLS/build.txt" "$TOOLS/build.in" ||
    { cat "$TOOLS/log" >&2; exit 1; }
# What is pinned already stays where it is, unless UPGRADE=1.
[ ! -s requirements.lock ] || cp requirements.lock "$TOOLS/all.txt"
patiently "$TOOLS/log" "resolving pyproject.toml (a minute)" \
    compile ${UPGRADE:+--upgrade} --extra dev -o "$TOOLS/all.txt" pyproject.toml ||
    { cat "$TOOLS/log" >&2; exit 1; }
finish "$TOOLS/build.txt" config/setup/build.lock
grep -v '^# Pinned with hashes' "$TOOLS/all.txt" >"$TOOLS/all.clean"
finish "$TOOLS/all.clean" requirements.lock
say "$(grep -c '==' requirements.lock) packages pinned in requirements.lock"
