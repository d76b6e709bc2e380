#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# dmesg.sh TRAPLINE MKINITRAMFS ARCH LINUX GUEST WORK
#
# What Linux complains of here and not in QEMU (arm64: virt with GICv2 and with GICv3; x86_64: microvm):
# nothing but what `explained` lists. WORK keeps both logs without their times.
set -uo pipefail
trapline=$1 mkinitramfs=$2 arch=$3 linux=$4 guest=$5 work=$6
. "$(dirname "$0")/common.sh"

complaint='unimpl|fail|warn|not support|unable|error|broken|bug|fatal|invalid|missing|not found|doesn.t|does not'
# There are no MSIs, and the FADT says so (IA-PC boot flags, bit 3); microvm's is silent about it.
explained="ACPI FADT declares the system doesn't support MSI, so disable it"
again="bash tests/linux/dmesg.sh $*"

linux_runs <<'END'
poweroff -f
END
"$mkinitramfs" "$work/root.cpio" "$work/root" >"$work/log" 2>&1 || fail "$(cat "$work/log")" "$again"

plain() { sed -e 's/\r$//' -e 's/^\[ *[0-9.]*\] *//' "$1"; }

# judged NAME "OPTIONS OF OURS" QEMU...
judged() {
    local name=$1 options=$2
    shift 2
    command -v "$1" >/dev/null || { echo "skipped: $1 is not installed"; exit 77; }
    # shellcheck disable=SC2086
    "$trapline" run --arch "$arch" --kernel "$kernel" --initrd "$work/root.cpio" --mem 512M --strict \
        --append "console=$console" --no-input --limit 20000000000 $options \
        >"$work/ours" 2>"$work/err" || fail "$name ended with $?: $(tail -n 5 "$work/ours" "$work/err")" "$again"
    timeout 900 "$@" -m 512 -nodefaults -display none -no-reboot -serial stdio -kernel "$kernel" \
        -initrd "$work/root.cpio" -append "console=$console" </dev/null >"$work/qemu" 2>"$work/err" ||
        fail "QEMU ended with $?: $(tail -n 5 "$work/qemu" "$work/err")" "$again"
    plain "$work/ours" >"$work/$name.ours"
    plain "$work/qemu" >"$work/$name.qemu"
    grep -q 'Power down' "$work/$name.qemu" || fail "QEMU's Linux did not come to its end" "$again"
    grep -iE "$complaint" "$work/$name.ours" | grep -vxF "$explained" |
        grep -vxFf <(grep -iE "$complaint" "$work/$name.qemu") >"$work/$name.more" &&
        fail "$name: Linux says here, and not in QEMU: $(cat "$work/$name.more")" "$again"
    echo "$name: $(wc -l <"$work/$name.ours") lines here, $(wc -l <"$work/$name.qemu") in QEMU, no complaint more"
}

case $arch in
arm64)
    for version in 2 3; do
        judged "gic$version" "--gic $version" qemu-system-aarch64 -M "virt,gic-version=$version" -cpu cortex-a72
    done
    ;;
x86_64)
    judged microvm "" qemu-system-x86_64 -M "microvm,acpi=on,pit=on,pic=on,rtc=on,isa-serial=on,ioapic2=off" \
        -cpu qemu64 -icount shift=0,sleep=off
    ;;
esac
