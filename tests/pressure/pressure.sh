#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# pressure.sh TRAPLINE ARCH KERNEL PROGRAM WORK [MEM]
#
# One program that uses up all memory, in a machine of MEM bytes: it prints PASS, the kernel ends
# as it should, and the run replays.
set -uo pipefail
trapline=$1 arch=$2 kernel=$3 program=$4 work=$5 mem=${6:-24M}
name=$(basename "$program")

fail() {
    echo "FAIL: $arch $name: $1"
    tail -n 20 "$work/out"
    echo "  again: $trapline run ${machine[*]} -- /bin/$name"
    exit 1
}

rm -rf "$work" && mkdir -p "$work/root/bin" "$work/root/tmp" && cp "$program" "$work/root/bin/" ||
    exit 1
machine=(--arch "$arch" --kernel "$kernel" --rootfs "$work/root" --mem "$mem")
"$trapline" record --limit 20000000000 -o "$work/run.tlt" "${machine[@]}" -- "/bin/$name" \
    </dev/null >"$work/out" 2>&1 || fail "the run ended with $?"
tr -d '\r' <"$work/out" | grep -x PASS >/dev/null || fail "it does not print PASS"
"$trapline" replay "$work/run.tlt" >"$work/log" 2>&1 || fail "replay: $(tail -n 3 "$work/log")"
rm -f "$work/run.tlt"
