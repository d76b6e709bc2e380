#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# speed.sh BUILD: 200 trap tests in one process, the median of 7 runs, and what one more test costs;
# beside them one start of QEMU that ends at once, which is the least that a test by QEMU takes.
set -euo pipefail
build=$1
median() {
    for _ in 1 2 3 4 5 6 7; do
        s=$(date +%s%N)
        timeout 20 "$@" >/dev/null 2>&1 || true
        echo $((($(date +%s%N) - s) / 1000))
    done | sort -n | sed -n 4p
}
for arch in arm64 x86_64; do
    all=$(median "$build/tests/kit_speed" $arch)
    one=$(median "$build/tests/kit_speed" $arch 1)
    echo "$arch: 200 tests $all us with process start, one $one us; a further test $(((all - one) / 199)) us"
done
# -S: the machine is made and its CPU does not run; `quit` by the monitor.
qemu() { echo quit | "$@" -S -display none -serial null -monitor stdio -nodefaults; }
for q in "arm64 qemu-system-aarch64 -M virt -cpu cortex-a72" "x86_64 qemu-system-x86_64 -M microvm"; do
    set -- $q
    arch=$1 && shift
    command -v "$1" >/dev/null || continue
    us=$(for _ in 1 2 3 4 5 6 7; do
        s=$(date +%s%N); qemu "$@" >/dev/null 2>&1; echo $((($(date +%s%N) - s) / 1000))
    done | sort -n | sed -n 4p)
    echo "$arch: one QEMU start $us us"
done
