#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# boot_cache.sh BUILD ARCH WORK
#
# For guest programs, chaos seeds and input: the recording of a run that boots without a cache, of
# one that boots and keeps the boot, and of one that goes on from it are the same bytes, and so is
# what they print. The last one replays, from the start. All but the first take their images
# compressed from the cache. Then: damage, the limit, the switches.
set -uo pipefail
build=$1 arch=$2 work=$3
trapline=$build/trapline
export TRAPLINE_BOOT_CACHE=$work/cache

rm -rf "$work"
mkdir -p "$work/root/bin" || exit 1
cp "$build/guest/$arch/rootfs/bin/busybox" "$work/root/bin/" || exit 1
ln -s busybox "$work/root/bin/sh"

fail() {
    echo "FAIL: $arch: $1"
    exit 1
}

machine=(--arch "$arch" --rootfs "$work/root")

record() { # NAME OPTIONS... -- ARGV
    "$trapline" record -o "$work/$1.tlt" "${machine[@]}" "${@:2}" <"$work/input" >"$work/$1.out" 2>&1
}

same() { # CASE A B
    cmp -s "$work/$2.tlt" "$work/$3.tlt" ||
        fail "$1: the traces $2 and $3 differ; $trapline diff $work/$2.tlt $work/$3.tlt"
    cmp -s "$work/$2.out" "$work/$3.out" || fail "$1: $2 and $3 print different things"
}

# What is in the cache, with the inode of each: used entries keep theirs.
entries() {
    find "$TRAPLINE_BOOT_CACHE" -name '*.boot' -printf '%f %i\n' 2>/dev/null | sort
}

# The images there.
images() {
    find "$TRAPLINE_BOOT_CACHE" -name '*.image' -printf '%f %i\n' 2>/dev/null | sort
}

three_ways() { # CASE OPTIONS... -- ARGV
    rm -rf "$TRAPLINE_BOOT_CACHE"
    record cold --no-boot-cache "${@:2}"
    [ -z "$(entries)" ] || fail "$1: --no-boot-cache keeps a boot"
    local kept images
    images=$(images)
    [ "$(wc -l <<<"$images")" = 2 ] || fail "$1: kernel and initramfs were not kept: $images"
    record first "${@:2}"
    kept=$(entries)
    [ -n "$kept" ] || fail "$1: the boot was not kept"
    find "$TRAPLINE_BOOT_CACHE" -name '*.boot' -exec touch -d 2020-01-01 {} +
    record warm "${@:2}"
    [ "$(entries)" = "$kept" ] || fail "$1: the boot that was kept is kept anew"
    [ -n "$(find "$TRAPLINE_BOOT_CACHE" -name '*.boot' -newermt 2021-01-01)" ] ||
        fail "$1: the boot that was kept was not used"
    [ "$(images)" = "$images" ] || fail "$1: an image that was kept is kept anew"
    same "$1" cold first
    same "$1" cold warm
    "$trapline" replay "$work/warm.tlt" >"$work/replay.log" 2>&1 ||
        fail "$1: $trapline replay $work/warm.tlt: $(cat "$work/replay.log")"
}

: >"$work/input"
for program in fork_cow signal_nested simd_memset timer_simd thread_futex; do
    cp "$build/guest/$arch/tests/$program" "$work/root/bin/" || exit 1
    for chaos in 0 1 7 99; do
        three_ways "$program, chaos $chaos" --chaos "$chaos" -- "/bin/$program"
    done
done
three_ways "seed and clock" --seed 5 --wall-start 1000000000 --mem 64M --cpu-hz 100000000 \
    -- /bin/sh -c 'echo hello; date; cat /proc/uptime'
printf 'echo one\nexit\n' >"$work/input"
three_ways "a shell with input" --chaos 3

# Damage: an entry with one flipped byte is as none, and is replaced.
: >"$work/input"
three_ways "before damage" -- /bin/sh -c 'echo damage'
entry=$(find "$TRAPLINE_BOOT_CACHE" -name '*.boot')
size=$(stat -c %s "$entry")
for at in 0 9 30 $((size / 2)) $((size - 1)); do
    byte=$(od -An -tu1 -j "$at" -N 1 "$entry")
    printf "\\x$(printf %x $((byte ^ 1)))" | dd of="$entry" bs=1 seek="$at" conv=notrunc status=none
    was=$(entries)
    record warm -- /bin/sh -c 'echo damage'
    same "damage at $at" cold warm
    [ "$(entries)" != "$was" ] || fail "damage at $at: the entry was not replaced"
done

# A limit before the place of the entry holds; off is off; another build's entry is nobody's.
record limit --limit 1000 -- /bin/sh -c 'echo damage'
[ $? = 5 ] || fail "a limit before the end of the boot was passed"
rm -rf "$TRAPLINE_BOOT_CACHE"
TRAPLINE_BOOT_CACHE=off HOME=$work XDG_CACHE_HOME=$work/xdg record warm -- /bin/sh -c 'echo damage'
same "switched off" cold warm
[ ! -e "$work/xdg" ] && [ ! -e "$work/.cache" ] || fail "switched off, a boot is kept"
unset TRAPLINE_BOOT_CACHE
XDG_CACHE_HOME=$work/xdg record warm -- /bin/sh -c 'echo damage'
[ -n "$(find "$work/xdg/trapline" -name '*.boot')" ] || fail "XDG_CACHE_HOME is not heeded"
XDG_CACHE_HOME=/proc/nowhere record warm -- /bin/sh -c 'echo damage'
same "a folder that cannot be made" cold warm
echo "PASS"
