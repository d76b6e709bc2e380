#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# traps.sh ARCH BUILD KERNEL: the same bare program in QEMU and in Trapline; its exceptions must be
# the same, one by one, and so must its output.

set -euo pipefail
arch=$1 build=$2 kernel=$3
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/qemu/lib.sh
. "$here/lib.sh"

command -v "$(qemu_name "$arch")" >/dev/null || skip "$(qemu_name "$arch") is not installed"
need_trapline "$build" "$arch" "$kernel"

out=$build/tests/qemu/traps-$arch
mkdir -p "$out"
qemu_run "$arch" 30 "$kernel" -d int -D "$out/qemu.log" >"$out/qemu.txt" 2>"$out/qemu.err"
timeout 60 "$build/trapline" record -o "$out/run.tlt" --arch "$arch" --kernel "$kernel" \
    >"$out/trapline.txt"
timeout 60 "$build/trapline" dump "$out/run.tlt" --traps --json >"$out/traps.json"
echo "again by hand: bash tests/qemu/traps.sh $*"
diff "$out/qemu.txt" "$out/trapline.txt"
"$build/tests/qemu-judge" "$arch" "$out/qemu.log" "$out/traps.json"
