#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# memtest.sh BUILD MEMTEST INSTRUCTIONS WORDS: Debian's memtest86+, as a Linux kernel of the 64-bit
# boot protocol, on the smallest machine: within INSTRUCTIONS its screen on the serial line shows
# WORDS (a basic regular expression) and no error; recorded and replayed. The slow clock makes the
# waits of its bit fade test short.
set -uo pipefail
build=$1 memtest=$2 limit=$3 words=$4
work=$build/tests/foreign/memtest-$limit
mkdir -p "$work"
echo "again by hand: bash tests/foreign/memtest.sh $*"

fail() {
    echo "FAIL: $1"
    exit 1
}

status=0
"$build/trapline" record -o "$work/run.tlt" --kernel "$memtest" --mem 8M --cpu-hz 2000000 --strict \
    --append 'console=ttyS0,115200 nopause nobench nosmp' --limit "$limit" --no-input \
    >"$work/out.txt" 2>"$work/err.txt" || status=$?
[ $status -eq 5 ] || fail "it ended with $status: $(cat "$work/err.txt")"
tr '\033' '\n' <"$work/out.txt" >"$work/screen.txt"
grep -aq "$words" "$work/screen.txt" ||
    fail "no '$words' on its screen: $(tail -n 8 "$work/screen.txt"); trapline replay $work/run.tlt"
! grep -a "Errors: *[1-9]" "$work/screen.txt" || fail "it found errors"
"$build/trapline" replay "$work/run.tlt" >"$work/replay.txt" 2>&1 ||
    fail "$(cat "$work/replay.txt"); trapline replay $work/run.tlt"
