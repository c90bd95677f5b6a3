# Shared by the setup scripts: how they speak, where things are, and what the machine allows.
# Sourced, never run. Rule: nothing here changes the machine.

LAB="${GUICHET_LAB:-${XDG_CACHE_HOME:-$HOME/.cache}/guichet/lab}"
LAB_UNAVAILABLE=69   # EX_UNAVAILABLE: the lab could not be had; never used for a failing test

say() { printf '%s: %s\n' "${SPEAKER:-guichet}" "$*"; }
complain() { printf '%s: %s\n' "${SPEAKER:-guichet}" "$*" >&2; }

is_root() { [ "$(id -u)" = 0 ]; }

is_debian() { [ -r /etc/os-release ] && . /etc/os-release && [ "${ID:-}" = debian ]; }

has_package() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# Runs a command whose output goes to a log; says every few seconds that it is still going on.
# usage: patiently LOG WHAT COMMAND...
patiently() {
    local log="$1" what="$2" started=$SECONDS pid
    shift 2
    say "$what ..."
    "$@" >"$log" 2>&1 </dev/null &
    pid=$!
    while kill -0 "$pid" 2>/dev/null; do
        sleep 0.2
        if [ $((SECONDS - started)) -ge "${next_word:-5}" ]; then
            say "$what, $((SECONDS - started)) s: $(tail -n 1 "$log" | tr '\r' '\n' | tail -n 1 | cut -c 1-90)"
            next_word=$((SECONDS - started + 5))
        fi
    done
    unset next_word
    wait "$pid"
}
