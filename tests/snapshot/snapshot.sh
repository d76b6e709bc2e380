#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# snapshot.sh TRAPLINE SNAPSHOT_REPLAY ARCH KERNEL PROGRAMS_DIR WORK PROGRAM...
#
# Each program is recorded with a chaos seed and replayed from snapshots at random places.
set -uo pipefail
trapline=$1 judge=$2 arch=$3 kernel=$4 dir=$5 work=$6
shift 6

rm -rf "$work"
failed=0 seed=0
for name in "$@"; do
    seed=$((seed + 1))
    mkdir -p "$work/$name/bin" || exit 1
    cp "$dir/$name" "$work/$name/bin/" || exit 1
    "$trapline" record -o "$work/$name.tlt" --arch "$arch" --kernel "$kernel" \
        --rootfs "$work/$name" --chaos "$seed" -- "/bin/$name" \
        </dev/null >"$work/$name.log" 2>&1 || {
        echo "FAIL: $name does not run: $(tail -n 1 "$work/$name.log")"
        failed=1
        continue
    }
    if "$judge" "$work/$name.tlt" "$seed" 12 >"$work/$name.log" 2>&1; then
        echo "$arch $name: $(cat "$work/$name.log")"
    else
        cat "$work/$name.log"
        echo "FAIL: $arch $name; again: $judge $work/$name.tlt $seed 12"
        failed=1
    fi
done
exit $failed
