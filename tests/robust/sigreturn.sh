#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# sigreturn.sh TRAPLINE ARCH KERNEL PROGRAM WORK CHILDREN SEED...
#
# Hostile signal frames by seed (guest/sigreturn.c), recorded: the kernel goes on, no child comes out
# with more than it had, and the recording replays. With BUSYBOX and LINUX, a kernel image, in the
# environment, each child's end is that on Linux, which runs in Trapline too; but for
#   cs=0x20         a 32-bit code segment, which this kernel has not
#   mxcsr=          reserved bits, which the engine's XRSTOR lets pass where Linux trusts to its fault
#   no_frame= 61/62 arm64: whether a mapping is above (SEGV_MAPERR, SEGV_ACCERR); Linux's user half is
#   sp=             twice as large, and its stack above ours: so is it above the SP of a frame that
#                   is refused behind it
set -uo pipefail
trapline=$1 arch=$2 kernel=$3 program=$4 work=$5 children=$6
shift 6
status=0

fail() {
    echo "FAIL: $arch, signal frames of seed $1: $2"
    echo "  again: $3"
    status=1
}

on_linux() { # SEED: what the program prints there
    local root=$work/linux console=ttyS0
    [ "$arch" = x86_64 ] || console=ttyAMA0
    mkdir -p "$root"/{bin,dev,proc}
    cp "$BUSYBOX" "$root/bin/busybox"
    cp "$program" "$root/bin/sigreturn"
    printf '#!/bin/busybox sh\n/bin/sigreturn %s %s\n/bin/busybox poweroff -f\n' "$1" "$children" \
        >"$root/init"
    chmod +x "$root/init"
    "$trapline" run --arch "$arch" --kernel "$LINUX" --rootfs "$root" --mem 256M \
        --append "console=$console quiet loglevel=0 norandmaps" --limit 90000000000 </dev/null 2>&1
}

# What is to be the same.
ends() {
    grep -E '^[0-9]+:' "$1" | grep -vE ' cs=0x20[ :]| mxcsr=' |
        sed "$([ "$arch" = arm64 ] && echo '/no_frame\|sp=0x\(7ffffffff000\|7fffffffffff\|800000000000\)/s/exit 6[12]$/exit 61 or 62/')"
}

rm -rf "$work"
mkdir -p "$work/root/bin" || exit 1
cp "$program" "$work/root/bin/sigreturn" || exit 1
machine=(--arch "$arch" --kernel "$kernel" --rootfs "$work/root" --limit 20000000000)
for seed in "$@"; do
    run=("${machine[@]}" --chaos "$seed" -- /bin/sigreturn "$seed" "$children")
    "$trapline" record -o "$work/$seed.tlt" "${run[@]}" </dev/null 2>&1 | tr -d '\r' >"$work/$seed.out"
    code=${PIPESTATUS[0]}
    if [ "$code" -ne 0 ] || ! grep -qx PASS "$work/$seed.out"; then
        fail "$seed" "ended with $code: $(grep -E ' (89|9[0-9])$|end$|SAN|panic' "$work/$seed.out";
            tail -n 3 "$work/$seed.out")" "$trapline run ${run[*]}"
        continue
    fi
    "$trapline" replay "$work/$seed.tlt" >"$work/$seed.log" 2>&1 ||
        fail "$seed" "the replay: $(tail -n 5 "$work/$seed.log")" "$trapline replay $work/$seed.tlt"
    [ -n "${LINUX:-}" ] || continue
    on_linux "$seed" | tr -d '\r' >"$work/$seed.linux"
    differs=$(diff <(ends "$work/$seed.linux") <(ends "$work/$seed.out") | grep '^[<>]')
    [ "$(ends "$work/$seed.linux" | wc -l)" -gt $((children / 2)) ] || differs="no lines of Linux"
    [ -z "$differs" ] || fail "$seed" "Linux (<) has it otherwise: $differs" "$trapline run ${run[*]}"
done
[ $status -ne 0 ] || rm -rf "$work"
exit $status
