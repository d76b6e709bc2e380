#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# timeline.sh TRAPLINE TIMELINE_BACK GUARDED_PAGES ARCH KERNEL PROGRAMS_DIR WORK PROGRAM...
#
# Each program is recorded, and one run that ends idle for good; each recording's replay is then
# taken over as a timeline and gone back in. Two stretches of the last program run with all of RAM
# watched.
set -uo pipefail
trapline=$1 judge=$2 guarded=$3 arch=$4 kernel=$5 dir=$6 work=$7
shift 7
SEEDS="1 2" PLACES=12

rm -rf "$work"
failed=0

prove() { # NAME
    local seed
    for seed in $SEEDS; do
        if "$judge" "$work/$1.tlt" "$seed" $PLACES >"$work/$1.log" 2>&1; then
            echo "$arch $1: $(cat "$work/$1.log")"
        else
            cat "$work/$1.log"
            echo "FAIL: $arch $1; again: $judge $work/$1.tlt $seed $PLACES"
            failed=1
        fi
    done
}

for name in "$@"; do
    mkdir -p "$work/$name/bin" || exit 1
    cp "$dir/$name" "$work/$name/bin/" || exit 1
    "$trapline" record -o "$work/$name.tlt" --arch "$arch" --kernel "$kernel" \
        --rootfs "$work/$name" -- "/bin/$name" </dev/null >"$work/$name.log" 2>&1 || {
        echo "FAIL: $name does not run: $(tail -n 1 "$work/$name.log")"
        failed=1
        continue
    }
    prove "$name"
done
for from in 0 600000; do
    "$guarded" "$work/$name.tlt" $from 150000 >"$work/guarded.log" 2>&1 || {
        cat "$work/guarded.log"
        echo "FAIL: $arch $name; again: $guarded $work/$name.tlt $from 150000"
        failed=1
    }
done
"$trapline" record -o "$work/idle.tlt" --arch "$arch" -- cat </dev/null >"$work/idle.log" 2>&1
if grep -q "input that will never come" "$work/idle.log"; then
    prove idle
else
    echo "FAIL: cat does not wait: $(tail -n 1 "$work/idle.log")"
    failed=1
fi
exit $failed
