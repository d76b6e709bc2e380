#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# sweep.sh TRAPLINE ARCH KERNEL CONTRACTS WORK FIRST_SEED LAST_SEED [NAME_PATTERN]
#
# Nothing is found on the sound kernel: the contract tests in the folder CONTRACTS whose name fits the
# pattern (a regular expression), with chaos seeds FIRST_SEED to LAST_SEED, through every check. How a
# test itself ends is no matter here. The tests of an area are one recording, one behind the other: so
# a boot is recorded and checked once for all of them. Those that it did not come to (one has ended the
# machine, or LIMIT instructions, 1000 million, were up) have recordings of their own, of a fifth of LIMIT.
# Appends a line for each recording to WORK/runs ("AREA SEED nothing", "AREA.TEST SEED found") and one
# for each area that is done with a seed ("AREA SEED swept"), and goes on behind what stands there, seed
# by seed; FRESH=1 begins anew.
set -uo pipefail
trapline=$1 arch=$2 kernel=$3 contracts=$4 work=$5 first=$6 last=$7 pattern=${8:-.}
export TRAPLINE_BOOT_CACHE=off
failed=0 limit=${LIMIT:-1000000000}
[ -z "${FRESH:-}" ] || rm -rf "$work"
mkdir -p "$work"
touch "$work/runs"

# The names of the tests, AREA.TEST, in order.
tests() {
    local file name
    for file in "$contracts"/*.*; do
        name=${file##*/}
        [[ -x $file && -f $file && $name =~ $pattern && $name != *.json ]] && echo "$name"
    done
}

# /bin of the guest: these tests.
make_root() { # NAME...
    local name
    rm -rf "$work/root"
    mkdir -p "$work/root/bin" "$work/root/tmp" "$work/root/proc" "$work/root/dev"
    for name in "$@"; do
        cp "$contracts/$name" "$work/root/bin/"
    done
    [ ! -e "$contracts/files/busybox" ] || cp "$contracts/files/busybox" "$work/root/bin/"
}

is_done() { # RUN SEED
    grep -qxF "$1 $2 nothing" "$work/runs"
}

# One recording through every check; its console stays in WORK/RUN-SEED.tlt.out.
sweep_run() { # RUN SEED LIMIT ARGV...
    local run=$1 seed=$2 trace=$work/$1-$2.tlt end=nothing
    "$trapline" record -o "$trace" --limit "$3" --arch "$arch" --kernel "$kernel" \
        --rootfs "$work/root" --chaos "$seed" -- "${@:4}" </dev/null >"$trace.out" 2>&1
    if "$trapline" check "$trace" >"$trace.check" 2>&1; then
        rm -f "$trace" "$trace.check"
    else
        end=found failed=1
        echo "FAIL: $arch $run, chaos $seed: $(head -n 8 "$trace.check")"
        echo "  again: $trapline check $trace"
    fi
    echo "$run $seed $end" >>"$work/runs"
}

sweep_area() { # AREA SEED NAME...
    local area=$1 seed=$2 name out=$work/$1-$2.tlt.out
    shift 2
    if [ $# -gt 1 ] && [ -e "$contracts/files/busybox" ]; then
        sweep_run "$area" "$seed" "$limit" /bin/busybox sh -c \
            "for t in $*; do /bin/\$t; echo; echo \"behind \$t\"; done"
    else
        : >"$out"
    fi
    for name in "$@"; do
        tr -d '\r' <"$out" | grep -ax "behind $name" >/dev/null || is_done "$name" "$seed" ||
            sweep_run "$name" "$seed" $((limit / 5)) "/bin/$name"
    done
    rm -f "$work"/*-"$seed".tlt.out
    grep -q "^$area[^ ]* $seed found$" "$work/runs" || echo "$area $seed swept" >>"$work/runs"
}

for ((seed = first; seed <= last; seed++)); do
    for area in $(tests | sed 's/[.].*//' | uniq); do
        grep -qxF "$area $seed swept" "$work/runs" && continue
        names=$(tests | grep "^$area[.]")
        make_root $names
        sed -i "/^$area[^ ]* $seed found$/d" "$work/runs" # it is tried again
        sweep_area "$area" "$seed" $names
    done
done
[ $failed = 0 ] && echo "$arch: $(grep -c ' nothing$' "$work/runs") recordings, seeds $first to $last: nothing found"
exit $failed
