#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# suite.sh TRAPLINE ARCH KERNEL PROGRAM BUSYBOX TABLE WORK check|update
#
# Runs the guest benchmark and compares its rows (guest instructions of one operation) with
# TABLE. The same numbers: pass. A row that differs by more than 5 %, a row too many or too few: fail, by
# name; in between: pass with a word. Another compiler than the table's gives other numbers: 12 %.
set -uo pipefail
trapline=$1 arch=$2 kernel=$3 program=$4 busybox=$5 table=$6 work=$7 mode=$8

compiler=x86_64-linux-gnu-gcc
[ "$arch" = x86_64 ] || compiler=aarch64-linux-gnu-gcc
compiler="gcc $("$compiler" -dumpversion | cut -d . -f 1)"

rm -rf "$work" && mkdir -p "$work"/root/{bin,tmp,dev} || exit 1
cp "$program" "$work/root/bin/suite" && cp "$busybox" "$work/root/bin/busybox" || exit 1
timeout 280 "$trapline" run --arch "$arch" --kernel "$kernel" --rootfs "$work/root" \
    -- /bin/suite </dev/null >"$work/out" 2>"$work/err"
status=$?
tr -d '\r' <"$work/out" >"$work/rows"
if [ $status -ne 0 ]; then
    echo "FAIL: the suite ended with $status: $(tail -n 2 "$work/rows" "$work/err")"
    exit 1
fi
if [ "$mode" = update ]; then
    mkdir -p "$(dirname "$table")"
    {
        echo "# Guest instructions of one operation on $arch: target bench-update writes this,"
        echo "# the test bench.suite.$arch compares it. tests/bench/suite says what each row does."
        echo "# compiler: $compiler"
        cat "$work/rows"
    } >"$table"
    exit 0
fi
limit=5
grep -qx "# compiler: $compiler" "$table" || limit=12
awk -v arch="$arch" -v limit=$limit '
    /^#/ { next }
    FNR == NR { old[$1] = $2; next }
    !($1 in old) { print "FAIL: new row " $1; bad = 1; next }
    {
        seen[$1] = 1
        if ($2 == old[$1]) next
        change = ($2 - old[$1]) * 100 / old[$1]
        word = change > limit || change < -limit ? "FAIL" : "note"
        if (word == "FAIL") bad = 1
        printf "%s: %s is %d instructions, was %d (%+.1f %%)\n", word, $1, $2, old[$1], change
    }
    END {
        for (name in old) if (!(name in seen)) { print "FAIL: no row " name; bad = 1 }
        if (bad) print "If that is meant: cmake --build BUILD --target bench-update-" arch
        exit bad
    }' "$table" "$work/rows"
