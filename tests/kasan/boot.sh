#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# boot.sh BUILD ARCH WORK
#
# Debian's busybox at work on the kernel under its sanitizers: a script with pipes, jobs, files and
# signals ends well, nothing is reported, and the recording replays.
set -uo pipefail
build=$1 arch=$2 work=$3
machine=(--arch "$arch" --kernel "$build/kernel/kernel-$arch-kasan.elf"
    --rootfs "$build/guest/$arch/rootfs" --limit 5000000000)
script='
    set -e
    for i in 1 2 3; do echo "line $i"; done | sort -r | head -n 2
    (sleep 0.01; exit 3) & wait $! || echo "a child ended with $?"
    trap "echo a signal" USR1; kill -USR1 $$
    mkdir -p /tmp/a/b && echo text >/tmp/a/b/c && mv /tmp/a/b/c /tmp/a/d && ln /tmp/a/d /tmp/e
    dd if=/dev/zero of=/tmp/big bs=4096 count=40 2>/dev/null && truncate -s 5000 /tmp/big
    find /tmp -type f | sort | xargs wc -c; rm -r /tmp/a; ls /proc/self >/dev/null; ps >/dev/null
    echo well'
rm -rf "$work"
mkdir -p "$work" || exit 1
"$build/trapline" record -o "$work/run.tlt" "${machine[@]}" -- sh -c "$script" </dev/null 2>&1 |
    tr -d '\r' >"$work/out"
if ! grep -qx well "$work/out" || grep -qE 'KASAN|UBSAN|panic' "$work/out" ||
    [ "$(sed -n 2p "$work/out")" != 'line 2' ]; then
    echo "FAIL: $arch: $(tail -n 15 "$work/out")"
    echo "  again: $build/trapline run ${machine[*]} -- sh -c '$script'"
    exit 1
fi
"$build/trapline" replay "$work/run.tlt" >"$work/log" 2>&1 || {
    echo "FAIL: $arch: the replay: $(tail -n 5 "$work/log")"
    echo "  again: $build/trapline replay $work/run.tlt"
    exit 1
}
rm -rf "$work"
