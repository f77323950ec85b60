#!/bin/sh
# Which Linux source the embedded kernel is built from.
#
#   kernel/source.sh best    names the best one at hand: in /usr/src or where `fetch` puts them
#   kernel/source.sh fetch   gets a better one, if that is not of Linux 6.16 or later and apt can reach one
#
# LINUX_SOURCE=FILE overrides everything (a linux-*.tar.*).
#
# Best is the newest of those that dxemu is tested with; what is newer than them comes last. From 6.16 on the guest's
# processes can hand over their system calls without ptrace, which takes a third off a run. Debian 12 itself has
# 6.1 and 6.12; its package of a newer source is a tarball, the same for every release, so it can be taken from a later
# release's backports. `fetch` does so with apt, the mirror and the keys that this machine has, but in folders of
# its own: no list, source or package of the system changes, and no root is needed. Without a network, or with a mirror
# that has no backports, it says so and ends with 0: there is nothing wrong.
set -eu

OLDEST=6.1   # older ones lack what config and patches need
SECCOMP=6.16 # the oldest with that faster way
NEWEST=7.3   # the newest that dxemu is tested with
LATER=trixie # the Debian release whose backports have them, beside this machine's own release

say() { printf '%s\n' "$*"; }
fail() {
    printf 'kernel/source.sh: %s\n' "$1" >&2
    [ -z "${2:-}" ] || printf '  %s\n' "$2" >&2
    exit 3
}

# The version in a file's or a package's name: linux-source-6.12.tar.xz, linux-6.12.1.tar.xz, linux-source-7.3
version_of() { basename "$1" | sed -n 's/^linux-\(source-\)\{0,1\}\([0-9][0-9.]*[0-9]\)\(\.tar\..*\)\{0,1\}$/\2/p'; }

