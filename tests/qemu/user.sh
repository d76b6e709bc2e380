#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# user.sh ARCH BUILD KERNEL PROGRAM: a user program below the kernel that ships, in QEMU and in
# Trapline; the exceptions of init, kernel and program must be the same, one by one, and so must the
# output. QEMU counts instructions too (-icount), one for one nanosecond, so that the run is over
# before the first tick and no interrupt comes between them.

set -euo pipefail
arch=$1 build=$2 kernel=$3 program=$4
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
name=$(basename "$program")
# shellcheck source=tests/qemu/lib.sh
. "$here/lib.sh"

command -v "$(qemu_name "$arch")" >/dev/null || skip "$(qemu_name "$arch") is not installed"
need_trapline "$build" "$arch" "$kernel"

out=$build/tests/qemu/user-$arch-$name
rm -rf "$out"
mkdir -p "$out/root/bin"
cp "$program" "$out/root/bin/"
echo "again by hand: bash tests/qemu/user.sh $*"
"$build/tests/mkinitramfs" "$out/root.cpio" "$out/root" "/bin/$name"
image=$(qemu_kernel "$arch" "$kernel" "$out")
qemu_run "$arch" 60 "$image" -initrd "$out/root.cpio" -icount shift=0,sleep=off \
    -d int -D "$out/qemu.log" >"$out/qemu.txt" 2>"$out/qemu.err" ||
    { cat "$out/qemu.txt" "$out/qemu.err"; echo "QEMU ended with $?"; exit 1; }
timeout 60 "$build/trapline" record -o "$out/run.tlt" --arch "$arch" --kernel "$kernel" \
    --mem 256M --initrd "$out/root.cpio" </dev/null >"$out/trapline.txt"
timeout 60 "$build/trapline" dump "$out/run.tlt" --traps --json >"$out/traps.json"
diff "$out/qemu.txt" "$out/trapline.txt"
grep -q '^PASS' "$out/trapline.txt"
"$build/tests/qemu-judge" "$arch" "$out/qemu.log" "$out/traps.json"
