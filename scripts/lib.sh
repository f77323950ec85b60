# Sourced by the scripts beside it: what dxemu needs from the distribution, and how it is installed.
# shellcheck shell=sh disable=SC2034 # the lists are used by those scripts

# To run labs. charon-systemd is strongSwan's daemon with the fewest packages that have vici, the standard plugins have
# OpenSSL for it.
RUN_PACKAGES='python3 python3-venv iproute2 bird2 keepalived mininet charon-systemd libstrongswan-standard-plugins iperf3'
# To build the embedded kernel. libc6-dev is listed because gcc only recommends it.
BUILD_PACKAGES='gcc libc6-dev make flex bison bc patch xz-utils bzip2'
SETUP_PACKAGES="$RUN_PACKAGES $BUILD_PACKAGES"
# Independent implementations and tools that only the tests compare with.
TEST_PACKAGES='tcpdump tshark frr gobgpd librsvg2-bin zsh fish mandoc'
# Services that some of these packages enable, as PACKAGE:SERVICE. dxemu starts the programs itself, inside labs only.
SERVICES='bird2:bird keepalived:keepalived frr:frr gobgpd:gobgpd charon-systemd:strongswan'

# Debian starts a service as soon as its package is installed, unless this file says no. It is made for the time of an
# installation only, and never touched if the machine has its own.
policy=/usr/sbin/policy-rc.d
policy_made=''
log=$(mktemp)

cleanup() {
    rm -f "$log"
    [ -z "$policy_made" ] || as_root rm -f "$policy"
    policy_made=''
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

die() { # die PROBLEM [REMEDY]
    printf '%s\n' "$1" >&2
    [ -z "${2:-}" ] || printf '  %s\n' "$2" >&2
    exit 3
}

now() { date +%s; }

# begin 1/3 TEXT: says what starts now. done_ [TEXT]: says how long it took.
begin() {
    begun=$(now)
    printf '%s  %s\n' "$1" "$2"
}
done_() { printf '     %s (%s s)\n' "${1:-done}" "$(($(now) - begun))"; }

missing_packages() { # of the packages named
    for package in "$@"; do
        dpkg-query -W -f '${Status}\n' "$package" 2>/dev/null | grep -q ' installed$' || printf '%s ' "$package"
    done
}

# as_root COMMAND...: with sudo if need be.
as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}
can_be_root() {
    [ "$(id -u)" = 0 ] && return
    command -v sudo >/dev/null || return 1
    sudo -n true 2>/dev/null || [ -t 0 ]
}

need_debian() {
    if command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; then return; fi
    die "This installs packages with apt, and this system has none: use Debian 12 or 13, Ubuntu 24.04 or later." \
        "Or use the virtual machine that is set up for dxemu: vagrant up"
}

need_root_for() { # need_root_for PACKAGES
    can_be_root || die "Packages are missing and neither root nor sudo is at hand. Ask for this to be run as root:" \
        "apt-get update && apt-get install --no-install-recommends $*"
}

apt_update() {
    as_root apt-get -qq update >"$log" 2>&1 || { tail -n 15 "$log" >&2 && die 'apt-get update failed, as shown above'; }
}

# install_packages PACKAGE...: without starting or enabling any service.
install_packages() {
    if [ ! -e "$policy" ]; then
        policy_made=yes
        printf '#!/bin/sh\n# made by dxemu for the time of an installation\nexit 101\n' | as_root tee "$policy" >/dev/null
        as_root chmod 755 "$policy"
    fi
    installed=yes
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends "$@" >"$log" 2>&1 ||
        installed=no
    if [ -n "$policy_made" ]; then
        as_root rm -f "$policy"
        policy_made=''
    fi
    if [ "$installed" = no ]; then
        tail -n 15 "$log" >&2
        die "apt-get could not install $*, as shown above" "on Ubuntu some are in 'universe': sudo add-apt-repository universe"
    fi
    command -v systemctl >/dev/null || return 0
    for service in $SERVICES; do
        case " $* " in *" ${service%:*} "*) as_root systemctl disable "${service#*:}" >>"$log" 2>&1 || : ;; esac
    done
}
