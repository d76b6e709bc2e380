#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# ends.sh BUILD: how the end of a foreign kernel shows: the status that it gives, a level of privilege
# that is not there, a panic, a hang, an exception without vectors.
set -uo pipefail
build=$1
guests=$build/tests/foreign
echo "again by hand: bash tests/foreign/ends.sh $*"

# expect KERNEL WANTED_EXIT "WORDS" MACHINE...: exit code and a line that says so.
expect() {
    local kernel=$1 wanted=$2 words=$3 status=0 said
    shift 3
    said=$("$build/trapline" run --kernel "$guests/$kernel.elf" --limit 100000000 --no-input "$@" \
        2>&1 >/dev/null) || status=$?
    if [ $status -ne "$wanted" ] || ! grep -qF -- "$words" <<<"$said"; then
        echo "FAIL: $kernel $*: exit $status, not $wanted; '$said' without '$words'"
        exit 1
    fi
}

expect arm64-status-3 1 "status 3"
expect arm64-status-3 1 "status 3" --el2
expect pvh-status-3 1 "status 3"
expect arm64-wants-el2 1 "S3_4_C1_C1_0 (needs --el2)"
expect arm64-wants-el2 1 "the write of S3_4_C1_C1_0 (needs --el2)" --strict
expect arm64-wants-el2 0 "" --el2
expect arm64-wants-el3 1 "S3_6_C1_C1_0 (no EL3)"
expect arm64-wants-el3 1 "S3_6_C1_C1_0 (no EL3)" --el2
expect arm64-nowhere 1 "undeliverable exception" --el2
for kernel in arm64 pvh; do
    expect $kernel-panics 1 "the guest's kernel panicked at instruction"
    expect $kernel-panics 1 ": Kernel panic - not syncing: no init"
    # Before it is believed that it spins, the limit comes; what was said is said.
    expect $kernel-panics 5 ": Kernel panic - not syncing: no init" --limit 1000000
    expect $kernel-stands_still 5 "100000000, at kernel:stands_still"
    expect $kernel-stands_still 5 ", with interrupts off"
    expect $kernel-takes_exception_without_vectors 1 "undeliverable exception) at instruction"
    expect $kernel-takes_exception_without_vectors 1 "at kernel:exception_now"
done
trace=$guests/panics.tlt
for kernel in arm64 pvh; do
    rm -f "$trace"
    said=$("$build/trapline" record -o "$trace" --no-input --kernel "$guests/$kernel-panics.elf" 2>&1 >/dev/null)
    at=$(sed -n 's/.*look: trapline gdb .* --at //p' <<<"$said")
    for verb in replay check; do
        "$build/trapline" $verb "$trace" >/dev/null 2>"$guests/ends.err" ||
            { echo "FAIL: $kernel: $verb of a panic ended with $?"; exit 1; }
        grep -F "panicked at instruction $at: Kernel panic - not syncing: no init" "$guests/ends.err" >/dev/null ||
            { echo "FAIL: $kernel: $verb of a panic says '$(cat "$guests/ends.err")'"; exit 1; }
    done
    "$build/trapline" replay --json "$trace" | grep '"panic":"Kernel panic - not syncing: no init"' >/dev/null ||
        { echo "FAIL: $kernel: replay --json has no panic"; exit 1; }
    "$build/trapline" dump --traps "$trace" --to "${at:-none}" >/dev/null ||
        { echo "FAIL: $kernel: '$said' names no instruction"; exit 1; }
done
rm -f "$trace" "$guests/ends.err"
expect pvh 2 "--el2 is for arm64" --el2
