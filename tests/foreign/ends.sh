#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# ends.sh BUILD: how the end of a foreign kernel shows: the status that it gives, and a level of
# privilege that is not there.
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
expect pvh 2 "--el2 is for arm64" --el2
