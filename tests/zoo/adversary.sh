#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# adversary.sh TRAPLINE ARCH KERNEL WORK SEEDS PROGRAM_FILE...
#
# The sound kernel keeps the rules of page tables, so the adversary changes nothing: each program,
# with chaos seeds 0..SEEDS-1, says and traps the same with --adversary and without, the recording
# replays, and the check stale finds nothing.
set -uo pipefail
trapline=$1 arch=$2 kernel=$3 work=$4 seeds=$5
shift 5
failed=0
export TRAPLINE_BOOT_CACHE=off
rm -rf "$work"
mkdir -p "$work"

run() { # SEED NAME TRACE [--adversary]
    "$trapline" record -o "$3.tlt" --arch "$arch" --kernel "$kernel" --rootfs "$work/root-$2" \
        --chaos "$1" ${4:-} -- "/bin/$2" </dev/null >"$3.out" 2>&1
    "$trapline" dump "$3.tlt" --traps >"$3.traps"
}

for file in "$@"; do
    name=${file##*/}
    mkdir -p "$work/root-$name/bin"
    cp "$file" "$work/root-$name/bin/"
    for ((seed = 0; seed < seeds; seed++)); do
        run "$seed" "$name" "$work/plain"
        run "$seed" "$name" "$work/adversary" --adversary
        "$trapline" replay "$work/adversary.tlt" >"$work/replay" 2>&1 &&
            cmp "$work/plain.out" "$work/adversary.out" &&
            cmp "$work/plain.traps" "$work/adversary.traps" &&
            "$trapline" check --only stale "$work/adversary.tlt" >"$work/check" && continue
        failed=1
        cp "$work/adversary.tlt" "$work/$name-$seed.tlt"
        echo "FAIL: $arch $name, chaos $seed: the adversary makes a difference"
        echo "  again: $trapline check --only stale $work/$name-$seed.tlt"
    done
done
[ $failed = 0 ] && echo "$arch: $# programs, $seeds seeds each: the same with the adversary"
exit $failed
