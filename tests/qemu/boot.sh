#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# boot.sh ARCH BUILD KERNEL ROOTFS [ARGV...]: the kernel that ships, with the same initramfs, in
# QEMU and in Trapline; both print the same and end with the same exit status.

set -euo pipefail
arch=$1 build=$2 kernel=$3 rootfs=$4
words="$*"
shift 4
[ $# -gt 0 ] || set -- /bin/sh -c \
    'echo hello | cat; (exit 3); echo status $?; ls /bin | head -n 3;
    trap "echo caught" USR1; kill -USR1 $$; exit 5'
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/qemu/lib.sh
. "$here/lib.sh"

command -v "$(qemu_name "$arch")" >/dev/null || skip "$(qemu_name "$arch") is not installed"
need_trapline "$build" "$arch" "$kernel"
[ -e "$rootfs" ] || skip "no guest root folder (./dev setup makes it)"

out=$build/tests/qemu/boot-$arch
mkdir -p "$out"
echo "again by hand: bash tests/qemu/boot.sh $words"
"$build/tests/mkinitramfs" "$out/root.cpio" "$rootfs" "$@"
status=0
image=$(qemu_kernel "$arch" "$kernel" "$out")
qemu_run "$arch" 60 "$image" -initrd "$out/root.cpio" >"$out/qemu.txt" 2>"$out/qemu.err" ||
    status=$?
[ "$status" -ne 124 ] || { cat "$out/qemu.txt"; echo "QEMU did not end in 60 s"; exit 1; }
ours=0
timeout 60 "$build/trapline" run --arch "$arch" --kernel "$kernel" --initrd "$out/root.cpio" \
    >"$out/trapline.txt" 2>"$out/trapline.err" </dev/null || ours=$?
diff "$out/qemu.txt" "$out/trapline.txt"
# PSCI has no exit status: QEMU for arm64 always ends with 0. Trapline ends with 1 for a guest
# that failed and says with which status.
if [ "$arch" = x86_64 ] && [ "$status" -ne "$ours" ]; then
    grep "status $status\$" "$out/trapline.err"
fi
echo "the same $(wc -l <"$out/qemu.txt") lines"
