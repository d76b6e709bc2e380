#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# calls.sh TRAPLINE ARCH KERNEL PROGRAM WORK CHILDREN SEED...
#
# Random system calls by seed (guest/calls.c), recorded with the seed as chaos seed, too: the kernel
# goes on, the parent ends with PASS, and the recording replays.
set -uo pipefail
trapline=$1 arch=$2 kernel=$3 program=$4 work=$5 children=$6
shift 6
status=0

rm -rf "$work"
mkdir -p "$work/root/bin" "$work/root/tmp" "$work/root/dev" "$work/root/proc" || exit 1
cp "$program" "$work/root/bin/calls" || exit 1
machine=(--arch "$arch" --kernel "$kernel" --rootfs "$work/root" --limit 20000000000)
for seed in "$@"; do
    run=("${machine[@]}" --chaos "$seed" -- /bin/calls "$seed" "$children")
    "$trapline" record -o "$work/$seed.tlt" "${run[@]}" </dev/null >"$work/$seed.out" 2>&1
    code=$?
    if [ $code -ne 0 ] || ! grep -q '^PASS' "$work/$seed.out"; then
        echo "FAIL: $arch, system calls of seed $seed: ended with $code: $(tail -n 12 "$work/$seed.out")"
        echo "  again: $trapline run ${run[*]}"
        status=1
    elif ! "$trapline" replay "$work/$seed.tlt" >"$work/$seed.log" 2>&1; then
        echo "FAIL: $arch, system calls of seed $seed: the replay: $(tail -n 5 "$work/$seed.log")"
        echo "  again: $trapline replay $work/$seed.tlt"
        status=1
    else
        rm -f "$work/$seed".*
    fi
done
[ $status -ne 0 ] || rm -rf "$work"
exit $status
