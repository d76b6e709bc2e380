#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# notice.sh SOURCE BUILD ARCH SEEDS [FAULT...]
#
# How often the guest's own tests notice a fault: each program of tests/guest on the kernel with
# that fault, with chaos seeds 0..SEEDS-1; noticed is whatever does not end with status 0 within
# ten seconds. Prints the column of the zoo's table: FAULT NOTICED/RUNS.
set -uo pipefail
source_dir=$(realpath "$1") build=$(realpath "$2") arch=$3 seeds=$4
shift 4
here=$source_dir/tests/zoo
work=$build/zoo-notice/$arch
. "$here/build.sh"
zoo_init || exit 1

for dir in "$build/guest/$arch/tests"/*; do
    mkdir -p "$work/root/bin"
    cp "$dir" "$work/root/bin/"
done
[ $# != 0 ] || set -- $(sed -n "s/^\([a-z0-9_]*\) @ \($arch\|both\) .*/\1/p" "$here/faults.list")
for name in "$@"; do
    zoo_build "$name" "$(zoo_patch "$name")" "$work/$name.elf" >"$work/log" 2>&1 || {
        echo "$name does not build"
        continue
    }
    runs=0 noticed=0
    for program in "$work/root/bin"/*; do
        for ((seed = 0; seed < seeds; seed++)); do
            runs=$((runs + 1))
            timeout 10 "$build/trapline" run --arch "$arch" --kernel "$work/$name.elf" \
                --rootfs "$work/root" --chaos "$seed" -- "/bin/${program##*/}" \
                </dev/null >/dev/null 2>&1 || noticed=$((noticed + 1))
        done
    done
    echo "$name $noticed/$runs"
    rm -rf "${work:?}/$name" "$work/$name.elf"
done
