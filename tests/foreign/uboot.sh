#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# uboot.sh BUILD UBOOT: Debian's U-Boot for QEMU's arm64 board, from flash to its prompt and through
# commands that are typed; it says what it says in QEMU, but for the devices that it finds. Recorded
# with what was typed, with a chaos seed, replayed.
set -uo pipefail
build=$1 uboot=$2
work=$build/tests/foreign/uboot
mkdir -p "$work"
echo "again by hand: bash tests/foreign/uboot.sh $*"

fail() {
    echo "FAIL: $1"
    exit 1
}

command -v qemu-system-aarch64 >/dev/null || { echo "skipped: no qemu-system-aarch64"; exit 77; }
# Empty lines end the countdown: as many as a UART's FIFO holds, because what is in it when U-Boot sets the
# UART up is lost, and when that is depends on QEMU's host.
printf '\n%.0s' {1..20} >"$work/typed"
cat >>"$work/typed" <<'END'
version
echo hello from u-boot
crc32 0 10000
mw.l 44000000 c0ffee00 8
cmp.l 44000000 44000010 4
if test -n ${baudrate}; then echo baud ${baudrate}; fi
poweroff
END
# What hardware there is differs, and how many of the empty lines come to the prompt.
plain() {
    sed -e 's/\r$//' -e '/^=> *$/d' -e '/^Core:/d' -e '/^Flash:/d' -e '/^Net:/d' "$1"
}
timeout 60 qemu-system-aarch64 -M virt -cpu cortex-a72 -m 128 -nodefaults -display none \
    -serial stdio -no-reboot -bios "$uboot" <"$work/typed" >"$work/qemu.txt" 2>"$work/qemu.err" ||
    fail "QEMU ended with $?: $(cat "$work/qemu.err")"
grep -q "baud 115200" "$work/qemu.txt" || fail "in QEMU the commands did not run"
for seed in 5; do
    "$build/trapline" record -o "$work/run.tlt" --arch arm64 --firmware "$uboot" --mem 128M --strict \
        --chaos $seed --limit 3000000000 <"$work/typed" >"$work/out.txt" 2>"$work/err.txt" ||
        fail "seed $seed: $(tail -n 3 "$work/out.txt" "$work/err.txt")"
    diff <(plain "$work/qemu.txt") <(plain "$work/out.txt") || fail "seed $seed: QEMU's is the first"
    "$build/trapline" replay "$work/run.tlt" >"$work/replay.txt" 2>&1 ||
        fail "seed $seed: $(cat "$work/replay.txt"); trapline replay $work/run.tlt"
done
"$build/tests/snapshot_replay" "$work/run.tlt" 3 2 >"$work/replay.txt" 2>&1 ||
    fail "from snapshots: $(cat "$work/replay.txt")"
said=$("$build/trapline" run --arch arm64 --firmware "$uboot" --el2 --mem 128M --limit 100000000 \
    --no-input 2>&1 >/dev/null) && fail "at EL2 it goes on without EL2's MMU"
grep -q "wants EL2's MMU" <<<"$said" || fail "at EL2 it ends with: $said"
