#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# floor.sh SOURCE
#
# The least that the contract tests and the guest benchmark hold: each name of floor.list, at least
# 240 tests with an oracle each, and at most 6 known divergences.
set -uo pipefail
source=$1 here=$1/tests/contracts bad=0

complain() {
    echo "FAIL: $*"
    bad=1
}

while read -r name; do
    area=${name%%.*} what=${name#*.}
    if [ "$area" != bench ]; then
        [ -f "$here/$area/$what.c" ] || complain "no contract test $name"
        continue
    fi
    for cpu in arm64 x86_64; do
        grep -q "^$what " "$source/traces/bench/$cpu.txt" || complain "no row $what on $cpu"
    done
done < <(grep -v '^#' "$here/floor.list")

tests=0
for file in "$here"/*/*.c; do
    area=$(basename "$(dirname "$file")") what=$(basename "$file" .c)
    tests=$((tests + 1))
    [ -s "$here/oracle/$area.$what.txt" ] || complain "$area.$what has no oracle"
done
[ "$tests" -ge 240 ] || complain "$tests contract tests are fewer than 240"
known=$(grep -c '"reason"' "$here/known-divergences.json")
[ "$known" -le 6 ] || complain "$known known divergences are more than 6"
[ $bad -eq 0 ] && echo "$tests contract tests, $known known divergences"
[ $bad -eq 0 ] || echo "repeat: bash tests/contracts/floor.sh ."
exit $bad
