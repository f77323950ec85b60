#!/bin/sh
# Builds the embedded kernel: Linux as an ordinary process (User-Mode Linux) from the distribution's own source.
#
#   kernel/build.sh FOLDER     makes FOLDER/linux (stripped), FOLDER/version and FOLDER/source; needs 1 GB there meanwhile
#   kernel/build.sh --source   only names the source that would be built
#
# kernel/source.sh chooses the source; LINUX_SOURCE=FILE names another one (a linux-*.tar.*). Nothing outside FOLDER is
# written and no root is needed.
#
# kernel/config is a `savedefconfig`: no modules, everything that a lab needs is built in. UML_TIME_TRAVEL_SUPPORT is
# the virtual clock. The patches add words to the kernel's command line:
#   random_seed.patch    random_seed=NUMBER   all chance follows from a number and names: the same seed repeats a run
#   hostfs_write.patch   hostfs_write=FOLDER  whatever the guest's root does, it changes files in this folder only
#   hold.patch           time-travel-hold     the guest boots with its virtual clock held; /proc/time-travel-hold lets go
# no_jitterentropy.patch takes out a self-test at boot that waits for time to pass while it computes.
# exact_timers.patch, no_spurious_alarm.patch and lacp_at_once.patch let a run be the same on every version: timers fire
# when they are due, and interrupt nobody, and LACP sends what is due. vdso_clock.patch lets programs read the clock
# without a system call.
# NAME.until-VERSION.patch is for the sources up to that version; the later ones do not need it. A patch that two
# sources do not take alike keeps to the lines that are alike, with less context if need be: one file for one purpose.
# The source is built in its own tree with fixed names and times, so the binary does not depend on who built it where.
set -eu

OLDEST=6.1 # works, but boots and runs at half the speed
NEWEST=7.3 # scripts/test-kernels tries the oldest, 6.12 and the newest
STEPS=1640 # lines that make prints: only for the percentage

say() { printf '%s\n' "$*"; }
fail() {
    printf 'kernel/build.sh: %s\n' "$1" >&2
    [ -z "${2:-}" ] || printf '  %s\n' "$2" >&2
    exit 3
}

older_than() { [ "$1" != "$2" ] && [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

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
source_file=$(sh "$here/source.sh" best)
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
# Left out: what no User-Mode Linux compiles, half of the tree.
run_logged unpacking tar -xf "$source_file" -C "$tree" --strip-components=1 --no-same-owner \
    --exclude='*/drivers/gpu/*.[ch]' --exclude='*/drivers/media/*.[ch]' --exclude='*/drivers/staging/*.[ch]' \
    --exclude='*/sound/*.[ch]' --exclude='*/Documentation/*.rst' --exclude='*/Documentation/devicetree/*' \
    --exclude='*/tools/testing/*' --exclude='*/tools/perf/*' --exclude='*/arch/*.dts' --exclude='*/arch/*.dtsi'

# The source says itself which it is; a file's name may lie.
line_of() { sed -n "s/^$1 = *//p" "$tree/Makefile" | head -n 1; }
[ -r "$tree/Makefile" ] || fail "$source_file is not a Linux source: there is no Makefile in it"
release=$(line_of VERSION).$(line_of PATCHLEVEL)
say "source     Linux $release.$(line_of SUBLEVEL)"
if older_than "$release" "$OLDEST" || older_than "$NEWEST" "$release"; then
    say "note       dxemu is tested with Linux $OLDEST to $NEWEST; this is another one"
fi

apply() {
    name=$(basename "$1")
    case $name in
        *.until-*) last=${name##*.until-} last=${last%.patch} ;;
        *) last=$release ;;
    esac
    if older_than "$last" "$release"; then return; fi
    say "patch      $name"
    if patch --batch --forward --fuzz=0 -p1 -d "$tree" -i "$1" >"$work/patching" 2>&1; then return; fi
    cat "$work/patching" >&2
    unfit=$(cd "$tree" && find . -name '*.rej' | sed 's,^\./,,; s,\.rej$,,' | sort | tr '\n' ' ')
    fail "$name does not fit Linux $release ($source_file): ${unfit:-a file that it changes is missing}" \
        "name a source from Linux $OLDEST to $NEWEST (LINUX_SOURCE=FILE), or mend kernel/patches/$name for this one"
}
for patch in "$here"/patches/*.patch; do
    apply "$patch"
done

cd "$tree"
say 'configure  kernel/config'
cp "$here/config" .config
run_logged 'make olddefconfig' make olddefconfig
# olddefconfig drops what it does not know, without a word.
missing=$(grep '^CONFIG_' "$here/config" | grep -vxF -f .config || true)
[ -z "$missing" ] || fail "this source does not take these lines of kernel/config: $(printf '%s' "$missing" | tr '\n' ' ')" \
    "Linux $OLDEST to $NEWEST take them all: name such a source (LINUX_SOURCE=FILE)"

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
