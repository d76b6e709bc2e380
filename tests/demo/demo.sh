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

# A list of traps as `trapline dump --traps` prints it, in short: how many of each kind, and the
# last ones. 100 columns at most.
show_traps()
{
    awk '
        function trim(s) { sub(/ +$/, "", s); return s }
        NR > 1 {
            vector = trim(substr($0, 43, 11)); cause = trim(substr($0, 55, 46))
            kind = cause; sub(/ level [0-9]$/, "", kind)
            if (!(kind in count)) order[++kinds] = kind
            count[kind]++
            last[NR] = sprintf("%9s  %-5s %-10s %-39s %s", trim(substr($0, 1, 13)) + 0,
                               trim(substr($0, 35, 7)), vector, substr(kind, 1, 39),
                               substr($0, 121))
        }
        END {
            printf "its traps: %d\n", NR - 1
            for (i = 1; i <= kinds; i++)
                printf "%9d  %s\n", count[order[i]], order[i] | "sort -rn"
            close("sort -rn")
            print "the last ones:"
            printf "%9s  %-5s %-10s %-39s %s\n", "number", "task", "vector", "cause", "at"
            for (i = NR - 5; i <= NR; i++)
                print substr(last[i], 1, 96)
        }' "$1" | sed '2,$s/^/    /'
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
    show_traps "$build/demo/$arch/traps.txt"
    echo
done
echo "Look closer: build/trapline dump build/demo/arm64/demo.tlt --syscalls | less"
