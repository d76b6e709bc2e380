#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# pairs.sh TRAPLINE ARCH KERNEL PROGRAMS WORK FIRST COUNT
#
# Pairs of a recording and its replay, of random programs (guest/mix.c, guest/calls.c) by seed. The
# seed is the machine's, too; some run under chaos, some under the adversary. What the program does
# is its own affair: that the replay does the same is not, nor that a second recording is the same
# file (every tenth).
set -uo pipefail
trapline=$1 arch=$2 kernel=$3 programs=$4 work=$5 first=$6 count=$7
failed=0

rm -rf "$work"
mkdir -p "$work/root/bin" "$work/root/tmp" "$work/root/dev" "$work/root/proc" || exit 1
cp "$programs/calls" "$programs/mix" "$work/root/bin" || exit 1

complain() { # SEED WHAT LOG
    failed=$((failed + 1))
    echo "FAIL: $arch, pair $1: $2: $(tail -n 8 "$3")"
    echo "  again: bash tests/robust/pairs.sh $trapline $arch $kernel $programs $work $1 1"
}

pair() { # SEED
    local seed=$1 trace=$work/$1.tlt code
    local run=(--arch "$arch" --kernel "$kernel" --rootfs "$work/root" --limit 3000000000 --seed "$seed")
    [ $((seed % 3)) = 0 ] || run+=(--chaos "$seed")
    [ $((seed % 4)) != 1 ] || run+=(--adversary)
    if [ $((seed % 5)) = 0 ]; then
        run+=(-- /bin/calls "$seed" 4)
    else
        run+=(-- /bin/mix "$seed" 6)
    fi
    "$trapline" record -o "$trace" "${run[@]}" </dev/null >"$work/$seed.out" 2>&1
    code=$?
    if [ $code -ne 0 ] || ! grep -q '^PASS' "$work/$seed.out"; then
        complain "$seed" "the recording ended with $code" "$work/$seed.out"
        return
    fi
    "$trapline" replay "$trace" >"$work/$seed.log" 2>&1
    code=$?
    if [ $code -ne 0 ]; then
        complain "$seed" "the replay ended with $code" "$work/$seed.log"
        return
    fi
    if [ $((seed % 10)) = 3 ]; then
        "$trapline" record -o "$work/again.tlt" "${run[@]}" </dev/null >"$work/again.out" 2>&1
        if ! cmp "$trace" "$work/again.tlt" >"$work/$seed.log" 2>&1; then
            complain "$seed" "the same recorded again is another file" "$work/$seed.log"
            return
        fi
    fi
    rm -f "$trace" "$work/$seed".* "$work"/again.*
}

for ((seed = first; seed < first + count; seed++)); do
    pair "$seed"
done
echo "$arch: $count pairs, $failed failed"
[ $failed -eq 0 ] || exit 1
rm -rf "$work"
