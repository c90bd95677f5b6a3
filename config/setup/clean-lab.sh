#!/usr/bin/env bash
# Throws the lab away, unless something of it still runs.
set -euo pipefail
SPEAKER=clean-lab
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

if [ -z "$LAB" ] || [ "$LAB" = / ] || [ ! -d "$LAB" ]; then
    say "there is no lab in $LAB"
    exit 0
fi
if [ ! -f "$LAB/system/etc/guichet-lab" ] && [ ! -f "$LAB/lock" ]; then
    complain "$LAB does not look like a lab of ours; remove it by hand"
    exit 1
fi
for process in /proc/[0-9]*; do
    case "$(readlink "$process/root" 2>/dev/null || true)" in
        "$LAB"/*) complain "process ${process#/proc/} still runs in the lab; stop it first"; exit 1 ;;
    esac
done
if awk -v root="$LAB/" 'index($2, root) == 1 { found = 1 } END { exit !found }' /proc/mounts; then
    complain "something is mounted below $LAB; unmount it first"
    exit 1
fi
rm -rf --one-file-system "$LAB"
say "removed $LAB"
