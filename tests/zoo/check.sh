#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# check.sh TRAPLINE ARCH KERNEL PROGRAMS_DIR WORK SEEDS PROGRAM...
#
# The sound kernel: every guest program with chaos seeds 0..SEEDS-1, and no check finds anything.
set -uo pipefail
trapline=$1 arch=$2 kernel=$3 dir=$4 work=$5 seeds=$6
shift 6
failed=0
rm -rf "$work"
for name in "$@"; do
    mkdir -p "$work/$name/bin"
    cp "$dir/$name" "$work/$name/bin/"
    for ((seed = 0; seed < seeds; seed++)); do
        "$trapline" record -o "$work/$name.tlt" --arch "$arch" --kernel "$kernel" \
            --rootfs "$work/$name" --chaos "$seed" -- "/bin/$name" </dev/null >"$work/log" 2>&1 || {
            echo "FAIL: $arch $name, chaos $seed: it does not run: $(tail -n 1 "$work/log")"
            failed=1
            continue
        }
        "$trapline" check "$work/$name.tlt" --junit "$work/$name.xml" >"$work/$name.check" 2>&1 &&
            grep -q 'failures="0"' "$work/$name.xml" && continue
        echo "FAIL: $arch $name, chaos $seed: $(head -n 8 "$work/$name.check")"
        echo "  again: $trapline check $work/$name-$seed.tlt"
        cp "$work/$name.tlt" "$work/$name-$seed.tlt"
        failed=1
    done
done
[ $failed = 0 ] && echo "$arch: $# programs, $seeds seeds each: nothing found"
exit $failed
