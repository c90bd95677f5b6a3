#!/usr/bin/env bash
# Builds the lab: a Debian sid tree with Asterisk, in a cache folder outside the checkout, reused ever after.
# Exit 0: the lab is there. Exit 69: it cannot be had on this machine, the reason is on standard error.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
SPEAKER=lab
. "$here/common.sh"

RECIPE="debian-sid asterisk fr-wav 2"   # a change here makes every older lab be built anew
INCLUDE=asterisk,asterisk-modules,asterisk-core-sounds-fr-wav
TREE="$LAB/system"

unavailable() {
    complain "THE LAB COULD NOT BE HAD: $*"
    exit "$LAB_UNAVAILABLE"
}

ready() { [ "$(cat "$TREE/etc/guichet-lab" 2>/dev/null)" = "$RECIPE" ]; }

# The archive that this machine's own apt uses for its own release, whatever the format of its lists.
mirror() {
    local release uri
    if [ -n "${GUICHET_LAB_MIRROR:-}" ]; then
        printf '%s\n' "$GUICHET_LAB_MIRROR"
        return
    fi
    release="$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-sid}")"
    uri="$(apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
        awk -v own="$release" '$1 == own || $1 ~ /^(sid|unstable|testing|stable)$/ { print $2; exit }')"
    case "$uri" in
        mirror+file:*) awk 'NF { print $1; exit }' "${uri#mirror+file:}" ;;
        *) printf '%s\n' "$uri" ;;
    esac
}

# Turns debootstrap's hundreds of lines into one every few dozen.
narrate() {
    awk '
        /^I: (Retrieving|Extracting|Unpacking|Configuring)/ {
            sub(/\.\.\.$/, "", $3); key = $2; n[key]++
            if (n[key] % 40 == 1) { printf "lab: %s packages, %d so far (%s)\n", tolower(key), n[key], $3; fflush() }
            next
        }
        /^[EW]: / { printf "lab: %s\n", $0; fflush() }'
}

unmount_under() {
    awk -v root="$1/" 'index($2, root) == 1 { print $2 }' /proc/mounts | sort -r | while read -r place; do
        umount "$place" 2>/dev/null || umount -l "$place" || true
    done
}

discard() {
    unmount_under "$1"
    rm -rf --one-file-system "$1"
}

build() {
    local tree="$1" log="$LAB/build.log"
    say "building Debian sid with Asterisk in $LAB (two to four minutes, once)"
    debootstrap --variant=minbase --components=main,non-free --include="$INCLUDE" sid "$tree" "$(mirror)" \
        </dev/null 2>&1 | tee "$log" | narrate
    [ "${PIPESTATUS[0]}" = 0 ] || return 1
    unmount_under "$tree"
    rm -rf "$tree"/var/cache/apt/archives/*.deb "$tree"/var/lib/apt/lists/*
    : >"$tree/etc/resolv.conf"  # no look-ups: everything is on this machine
    printf '127.0.0.1 localhost\n' >"$tree/etc/hosts"
    # Asterisk looks for prompts under the channel's language; Debian names the folder after the voice.
    [ -e "$tree/usr/share/asterisk/sounds/fr" ] || ln -s fr_CA_f_June "$tree/usr/share/asterisk/sounds/fr"
    chroot "$tree" asterisk -V >/dev/null || return 1
    printf '%s\n' "$RECIPE" >"$tree/etc/guichet-lab"
}

main() {
    if ready; then
        say "$(chroot "$TREE" asterisk -V 2>/dev/null || echo 'Asterisk') in $LAB"
        return
    fi
    is_root || unavailable "it takes root to build and to enter it; run as root, or point GUICHET_LAB at one that is built"
    is_debian || [ -n "${GUICHET_LAB_MIRROR:-}" ] ||
        unavailable "this machine is not Debian; name a Debian archive in GUICHET_LAB_MIRROR and install debootstrap"
    command -v debootstrap >/dev/null || unavailable "debootstrap is missing; 'make setup' as root installs it"
    [ -n "$(mirror)" ] || unavailable "apt knows no Debian archive; name one in GUICHET_LAB_MIRROR"
    mkdir -p "$LAB"
    exec 9>"$LAB/lock"
    if ! flock -n 9; then
        say "another build of the lab is going on, waiting for it"
        flock 9
    fi
    if ready; then return; fi
    for stale in "$LAB"/building.* "$TREE"; do
        [ ! -e "$stale" ] || discard "$stale"
    done
    trap 'discard "$LAB/building.$$"' EXIT
    build "$LAB/building.$$" || { discard "$LAB/building.$$"; say "trying once more"; build "$LAB/building.$$"; } ||
        unavailable "debootstrap failed; its log is $LAB/build.log"
    mv "$LAB/building.$$" "$TREE"
    say "ready: $(chroot "$TREE" asterisk -V) in $LAB"
}

main "$@"
