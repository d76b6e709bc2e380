#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# sweep.sh TRAPLINE ARCH KERNEL CONTRACTS WORK FIRST_SEED LAST_SEED [NAME_PATTERN]
#
# Nothing is found on the sound kernel: each contract test in the folder CONTRACTS whose name fits the
# pattern (a regular expression), with chaos seeds FIRST_SEED to LAST_SEED, through every check. How the
# test itself ends is no matter here. A run takes at most LIMIT instructions (default 200 million).
# Appends a line for each run to WORK/runs, and goes on behind what stands there; FRESH=1 begins anew.
set -uo pipefail
trapline=$1 arch=$2 kernel=$3 contracts=$4 work=$5 first=$6 last=$7 pattern=${8:-.}
export TRAPLINE_BOOT_CACHE=off
failed=0 runs=0
[ -z "${FRESH:-}" ] || rm -rf "$work"
mkdir -p "$work"
touch "$work/runs"

sweep_run() { # NAME SEED
    local trace=$work/$1-$2.tlt
    "$trapline" record -o "$trace" --limit "${LIMIT:-200000000}" --arch "$arch" --kernel "$kernel" \
        --rootfs "$work/root" --chaos "$2" -- "/bin/$1" </dev/null >"$trace.out" 2>&1
    "$trapline" check "$trace" >"$trace.check" 2>&1
}

for file in "$contracts"/*.*; do
    name=${file##*/}
    [[ -x $file && -f $file && $name =~ $pattern ]] || continue
    [[ $name != *.json ]] || continue
    rm -rf "$work/root"
    mkdir -p "$work/root/bin" "$work/root/tmp" "$work/root/proc" "$work/root/dev"
    cp "$file" "$work/root/bin/"
    [ ! -e "$contracts/files/busybox" ] || cp "$contracts/files/busybox" "$work/root/bin/"
    for ((seed = first; seed <= last; seed++)); do
        grep -qxF "$name $seed nothing" "$work/runs" && continue
        runs=$((runs + 1))
        if sweep_run "$name" "$seed"; then
            echo "$name $seed nothing" >>"$work/runs"
            rm -f "$work/$name-$seed".tlt*
            continue
        fi
        failed=1
        echo "$name $seed found" >>"$work/runs"
        echo "FAIL: $arch $name, chaos $seed: $(head -n 8 "$work/$name-$seed.tlt.check")"
        echo "  again: $trapline check $work/$name-$seed.tlt"
    done
done
[ $failed = 0 ] && echo "$arch: $(grep -c nothing "$work/runs") runs, seeds $first to $last: nothing found"
exit $failed
