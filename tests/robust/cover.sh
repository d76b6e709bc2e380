#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# cover.sh TRAPLINE ARCH KERNEL PROGRAM NUMBERS WORK
#
# Random system calls (guest/calls.c) are all of them: in one recording of 150 children each name of
# the kernel's table (NUMBERS, syscall_numbers.h) is called at least once. Two are not: rt_sigreturn
# has a program of its own (guest/sigreturn.c), and Linux has no _sysctl any more.
set -uo pipefail
trapline=$1 arch=$2 kernel=$3 program=$4 numbers=$5 work=$6

rm -rf "$work"
mkdir -p "$work/root"/{bin,tmp,dev,proc} || exit 1
cp "$program" "$work/root/bin/calls" || exit 1
"$trapline" record -o "$work/run.tlt" --arch "$arch" --kernel "$kernel" --rootfs "$work/root" \
    --limit 20000000000 -- /bin/calls 5 150 </dev/null >"$work/out" 2>&1 ||
    { tail -n 5 "$work/out"; exit 1; }
"$trapline" dump "$work/run.tlt" --syscalls |
    grep -oE '[ ][a-z_0-9]+\(' | tr -d ' (' | sort -u >"$work/called"
grep -oE '^X\([0-9]+, [a-z0-9_]+' "$numbers" | sed 's/.*, //' | sort -u >"$work/table"
missing=$(comm -23 "$work/table" "$work/called" | grep -vxE '_sysctl|rt_sigreturn')
echo "$arch: $(comm -12 "$work/table" "$work/called" | wc -l) of $(wc -l <"$work/table") system calls"
[ -z "$missing" ] && rm -rf "$work" && exit 0
echo "FAIL: $arch: never called:" $missing
exit 1
