#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# disk.sh TRAPLINE ARCH LINUX GUEST HERE WORK MORE
#
# Debian's Linux (LINUX/boot, LINUX/modules) with an ext4 disk that it writes, one that it cannot
# write, an entropy source, a console and a network (on arm64 with a GICv3): what it prints is HERE/expected-disk, the file has the changes
# afterwards and is a sound file system, a replay is identical, and so is one that goes on from snapshots
# (MORE: the program that tries it, or - for none).
set -uo pipefail
trapline=$1 arch=$2 linux=$3 guest=$4 here=$5 work=$6 more=$7
. "$(dirname "$0")/common.sh"

board=()
[ "$arch" = x86_64 ] || board=(--gic 3)
cp -r "$linux/modules" "$work/root/"
linux_init "$here/init-disk"
mkdir "$work/files"
echo "hello from the host" >"$work/files/hello"
seq 1 300000 >"$work/files/numbers"
mke2fs -q -t ext4 -d "$work/files" "$work/ext4.img" 24M 2>"$work/mke2fs.err" ||
    fail "mke2fs: $(cat "$work/mke2fs.err")"
printf '12345678%8688s87654321' '' >"$work/raw.img"
cp "$work/raw.img" "$work/raw.before"
cp "$work/ext4.img" "$work/before.img"
again="$trapline replay $work/run.tlt"

"$trapline" record -o "$work/run.tlt" --arch "$arch" --kernel "$kernel" --rootfs "$work/root" \
    --mem 256M --strict --append "console=$console quiet loglevel=0" --seed 3 --chaos 1 "${board[@]}" \
    --disk "$work/ext4.img,write" --disk "$work/raw.img,ro" --entropy \
    --virtio-console --net "script:$here/ping.net" --limit 20000000000 \
    </dev/null >"$work/out" 2>"$work/err" ||
    fail "ended with $?: $(tail -n 5 "$work/out" "$work/err")" "$again"
sed -i 's/\r$//' "$work/out"
sed "/^only /{/^only $arch /!d;s/^only $arch //}" "$here/expected-disk" | diff - "$work/out" ||
    fail "it prints something else than in QEMU" "$again"

e2fsck -fn "$work/ext4.img" >"$work/fsck" 2>&1 || fail "the disk is damaged: $(cat "$work/fsck")"
debugfs -R 'cat new' "$work/ext4.img" 2>/dev/null | cmp - <(seq 1 200000) ||
    fail "the disk's file has not what the guest wrote"
cmp "$work/raw.img" "$work/raw.before" || fail "the read-only disk was written"

"$trapline" replay "$work/run.tlt" >"$work/log" 2>&1 ||
    fail "the replay ended with $?: $(tail -n 5 "$work/log")" "$again"
if [ "$more" != - ]; then
    # Where the eight bytes come from that head has read: from the disk.
    read -r n end < <("$trapline" dump "$work/run.tlt" --syscalls --json |
        sed -n 's/.*"n":\([0-9]*\),.*"name":"read",.*"args":\["[0-9]*","\\"12345678.*"n_end":\([0-9]*\),.*/\1 \2/p' | head -n 1)
    register=x1
    [ "$arch" = arm64 ] || register=rsi
    at=$("$trapline" who "$work/run.tlt" --at "$n" $register --max 1 --json |
        sed 's/.*"value":"\(0x[0-9a-f]*\)".*/\1/')
    "$trapline" who "$work/run.tlt" --at "$end" "$(printf '0x%x' "$at"):8" >"$work/who"
    tail -n 1 "$work/who" | grep -q 'device  *virtio-blk 1$' ||
        fail "the bytes of the second disk do not come from it: $(cat "$work/who")" \
            "$trapline who $work/run.tlt --at $end $at:8"
    "$more" "$work/run.tlt" 1 8 >"$work/log" 2>&1 ||
        fail "from snapshots: $(tail -n 5 "$work/log")" "$more $work/run.tlt 1 8"
fi
# Without its images the trace wants the disks as they were.
"$trapline" record -o "$work/bare.tlt" --no-images --arch "$arch" --kernel "$kernel" \
    --rootfs "$work/root" --disk "$work/before.img" --limit 3000000 --no-input \
    >/dev/null 2>&1
"$trapline" replay "$work/bare.tlt" --kernel "$kernel" --rootfs "$work/root" \
    --disk "$work/ext4.img" >"$work/log" 2>&1
[ $? = 4 ] || fail "a changed disk is taken for the recorded one: $(cat "$work/log")"
"$trapline" replay "$work/bare.tlt" --kernel "$kernel" --rootfs "$work/root" \
    --disk "$work/before.img" >"$work/log" 2>&1 || fail "with its own disk: $(cat "$work/log")"
rm -rf "$work"
