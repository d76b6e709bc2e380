#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# lines.sh BUILD: coverage (lcov) of a kernel without lines by the file that has them, on both CPUs. The table
# has rows of no bytes, as gcc leaves them, also where a function ends: they are no lines of their own, and above
# all not those of what lies between two functions (guest/lines.S).
set -uo pipefail
build=$1
guests=$build/tests/foreign
work=$guests/lines
mkdir -p "$work"
echo "again by hand: bash tests/foreign/lines.sh $*"

fail() {
    echo "FAIL: $1"
    exit 1
}

cat >"$work/want" <<'END'
TN:
SF:made.c
FN:10,_start
FNDA:1,_start
FN:20,idle
FNDA:0,idle
FN:30,far
FNDA:1,far
FNF:3
FNH:2
BRF:0
BRH:0
DA:10,1
DA:12,1
DA:13,1
DA:20,0
DA:21,0
DA:30,1
DA:31,1
LF:7
LH:5
end_of_record
END
for arch in arm64 x86_64; do
    strip=x86_64-linux-gnu-strip
    [ $arch = x86_64 ] || strip=aarch64-linux-gnu-strip
    trace=$work/$arch.tlt
    $strip -o "$work/$arch" "$guests/lines-$arch.elf" || fail "strip"
    "$build/trapline" record -o "$trace" --arch $arch --kernel "$work/$arch" --no-input --strict \
        --limit 100000 2>"$work/err" || fail "$arch: $(cat "$work/err")"
    "$build/trapline" export --format lcov "$trace" --symbols "$guests/lines-$arch.elf" -o "$work/$arch.info" ||
        fail "export --format lcov $trace --symbols $guests/lines-$arch.elf ended with $?"
    diff "$work/want" "$work/$arch.info" || fail "$arch: what is wanted is the first"
    command -v lcov >/dev/null || continue
    lcov --summary "$work/$arch.info" >"$work/summary" 2>&1 || fail "lcov does not read it: $(cat "$work/summary")"
    grep -q '5 of 7 lines' "$work/summary" || fail "lcov reads something else: $(cat "$work/summary")"
done
