#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# demo.sh BUILD: for each CPU record Debian's own unmodified busybox running a script, replay the
# recording with every digest verified, and show some of its traps.

set -euo pipefail
build=$1
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
trapline=$build/trapline
[ -x "$trapline" ] || { echo "demo: $trapline is not built" >&2; exit 1; }

# The guest's root: busybox with its applets, the script, and one program of ours.
make_root()
{
    local arch=$1 root=$build/demo/$1/root
    rm -rf "$root"
    mkdir -p "$build/demo/$arch"
    cp -a "$build/guest/$arch/rootfs" "$root"
    install -m 755 "$here/guest.sh" "$root/demo.sh"
    install -m 755 "$build/guest/$arch/tests/simd_memset" "$root/bin/page-faults"
}

for arch in arm64 x86_64; do
    trace=$build/demo/$arch/demo.tlt
    echo "== $arch: $("$build/guest/x86_64/root/bin/busybox" 2>/dev/null | sed -n '1s/ (.*//p') =="
    make_root "$arch"
    "$trapline" record -o "$trace" --arch "$arch" --rootfs "$build/demo/$arch/root" \
        -- /bin/sh /demo.sh
    "$trapline" replay "$trace" >"$build/demo/$arch/replay.txt" ||
        { cat "$build/demo/$arch/replay.txt"; exit 1; }
    echo "replay matched: $(wc -c <"$trace" | awk '{printf "%.1f MiB", $1 / 1048576}') trace," \
        "${trace#"${build%/*}"/}"
    "$trapline" dump "$trace" --traps >"$build/demo/$arch/traps.txt"
    echo "its traps: $(wc -l <"$build/demo/$arch/traps.txt"), the last ones:"
    tail -n 12 "$build/demo/$arch/traps.txt" | sed 's/^/    /'
    echo
done
echo "Look closer: build/trapline dump build/demo/arm64/demo.tlt --syscalls | less"
