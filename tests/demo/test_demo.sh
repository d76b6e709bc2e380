#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_demo.sh BUILD: the demo matches on both CPUs, and what it prints can be read: no line over
# 100 columns, a page of it for each CPU; the columns of `dump --traps` stand below their titles.
set -uo pipefail
build=$1
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

fail() {
    echo "FAIL: $1"
    exit 1
}

out=$(bash "$here/demo.sh" "$build") || fail "the demo ended with $?: $out"
[ "$(grep -c '^replay matched' <<<"$out")" = 2 ] || fail "not two replays that matched: $out"
[ "$(grep -c '^faults:' <<<"$out")" = 2 ] || fail "not two guests that ran to their end: $out"
[ "$(grep -c 'system call' <<<"$out")" -ge 2 ] || fail "no summary of traps: $out"
long=$(awk 'length > 100' <<<"$out")
[ -z "$long" ] || fail "lines over 100 columns: $long"
[ "$(wc -l <<<"$out")" -le 56 ] || fail "more than a page for each CPU: $out"
for arch in arm64 x86_64; do
    traps=$build/demo/$arch/traps.txt
    awk -v arch="$arch" '
        NR == 1 { n = split("task vector cause address at", title, " ")
                  for (i = 1; i <= n; i++) column[i] = index($0, " " title[i]) + 1 }
        NR > 1 { for (i = 1; i <= n; i++)
                     if (substr($0, column[i] - 1, 1) != " " ||
                         (title[i] != "address" && substr($0, column[i], 1) == " ")) {
                         print arch ": not below " title[i] ": " $0; exit 1 } }' "$traps" ||
        fail "columns of dump --traps"
done
echo "PASS"
