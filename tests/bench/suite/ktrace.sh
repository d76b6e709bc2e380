#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# ktrace.sh TRAPLINE ARCH KERNEL PROGRAM WORK
#
# The kernel's trace points: all of those that a program with signals and a child must pass are there,
# the recording replays, the filter shows one kind alone, and without ktrace= there is none.
set -uo pipefail
trapline=$1 arch=$2 kernel=$3 program=$4 work=$5
name=$(basename "$program")

fail() {
    echo "FAIL: $arch: $1"
    exit 1
}

rm -rf "$work" && mkdir -p "$work/root/bin" && cp "$program" "$work/root/bin/" || exit 1
machine=(--arch "$arch" --kernel "$kernel" --rootfs "$work/root")
"$trapline" record -o "$work/on.tlt" "${machine[@]}" --append ktrace=all -- "/bin/$name" \
    </dev/null >"$work/out" 2>&1 || fail "recording with ktrace=all: $(tail -n 2 "$work/out")"
"$trapline" replay "$work/on.tlt" >"$work/log" 2>&1 || fail "replay: $(tail -n 2 "$work/log")"
"$trapline" dump --ktrace "$work/on.tlt" >"$work/all" || fail "dump --ktrace"
for point in syscall_enter syscall_exit page_fault signal_send signal_check signal_deliver \
    context_switch table_write fork exec exit; do
    grep -q " $point " "$work/all" || fail "no record of $point"
done
"$trapline" dump --ktrace=exec,fork "$work/on.tlt" >"$work/some" || fail "dump --ktrace=exec,fork"
grep '^ktrace ' "$work/some" | grep -v -e ' exec ' -e ' fork ' && fail "the filter lets others through"
grep -q ' exec ' "$work/some" || fail "the filter keeps exec"
"$trapline" record -o "$work/off.tlt" "${machine[@]}" -- "/bin/$name" </dev/null >"$work/out" 2>&1 ||
    fail "recording without ktrace"
"$trapline" dump --ktrace "$work/off.tlt" | grep '^ktrace ' && fail "records without ktrace="
rm -rf "$work"
