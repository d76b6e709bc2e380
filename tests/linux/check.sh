#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# check.sh TRAPLINE ARCH LINUX GUEST WORK: every check on a boot of Debian's Linux with processes, pipes and
# signals finds nothing, with KASLR (on arm64 the kernel has tables of its own then) and without. BOARDS.md
# says what Linux does that looks like a fault and is none.
set -uo pipefail
trapline=$1 arch=$2 linux=$3 guest=$4 work=$5

. "$(dirname "$0")/common.sh"

linux_runs <<'END'
seq 1 300 | sort -rn | head -n 2
(sleep 1 & wait)
trap "echo usr1" USR1
kill -USR1 $$
for i in 1 2 3; do (cat /proc/self/maps >/dev/null; exit $i); done
poweroff -f
END
for way in "" nokaslr; do
    trace=$work/run${way:+-$way}.tlt
    "$trapline" record -o "$trace" --arch "$arch" --kernel "$kernel" \
        --rootfs "$work/root" --mem 256M --no-input --limit 20000000000 --seed 7 \
        --append "console=$console quiet loglevel=0 $way" >"$trace.out" 2>&1 ||
        fail "it ended with $?: $(tail -n 3 "$trace.out")" "$trapline replay $trace"
    grep -q usr1 "$trace.out" || fail "the script did not run: $(tail -n 3 "$trace.out")"
    "$trapline" check "$trace" >"$trace.check" 2>&1 ||
        fail "check found something: $(head -n 20 "$trace.check")" "$trapline check $trace"
done
rm -rf "$work"
