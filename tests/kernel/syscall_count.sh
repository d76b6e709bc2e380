#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# How many system calls each CPU's kernel has, by its own table: at least 220.
#
#   syscall_count.sh BUILD_DIR KERNEL_SOURCE_DIR
set -eu
build=$1 source=$2 status=0
for arch in arm64 x86_64; do
    have=$(nm "$build/kernel/kernel-$arch.elf" | sed -n 's/.* [TW] sys_//p' | sort -u)
    all=$(sed -n 's/^X([0-9]*, \([a-z0-9_]*\)).*/\1/p' "$source/arch/$arch/syscall_numbers.h" | sort -u)
    count=$(printf '%s\n' $have $all | sort | uniq -d | wc -l)
    total=$(printf '%s\n' $all | wc -l)
    echo "$arch: $count of Linux's $total system calls"
    [ "$count" -ge 220 ] || status=1
done
exit $status
