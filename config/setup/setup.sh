#!/usr/bin/env bash
# Makes this checkout ready: system packages where that is allowed, .venv from the lock, the command .venv/bin/ivr.
# Rule: a second run finds nothing to do and says so within a second; what cannot be installed is named, not fatal,
# unless it is Python itself.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
SPEAKER=setup
. config/setup/common.sh

# debootstrap builds the lab, sip-tester (SIPp) calls it, util-linux is what their helpers run; PostgreSQL's programs are for
# the tests, which start one of their own; documents are set in DejaVu where it is there.
SYSTEM_PACKAGES=(debootstrap sip-tester util-linux postgresql fonts-dejavu-core)
VENV=.venv
STAMP="$VENV/.guichet-installed"
PY="$VENV/bin/python"
LOG="$(mktemp)"
trap 'rm -f "$LOG"' EXIT

give_up() {
    complain "$1"
    [ ! -s "$LOG" ] || tail -n 25 "$LOG" >&2
    exit 1
}

apt_install() {
    export DEBIAN_FRONTEND=noninteractive
    if ! apt-get install -y -q --simulate "$@" >/dev/null 2>&1; then
        patiently "$LOG" "reading the package lists" apt-get update -q || true
    fi
    patiently "$LOG" "installing $*" apt-get install -y -q --no-install-recommends "$@"
}

# Debian's package would make and start a server of its own, which nobody asked for.
no_server_of_its_own() {
    has_package postgresql-common || [ -e /etc/postgresql-common/createcluster.conf ] && return
    mkdir -p /etc/postgresql-common
    printf 'create_main_cluster = false\n' >/etc/postgresql-common/createcluster.conf
}

system_packages() {
    local missing=() package
    if ! is_debian; then
        complain "not Debian: the tests on a real Asterisk need debootstrap and sipp, those on PostgreSQL its server; install them if you want these"
        return
    fi
    for package in "${SYSTEM_PACKAGES[@]}"; do
        has_package "$package" || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if ! is_root; then
        complain "not root: missing for the tests on a real Asterisk and PostgreSQL: ${missing[*]} (everything else goes on)"
    elif ! no_server_of_its_own || ! apt_install "${missing[@]}"; then
        complain "could not install ${missing[*]}; the tests that need them will be left out:"
        tail -n 5 "$LOG" >&2
    fi
}

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
    local candidate
    for candidate in ${PYTHON:-} python3 python3.11 python3.12 python3.13 python3.14 /usr/bin/python3; do
        if command -v "$candidate" >/dev/null && new_enough "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    return 1
}

make_venv() {
    local python
    if ! python="$(find_python)"; then
        if ! is_root || ! is_debian || ! apt_install python3 python3-venv || ! python="$(find_python)"; then
            give_up "Python 3.11 or later is needed and was not found; install it, or name it: make setup PYTHON=/path/to/python"
        fi
    fi
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null && is_root && is_debian; then
        apt_install python3-venv || give_up "could not install python3-venv"
    fi
    say "$VENV with $("$python" --version)"
    "$python" -m venv "$VENV" >"$LOG" 2>&1 || give_up "could not make $VENV with $python (Debian: apt-get install python3-venv)"
}

# One line every ten packages, in place of pip's hundreds.
narrate() {
    awk -v total="$(grep -c '==' requirements.lock)" '
        /^Collecting / && ++n % 10 == 0 { printf "setup: %d of %d packages fetched\n", n, total; fflush() }
        /^Installing collected/ { printf "setup: unpacking them\n"; fflush() }'
}

pip_install() { "$PY" -m pip --disable-pip-version-check install --no-input --progress-bar off "$@"; }

install_packages() {
    pip_install -q --require-hashes -r config/setup/build.lock >"$LOG" 2>&1 || give_up "pip could not install the build tools:"
    say "installing $(grep -c '==' requirements.lock) pinned packages (a minute or two)"
    # The lock is complete, so nothing is resolved; source packages build with the pinned tools.
    pip_install --require-hashes --no-deps --no-build-isolation -r requirements.lock 2>&1 | tee "$LOG" | narrate ||
        give_up "pip could not install what requirements.lock names:"
    pip_install -q --no-deps --no-build-isolation -e . >"$LOG" 2>&1 || give_up "pip could not install this checkout:"
}

verify() {
    "$PY" -c 'import asterisk.agi, asterisk.ami' 2>"$LOG" ||
        give_up "asterisk.agi and asterisk.ami must both import (two packages share that folder):"
    if [ -f ivr/server/main.py ]; then
        "$VENV/bin/ivr" --help >"$LOG" 2>&1 || give_up "'$VENV/bin/ivr --help' fails:"
    fi
    "$PY" -m pip --disable-pip-version-check check >"$LOG" 2>&1 || give_up "requirements.lock does not fit pyproject.toml; run 'make lock':"
}

wanted() { "$PY" --version && cat config/setup/build.lock requirements.lock pyproject.toml && pwd; }

fingerprint() { wanted | sha256sum; }

main() {
    system_packages
    if ! new_enough "$PY"; then
        rm -rf "$VENV"
        make_venv
    fi
    if [ "$(cat "$STAMP" 2>/dev/null)" != "$(fingerprint)" ]; then
        rm -f "$STAMP"
        install_packages
        verify
        fingerprint >"$STAMP"
        say "ready in $SECONDS s"
    fi
    new_enough "$PY"
}

main
