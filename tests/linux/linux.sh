#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# linux.sh TRAPLINE ARCH LINUX GUEST TESTS HERE WORK REPLAYS SEEDS
#
# Debian's Linux (a folder with boot/vmlinuz-*) with busybox of GUEST and our programs of TESTS: for
# each chaos seed of SEEDS ("0", or a range as "1-9") it boots, prints HERE/expected, powers off
# without one access to what is not there (--strict), and REPLAYS replays are identical.
# A failure keeps its trace and prints the command that replays it.
set -uo pipefail
trapline=$1 arch=$2 linux=$3 guest=$4 tests=$5 here=$6 work=$7 replays=$8 seeds=$9
. "$(dirname "$0")/common.sh"

linux_init "$here/init"
mkdir "$work/root/tests"
for test in huge_pages signal_args signal_nested thread_futex timer_simd; do
    cp "$tests/$test" "$work/root/tests/" || fail "$test is not built"
done
machine=(--arch "$arch" --kernel "$kernel" --rootfs "$work/root" --mem 256M --strict
    --append "console=$console quiet loglevel=0")

for ((seed = ${seeds%-*}; seed <= ${seeds#*-}; seed++)); do
    name=$work/chaos-$seed
    again="$trapline replay $name.tlt"
    "$trapline" record -o "$name.tlt" "${machine[@]}" --chaos "$seed" \
        --limit 20000000000 </dev/null >"$name.out" 2>"$name.err" ||
        fail "chaos $seed ended with $?: $(tail -n 5 "$name.out" "$name.err")" "$again"
    sed -i 's/\r$//' "$name.out"
    diff "$here/expected" "$name.out" ||
        fail "with chaos $seed it prints something else than in QEMU" "$again"
    for ((i = 1; i <= replays; i++)); do
        "$trapline" replay "$name.tlt" >"$name.log" 2>&1 ||
            fail "replay $i with chaos $seed ended with $?: $(tail -n 5 "$name.log")" "$again"
    done
    rm -f "$name".*
done
rm -rf "$work"