older_than() { [ "$1" != "$2" ] && [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

# 6.12.9 is as tested as 6.12: only the first two numbers count.
tested() { ! older_than "$NEWEST" "$(say "$1" | cut -d. -f1,2)"; }

# Whether version $1 is to be preferred to version $2, which may be empty.
better() {
    [ -n "$2" ] || return 0
    if tested "$1"; then
        ! tested "$2" || older_than "$2" "$1"
    else
        ! tested "$2" && older_than "$1" "$2"
    fi
}

# The best of the names that are read, one a line; nothing if none is good.
best_of() {
    best='' best_version=''
    while IFS= read -r name; do
        version=$(version_of "$name")
        [ -n "$version" ] && ! older_than "$version" "$OLDEST" || continue
        if better "$version" "$best_version"; then best=$name best_version=$version; fi
    done
    [ -z "$best" ] || say "$best"
}

cache() {
    case ${XDG_CACHE_HOME:-} in
        /*) say "$XDG_CACHE_HOME/dxemu/source" ;;
        *) say "${HOME:-/nonexistent}/.cache/dxemu/source" ;;
    esac
}

# Debian: /usr/src/linux-source-6.12.tar.xz; Ubuntu: /usr/src/linux-source-6.14.0/linux-source-6.14.0.tar.bz2
at_hand() {
    for file in /usr/src/linux-source-*.tar.* /usr/src/linux-source-*/linux-source-*.tar.* "$(cache)"/linux-source-*.tar.*; do
        if [ -r "$file" ]; then say "$file"; fi
    done
}

best() {
    if [ -n "${LINUX_SOURCE:-}" ]; then
        [ -r "$LINUX_SOURCE" ] || fail "LINUX_SOURCE=$LINUX_SOURCE cannot be read"
        say "$LINUX_SOURCE"
        return
    fi
    found=$(at_hand | best_of)
    [ -n "$found" ] || fail "no Linux source from $OLDEST on in /usr/src or $(cache)" \
        'sh scripts/setup gets one; by hand: sudo apt-get install --no-install-recommends linux-source-6.12 (Ubuntu: linux-source)'
    say "$found"
}

# own_apt COMMAND...: apt-get or apt-cache with lists and sources of its own in $work; the machine's proxy and keys hold.
own_apt() {
    command=$1
    shift
    timeout "$limit" "$command" -q -o Dir::State::Lists="$work/lists" -o Dir::Etc::SourceList="$work/sources.list" \
        -o Dir::Etc::SourceParts=/dev/null -o Dir::Cache="$work/cache" -o APT::Sandbox::User= \
        -o Acquire::http::Timeout=20 -o Acquire::https::Timeout=20 -o Acquire::Retries=1 "$@" 2>>"$work/log"
}

# The mirror of this Debian release that the machine uses.
debian_mirror() {
    # shellcheck disable=SC2016 # apt's own fields
    apt-get indextargets --format '$(REPO_URI)|$(RELEASE)|$(COMPONENT)|' 'Created-By: Packages' 2>/dev/null |
        sed -n "s/|$codename|main|\$//p" | head -n 1
}

packages() { # of Linux sources, that apt-cache with the options given knows
    "$@" search --names-only '^linux-source-[0-9.]+$' 2>/dev/null | cut -d' ' -f1
}

enough() { [ -n "$1" ] && ! older_than "$(version_of "$1")" "$SECCOMP" && tested "$(version_of "$1")"; }

# take APT PACKAGE: download it with APT (apt-get, or own_apt apt-get), and keep its tarball in the cache.
take() {
    package=$1
    shift
    say "get        $package, about 150 MB"
    limit=1200
    (cd "$work" && "$@" download "$package" >>"$work/log" 2>&1) || return 1
    dpkg -x "$work/$package"_*.deb "$work/unpacked" || return 1
    file=$(find "$work/unpacked/usr/src" -name 'linux-source-*.tar.*' -type f | head -n 1)
    [ -n "$file" ] || return 1
    mkdir -p "$(cache)"
    mv "$file" "$(cache)/$(basename "$file")" # whole at any time: the same file system
    say "got        $(cache)/$(basename "$file")"
}

fetch() {
    [ -z "${LINUX_SOURCE:-}" ] || return 0
    have=$(at_hand | best_of)
    if enough "$have"; then say "have       $have"; return; fi
    without="Linux $SECCOMP or later is not to be had here; a run takes half as long again without it"
    for tool in apt-get apt-cache dpkg timeout; do
        command -v "$tool" >/dev/null || { say "note       $without: there is no $tool"; return; }
    done
    mkdir -p "$(cache)"
    work=$(mktemp -d "$(cache)/unfinished-XXXXXX")
    trap 'rm -rf "$work"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    mkdir -p "$work/lists/partial" "$work/cache/archives/partial"

    package=$(packages apt-cache | best_of)
    if enough "$package" && take "$package" apt-get; then return; fi

    id='' codename=''
    [ ! -r /etc/os-release ] || id=$(. /etc/os-release && say "${ID:-}") codename=$(. /etc/os-release && say "${VERSION_CODENAME:-}")
    if [ "$id" != debian ]; then say "note       $without: this release has ${package:-none}"; return; fi
    mirror=$(debian_mirror)
    [ -n "$mirror" ] || { say "note       $without: apt names no mirror of $codename"; return; }
    keys=/usr/share/keyrings/debian-archive-keyring.gpg
    [ -r "$keys" ] || { say "note       $without: there is no $keys"; return; }
    for release in "$codename" "$LATER"; do
        say "deb [signed-by=$keys] $mirror $release-backports main"
    done | sort -u >"$work/sources.list"
    say "ask        $mirror for the backports of $codename and $LATER"
    limit=120
    own_apt apt-get update >>"$work/log" 2>&1 || : # one of them may be missing
    package=$(packages own_apt apt-cache | best_of)
    if enough "$package" && take "$package" own_apt apt-get; then return; fi
    say "note       $without; apt said:"
    grep '^[EW]:' "$work/log" | tail -n 3 | sed 's/^/           /'
}

case "$*" in
    best) best ;;
    fetch) fetch ;;
    *) fail 'usage: kernel/source.sh best | fetch' ;;
esac
