#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# virtio.sh TRAPLINE MKINITRAMFS ARCH LINUX GUEST HERE WORK
#
# QEMU judges the virtio devices. Debian's Linux runs init-disk and init-facts on each machine, ours and
# QEMU's (arm64: virt; x86_64: microvm, which names its devices in ACPI's tables as we do): the same
# output, the same device numbers, sizes and addresses as Linux reads them, no feature that QEMU's device
# has not, and both disks end sound and with the same file.
set -uo pipefail
trapline=$1 mkinitramfs=$2 arch=$3 linux=$4 guest=$5 here=$6 work=$7
. "$(dirname "$0")/common.sh"
again="bash tests/linux/virtio.sh $*"

mac=52:54:00:12:34:56
case $arch in
arm64)
    qemu=(qemu-system-aarch64 -M "virt,gic-version=3" -cpu cortex-a72 -icount shift=0,sleep=off)
    board=(--gic 3) slot=(0 1 2 3 4)
    ;;
x86_64)
    qemu=(qemu-system-x86_64 -M "microvm,acpi=on,pit=on,pic=on,rtc=on,isa-serial=on,ioapic2=off"
        -cpu qemu64 -icount shift=0,sleep=off)
    board=() slot=(4 3 2 1 0) # Linux finds the last first
    ;;
esac
command -v "${qemu[0]}" >/dev/null || { echo "skipped: ${qemu[0]} is not installed"; exit 77; }
cp -r "$linux/modules" "$work/root/"
linux_init "$here/init-disk"
cp "$here/init-facts" "$work/root/facts"
mkdir "$work/files"
"$mkinitramfs" "$work/root.cpio" "$work/root" >"$work/log" 2>&1 || fail "$(cat "$work/log")"
echo "hello from the host" >"$work/files/hello"
seq 1 300000 >"$work/files/numbers"
mke2fs -q -t ext4 -d "$work/files" "$work/ours.img" 24M 2>"$work/log" || fail "mke2fs: $(cat "$work/log")"
cp "$work/ours.img" "$work/qemu.img"
printf '12345678%8688s87654321' '' >"$work/raw.img"
append="console=$console quiet loglevel=0 judged panic=-1"

"$trapline" run --arch "$arch" --kernel "$kernel" --initrd "$work/root.cpio" --mem 256M --strict \
    --append "$append" --seed 3 "${board[@]}" --disk "$work/ours.img,write" --disk "$work/raw.img,ro" \
    --entropy --virtio-console --net "script:$here/ping.net" --limit 20000000000 --no-input \
    >"$work/ours.out" 2>"$work/ours.err" || fail "ended with $?: $(tail -n 5 "$work"/ours.*)"

timeout 900 "${qemu[@]}" -m 256 -nodefaults -display none -no-reboot -kernel "$kernel" \
    -initrd "$work/root.cpio" -append "$append" -global virtio-mmio.force-legacy=false \
    -chardev stdio,id=console,mux=on,signal=off -serial chardev:console \
    -drive "id=a,file=$work/qemu.img,format=raw,if=none" \
    -device "virtio-blk-device,drive=a,bus=virtio-mmio-bus.${slot[0]}" \
    -drive "id=b,file=$work/raw.img,format=raw,if=none,readonly=on" \
    -device "virtio-blk-device,drive=b,bus=virtio-mmio-bus.${slot[1]}" \
    -device "virtio-rng-device,bus=virtio-mmio-bus.${slot[2]}" \
    -device "virtio-serial-device,bus=virtio-mmio-bus.${slot[3]}" -device virtconsole,chardev=console \
    -netdev user,id=n,restrict=on -device "virtio-net-device,netdev=n,mac=$mac,bus=virtio-mmio-bus.${slot[4]}" \
    </dev/null >"$work/qemu.out" 2>"$work/qemu.err" || fail "QEMU ended with $?: $(tail -n 5 "$work"/qemu.*)"

sed -i 's/\r$//' "$work/ours.out" "$work/qemu.out"
grep -q '^fact device' "$work/qemu.out" || fail "QEMU's Linux has no devices: $(tail -n 5 "$work/qemu.out")"
sed 's/ features .*//' "$work/qemu.out" | diff -a - <(sed 's/ features .*//' "$work/ours.out") ||
    fail "the first is QEMU's"
# Bit by bit: what ours agrees on, QEMU's does too.
paste -d ' ' <(sed -n 's/.* device .* features //p' "$work/qemu.out") \
    <(sed -n 's/.* device \(.*\) status .* features / \1 /p' "$work/ours.out") |
    awk '{ for (i = 1; i <= 64; i++) if (substr($3, i, 1) > substr($1, i, 1))
               print "device " $2 " has feature " i - 1 ", and not in QEMU" }' >"$work/log"
[ ! -s "$work/log" ] || fail "$(cat "$work/log")"
for who in ours qemu; do
    e2fsck -fn "$work/$who.img" >"$work/log" 2>&1 || fail "$who.img is damaged: $(cat "$work/log")"
    debugfs -R 'cat new' "$work/$who.img" 2>/dev/null | cmp - <(seq 1 200000) || fail "$who.img lacks the file"
done
echo "the same $(wc -l <"$work/qemu.out") lines"
rm -rf "$work"
