#!/bin/sh
# Builds the embedded kernel: Linux as an ordinary process (User-Mode Linux) from the distribution's own source.
#
#   kernel/build.sh FOLDER     makes FOLDER/linux (stripped), FOLDER/version and FOLDER/source; needs 1 GB there meanwhile
#   kernel/build.sh --source   only names the source that would be built
#
# LINUX_SOURCE=FILE names another source (a linux-*.tar.*). Nothing outside FOLDER is written and no root is needed.
#
# kernel/config is a `savedefconfig`: no modules, everything that a lab needs is built in. UML_TIME_TRAVEL_SUPPORT is
# the virtual clock. The patches add two words to the kernel's command line:
#   random_seed.patch    random_seed=NUMBER   the guest draws its entropy from a number: the same seed repeats a run
#   hostfs_write.patch   hostfs_write=FOLDER  whatever the guest's root does, it changes files in this folder only
# The source is built in its own tree with fixed names and times, so the binary does not depend on who built it where.
set -eu

PREFERRED=6.12 # what config and patches were made with and are tested with
OLDEST=6.1     # works, but boots and runs at half the speed
STEPS=1630     # lines that make prints for 6.12: only for the percentage

say() { printf '%s\n' "$*"; }
fail() {
    printf 'kernel/build.sh: %s\n' "$1" >&2
    [ -z "${2:-}" ] || printf '  %s\n' "$2" >&2
    exit 3
}

# The version in a file name: linux-source-6.12.tar.xz or linux-6.12.1.tar.xz
version_of() { basename "$1" | sed -n 's/^linux-\(source-\)\{0,1\}\([0-9][0-9.]*[0-9]\)\.tar\..*$/\2/p'; }

older_than() { [ "$1" != "$2" ] && [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

# Debian: /usr/src/linux-source-6.12.tar.xz; Ubuntu: /usr/src/linux-source-6.14.0/linux-source-6.14.0.tar.bz2
find_source() {
    if [ -n "${LINUX_SOURCE:-}" ]; then
        [ -r "$LINUX_SOURCE" ] || fail "LINUX_SOURCE=$LINUX_SOURCE cannot be read"
        say "$LINUX_SOURCE"
        return
    fi
    newest='' newest_version=0
    for file in /usr/src/linux-source-*.tar.* /usr/src/linux-source-*/linux-source-*.tar.*; do
        [ -r "$file" ] || continue
        version=$(version_of "$file")
        case $version in
            '') continue ;;
            "$PREFERRED" | "$PREFERRED".*) say "$file" && return ;;
        esac
        if older_than "$newest_version" "$version"; then newest=$file newest_version=$version; fi
    done
    [ -n "$newest" ] || fail 'no Linux source in /usr/src' \
        'sudo apt-get install --no-install-recommends linux-source-6.12    (Ubuntu: linux-source)'
    older_than "$newest_version" "$OLDEST" && fail "$newest is older than Linux $OLDEST" \
        'use a newer release of the distribution, or name a source: LINUX_SOURCE=FILE'
    say "$newest"
}

# Reads make's output and says how far it is, some fifty times.
count_steps() {
    done_steps=0 next=0
    while IFS= read -r line; do
        case $line in '  '[A-Z]*) ;; *) continue ;; esac
        done_steps=$((done_steps + 1))
        [ "$done_steps" -ge "$next" ] || continue
        next=$((done_steps + STEPS / 50))
        percent=$((100 * done_steps / STEPS))
        [ "$percent" -lt 100 ] || percent=99
        say "compile    $done_steps of about $STEPS steps, $percent %"
    done
}

# run_logged NAME COMMAND...: the command's output goes to the log; its end is shown if the command fails.
run_logged() {
    name=$1
    shift
    if "$@" >>"$log" 2>&1; then return; fi
    tail -n 30 "$log" >&2
    fail "$name failed; the lines above are the end of its output"
}

[ $# -eq 1 ] || fail 'usage: kernel/build.sh FOLDER | --source'
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
source_file=$(find_source)
if [ "$1" = --source ]; then
    say "$source_file"
    exit 0
fi
[ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || fail "the embedded kernel needs Linux on x86_64, not $(uname -sm)" \
    'use the virtual machine: vagrant up'
for tool in make gcc flex bison bc patch tar strip; do
    command -v "$tool" >/dev/null || fail "$tool is missing" 'sh scripts/setup installs what the build needs'
done

mkdir -p "$1"
out=$(CDPATH='' cd -- "$1" && pwd)
work=$out/work
rm -rf "$work"
mkdir "$work"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
log=$work/log
: >"$log"
tree=$work/tree
mkdir "$tree"

# No caller's setting may change the binary.
unset MAKEFLAGS MAKELEVEL KCFLAGS KCPPFLAGS KAFLAGS KBUILD_OUTPUT CROSS_COMPILE LLVM CC LD LOCALVERSION O V C W M
export LC_ALL=C ARCH=um SUBARCH=x86_64
export KBUILD_BUILD_USER=dxemu KBUILD_BUILD_HOST=dxemu KBUILD_BUILD_VERSION=1
export KBUILD_BUILD_TIMESTAMP='Sat Jan  1 00:00:00 UTC 2000'

say "unpack     $source_file"
case $(version_of "$source_file") in
    "$PREFERRED" | "$PREFERRED".*) ;;
    *) say "note       this is not Linux $PREFERRED, which dxemu is tested with" ;;
esac
# Left out: what no User-Mode Linux compiles, half of the tree.
run_logged unpacking tar -xf "$source_file" -C "$tree" --strip-components=1 --no-same-owner \
    --exclude='*/drivers/gpu/*.[ch]' --exclude='*/drivers/media/*.[ch]' --exclude='*/drivers/staging/*.[ch]' \
    --exclude='*/sound/*.[ch]' --exclude='*/Documentation/*.rst' --exclude='*/Documentation/devicetree/*' \
    --exclude='*/tools/testing/*' --exclude='*/tools/perf/*' --exclude='*/arch/*.dts' --exclude='*/arch/*.dtsi'

for patch in "$here"/patches/*.patch; do
    say "patch      $(basename "$patch")"
    run_logged "$(basename "$patch"): it does not apply to $source_file; patching" \
        patch --batch --forward --fuzz=0 -p1 -d "$tree" -i "$patch"
done

cd "$tree"
say 'configure  kernel/config'
cp "$here/config" .config
run_logged 'make olddefconfig' make olddefconfig
# olddefconfig drops what it does not know, without a word.
missing=$(grep '^CONFIG_' "$here/config" | grep -vxF -f .config || true)
[ -z "$missing" ] || fail "this source does not take these lines of kernel/config: $(printf '%s' "$missing" | tr '\n' ' ')" \
    "Linux $PREFERRED takes them all: sudo apt-get install --no-install-recommends linux-source-$PREFERRED"

jobs=$(nproc 2>/dev/null || say 1)
say "compile    with $jobs processes"
{ { make -j"$jobs" linux || : >"$work/failed"; } 2>&1; } | tee -a "$log" | count_steps
if [ -e "$work/failed" ]; then
    tail -n 30 "$log" >&2
    fail 'make linux failed; the lines above are the end of its output'
fi

make -s kernelversion >"$out/version"
say "$source_file" >"$out/source"
strip -o "$out/linux.new" linux
mv "$out/linux.new" "$out/linux"
say "built      Linux $(cat "$out/version"), $(($(wc -c <"$out/linux") / 1000000)) MB"
