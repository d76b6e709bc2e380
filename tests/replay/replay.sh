#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# replay.sh TRAPLINE ARCH KERNEL PROGRAM REFERENCE WORK [SEEDS [REPLAYS]]
#
# One guest program on one CPU:
#   - it passes, and prints what Linux on the host prints (REFERENCE is the same
#     program for the host, "" where the host cannot run it);
#   - two recordings with the same seed are the same bytes;
#   - a recording replays REPLAYS times, each in a process of its own;
#   - so do recordings with chaos seeds 1..SEEDS.
# A failure keeps its trace and prints the command that replays it.
set -uo pipefail
trapline=$1 arch=$2 kernel=$3 program=$4 reference=$5 work=$6 seeds=${7:-20} replays=${8:-10}
name=$(basename "$program")

rm -rf "$work"
mkdir -p "$work/root/bin" || exit 1
cp "$program" "$work/root/bin/" || exit 1

fail() {
    echo "FAIL: $arch $name: $1"
    [ -z "${2:-}" ] || echo "  again: $2"
    exit 1
}

machine=(--arch "$arch" --kernel "$kernel" --rootfs "$work/root")

record() { # NAME CHAOS
    "$trapline" record -o "$work/$1.tlt" "${machine[@]}" --chaos "$2" -- "/bin/$name" \
        </dev/null >"$work/$1.out" 2>"$work/$1.err" ||
        fail "recording with chaos $2 ended with $?: $(tail -n 3 "$work/$1.out" "$work/$1.err")" \
            "$trapline run ${machine[*]} --chaos $2 -- /bin/$name"
    sed -i 's/\r$//' "$work/$1.out" # the guest's terminal ends lines with CR LF
    grep -qx PASS "$work/$1.out" ||
        fail "with chaos $2 it does not print PASS" "$trapline replay $work/$1.tlt"
}

replay() { # NAME
    "$trapline" replay "$work/$1.tlt" >"$work/$1.log" 2>&1 ||
        fail "the replay of $1 ended with $?: $(tail -n 3 "$work/$1.log")" \
            "$trapline replay $work/$1.tlt"
}

record first 0
record second 0
cmp -s "$work/first.tlt" "$work/second.tlt" ||
    fail "two recordings with the same seed differ" "$trapline diff $work/first.tlt $work/second.tlt"
if [ -n "$reference" ]; then
    # On a busy host a timer may be over before the call that it is to interrupt has begun.
    for _ in 1 2 3 4 5; do
        (cd "$work" && ulimit -s 8192 && timeout 20 "$reference" >"$work/linux.out" 2>&1 </dev/null)
        cmp -s "$work/linux.out" "$work/first.out" && break
    done
    cmp -s "$work/linux.out" "$work/first.out" ||
        fail "it prints something else than on Linux: $(diff "$work/linux.out" "$work/first.out")"
fi
for ((i = 0; i < replays; i++)); do
    replay first
done
for ((c = 1; c <= seeds; c++)); do
    record "chaos-$c" "$c"
    replay "chaos-$c"
    rm -f "$work/chaos-$c".*
done
rm -rf "$work"
echo "$arch $name: $replays replays and $seeds chaos seeds identical"
