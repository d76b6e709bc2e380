#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# minbase.sh TRAPLINE MKINITRAMFS ARCH LINUX GUEST HERE WORK
#
# Debian's minbase as the root on a virtio disk, under Debian's own Linux. GUEST/minbase/disk.img is
# what debootstrap unpacked (first stage); the second stage, which configures it, runs in the guest and
# is written back. Then the guest is recorded on that disk: it prints what it prints in QEMU, the file has
# not changed, and the recording replays.
set -uo pipefail
trapline=$1 mkinitramfs=$2 arch=$3 linux=$4 guest=$5 here=$6 work=$7

. "$(dirname "$0")/common.sh"
again="bash tests/linux/minbase.sh $*"

case $arch in
arm64)
    qemu=(qemu-system-aarch64 -M virt -cpu cortex-a72)
    ;;
x86_64)
    qemu=(qemu-system-x86_64 -M "microvm,acpi=on,pit=on,pic=on,rtc=on,isa-serial=on,ioapic2=off"
        -cpu qemu64 -icount shift=0,sleep=off)
    ;;
esac
append="root=/dev/vda init=/bin/sh console=$console quiet loglevel=0 panic=-1"

# An initramfs whose root's shell runs what stdin is.
cp -r "$linux/modules" "$work/root/"
cp "$here/init-root" "$work/root/init"
chmod +x "$work/root/init"
initramfs() { # NAME
    cat >"$work/root/script"
    "$mkinitramfs" "$work/$1.cpio" "$work/root" >"$work/log" 2>&1 || fail "$(cat "$work/log")" "$again"
}
machine=(--arch "$arch" --kernel "$kernel" --mem 512M --strict --append "$append" --no-input)

initramfs second <<'END'
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C DEBIAN_FRONTEND=noninteractive
mount -t sysfs sys /sys
/debootstrap/debootstrap --second-stage </dev/null && echo configured
# This shell has libraries open that were replaced, and /proc is no longer mounted.
exec sh -c 'mount -t proc proc /proc; sync; mount -o remount,ro /; echo o >/proc/sysrq-trigger; sleep 100'
END
cp --sparse=always "$guest/minbase/disk.img" "$work/disk.img"
"$trapline" run "${machine[@]}" --initrd "$work/second.cpio" --disk "$work/disk.img,write" \
    --limit 200000000000 >"$work/second.out" 2>"$work/second.err" ||
    fail "the second stage ended with $?: $(tail -n 5 "$work"/second.{out,err})" "$again"
grep -q '^configured' "$work/second.out" || fail "the second stage: $(tail -n 5 "$work/second.out")" "$again"
e2fsck -fn "$work/disk.img" >"$work/log" 2>&1 || fail "the disk is damaged: $(tail -n 5 "$work/log")" "$again"

initramfs root <"$here/script-minbase"
before=$(md5sum <"$work/disk.img")
again="$trapline replay $work/run.tlt"
"$trapline" record -o "$work/run.tlt" "${machine[@]}" --initrd "$work/root.cpio" --disk "$work/disk.img" \
    --limit 100000000000 >"$work/out" 2>"$work/err" ||
    fail "ended with $?: $(tail -n 5 "$work/out" "$work/err")" "$again"
[ "$(md5sum <"$work/disk.img")" = "$before" ] || fail "the disk's file was written" "$again"
sed -i 's/\r$//' "$work/out"
grep -q '^ii  perl-base' "$work/out" && grep -q '^unwritable$' "$work/out" ||
    fail "it did not come to its end: $(tail -n 5 "$work/out")" "$again"
"$trapline" replay "$work/run.tlt" >"$work/log" 2>&1 ||
    fail "the replay ended with $?: $(tail -n 5 "$work/log")" "$again"

if command -v "${qemu[0]}" >/dev/null; then
    timeout 1800 "${qemu[@]}" -m 512 -nodefaults -display none -no-reboot -kernel "$kernel" \
        -initrd "$work/root.cpio" -append "$append" -global virtio-mmio.force-legacy=false \
        -serial stdio -drive "id=a,file=$work/disk.img,format=raw,if=none,snapshot=on" \
        -device "virtio-blk-device,drive=a,bus=virtio-mmio-bus.0" \
        </dev/null >"$work/qemu.out" 2>"$work/qemu.err" ||
        fail "QEMU ended with $?: $(tail -n 5 "$work"/qemu.*)" "$again"
    sed -i -e 's/\r$//' -e '/sysrq: Power Off/d' "$work/qemu.out"
    sed '/sysrq: Power Off/d' "$work/out" | diff "$work/qemu.out" - || fail "the first is QEMU's" "$again"
fi
echo "$(grep -c '^ii' "$work/out") packages"
rm -rf "$work"
