#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# stale.sh SOURCE BUILD ARCH [OPTION]
#
# A kernel that forgets to invalidate what it unmaps: its recordings with --adversary are the same
# file twice, replay, and replay while all checks look on, which flushes the TLB at other moments than
# the recording did. With OPTION "" in its place that is not so: thread_churn (arm64) and mix
# (x86_64) diverge under check.
set -uo pipefail
source_dir=$(realpath "$1") build=$(realpath "$2") arch=$3 option=${4---adversary}
here=$source_dir/tests/zoo
work=$build/zoo/stale-$arch
trapline=$build/trapline
failed=0
. "$here/build.sh"
rm -rf "$work"
zoo_init || exit 1
kernel=$work/faulty.elf
zoo_build no_tlbi_after_munmap "$(zoo_patch no_tlbi_after_munmap)" "$kernel" || exit 1
mkdir -p "$work/root"/{bin,tmp,dev,proc}
cp "$build/guest/$arch/tests/thread_churn" "$build/guest/$arch/robust/mix" "$work/root/bin" || exit 1

# What the program finds is its own affair; 300 million instructions are enough.
one() { # NAME SEED ARGV
    local name=$1 run=(--arch "$arch" --kernel "$kernel" --rootfs "$work/root" --limit 300000000 --chaos "$2")
    shift 2
    run+=($option -- "$@")
    for turn in a b; do
        "$trapline" record -o "$work/$name-$turn.tlt" "${run[@]}" </dev/null >"$work/$name.out" 2>&1
    done
    cmp "$work/$name-a.tlt" "$work/$name-b.tlt" &&
        "$trapline" replay "$work/$name-a.tlt" >"$work/$name.log" 2>&1 || { fail "$name" replay; return; }
    "$trapline" check "$work/$name-a.tlt" >"$work/$name.log" 2>&1
    [ $? -lt 2 ] || fail "$name" check # 1: it found something, as well it may
}

fail() {
    failed=1
    echo "FAIL: $arch $1: $(tail -n 8 "$work/$1.log")"
    echo "  again: $trapline $2 $work/$1-a.tlt"
}

one thread_churn 1 /bin/thread_churn
one mix 2 /bin/mix 2 4
[ $failed = 0 ] && echo "$arch: stale translations repeat under the adversary"
exit $failed
