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
    context_switch table_write fork exec exit user_copy; do
    grep -q " $point " "$work/all" || fail "no record of $point"
done
"$trapline" dump --ktrace=exec,fork "$work/on.tlt" >"$work/some" || fail "dump --ktrace=exec,fork"
grep '^ktrace ' "$work/some" | grep -v -e ' exec ' -e ' fork ' && fail "the filter lets others through"
grep -q ' exec ' "$work/some" || fail "the filter keeps exec"
"$trapline" dump --ktrace --filter exec,fork "$work/on.tlt" | cmp -s - "$work/some" || fail "--filter is --ktrace="
pid=$(awk '/ fork / { for (i = 1; i < NF; i++) if ($i == "child") { print $(i + 1); exit } }' "$work/all")
pid=$((pid))
"$trapline" dump --ktrace --filter "syscall_enter,pid=$pid" "$work/on.tlt" | grep '^ktrace ' >"$work/some"
grep -q . "$work/some" || fail "pid=$pid shows nothing"
grep -v "pid $pid .* syscall_enter " "$work/some" && fail "pid=$pid lets others through"
"$trapline" dump --ktrace --filter fork,nothing "$work/on.tlt" 2>"$work/err" >/dev/null &&
    fail "a filter of an unknown name is taken"
grep -q "'nothing'" "$work/err" || fail "the unknown name is not told"
"$trapline" dump --ktrace --json "$work/on.tlt" >"$work/json" || fail "--ktrace --json"
grep -q '^{"event":"ktrace","point":"user_copy","time_ns":[0-9]*,"pid":[0-9]*,"tid":[0-9]*,"address":"0x[0-9a-f]*","bytes":"0x[0-9a-f]*"}$' \
    "$work/json" || fail "JSON keys"
"$trapline" record -o "$work/off.tlt" "${machine[@]}" -- "/bin/$name" </dev/null >"$work/out" 2>&1 ||
    fail "recording without ktrace"
"$trapline" dump --ktrace "$work/off.tlt" | grep '^ktrace ' && fail "records without ktrace="
rm -rf "$work"
