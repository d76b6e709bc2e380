#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# hobby.sh el1|el2|pvh|multiboot BUILD: the hobby kernel, entered in that way: it prints what it
# prints in QEMU, touches nothing that is not there, and with each chaos seed its recording replays,
# from its start and from snapshots.
set -uo pipefail
kind=$1 build=$2
work=$build/tests/foreign/$kind
mkdir -p "$work"
echo "again by hand: bash tests/foreign/hobby.sh $*"

fail() {
    echo "FAIL: $kind: $1"
    exit 1
}

arm=(timeout 60 qemu-system-aarch64 -cpu cortex-a72)
x86=(timeout 60 qemu-system-x86_64 -M pc -cpu qemu64 -device "isa-debug-exit,iobase=0xf4,iosize=1")
case $kind in
el1) kernel=arm64 machine=(--arch arm64) qemu=("${arm[@]}" -M virt) ends=0 ;;
el2) kernel=arm64 machine=(--arch arm64 --el2) qemu=("${arm[@]}" -M virt,virtualization=on) ends=0 ;;
pvh | multiboot) kernel=$kind machine=(--arch x86_64) qemu=("${x86[@]}") ends=1 ;;
esac
kernel=$build/tests/foreign/$kernel.elf

command -v "${qemu[2]}" >/dev/null || { echo "skipped: ${qemu[2]} is not installed"; exit 77; }
"${qemu[@]}" -m 256 -nodefaults -display none -serial stdio -no-reboot -kernel "$kernel" \
    -append "one two" >"$work/qemu.txt" 2>"$work/qemu.err" </dev/null
[ $? -eq $ends ] || fail "QEMU ended otherwise: $(cat "$work/qemu.txt" "$work/qemu.err")"
grep -q bye "$work/qemu.txt" || fail "in QEMU it did not get to its end"

for seed in 0 1 2 3; do
    "$build/trapline" record -o "$work/run.tlt" "${machine[@]}" --kernel "$kernel" --strict \
        --append "one two" --chaos $seed --limit 100000000 --no-input \
        >"$work/out.txt" 2>"$work/err.txt" || fail "seed $seed: $(cat "$work/err.txt")"
    diff "$work/qemu.txt" "$work/out.txt" || fail "seed $seed: QEMU's is the first"
    "$build/trapline" replay "$work/run.tlt" >"$work/replay.txt" 2>&1 ||
        fail "seed $seed: $(cat "$work/replay.txt")"
    "$build/tests/snapshot_replay" "$work/run.tlt" 7 >"$work/replay.txt" 2>&1 ||
        fail "seed $seed, from snapshots: $(cat "$work/replay.txt")"
done
echo "the same $(wc -l <"$work/qemu.txt") lines"
