#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# lines.sh TRAPLINE ARCH LINUX GUEST VMLINUX WORK: coverage of a boot of Debian's Linux by source line, by the
# VMLINUX of its -dbg package, which KASLR moved: a tracefile that lcov reads, of a sensible size, with what surely
# ran and what surely did not.
set -uo pipefail
trapline=$1 arch=$2 linux=$3 guest=$4 vmlinux=$5 work=$6
. "$(dirname "$0")/common.sh"

linux_runs <<'END'
seq 1 300 | sort -rn | head -n 2
poweroff -f
END
"$trapline" record -o "$work/run.tlt" --arch "$arch" --kernel "$kernel" --rootfs "$work/root" \
    --mem 256M --no-input --limit 20000000000 --append "console=$console quiet loglevel=0" \
    >"$work/out" 2>&1 || fail "it ended with $?: $(tail -n 3 "$work/out")"
again="$trapline export $work/run.tlt --format lcov --symbols $vmlinux -o run.info"
"$trapline" export "$work/run.tlt" --format lcov --symbols "$vmlinux" -o "$work/run.info" 2>"$work/err" ||
    fail "it ended with $?: $(cat "$work/err")" "$again"
lines=$(grep -c '^DA:' "$work/run.info") ran=$(grep -c '^DA:.*,[1-9]' "$work/run.info")
branches=$(grep -c '^BRDA:' "$work/run.info") bytes=$(stat -c %s "$work/run.info")
echo "$arch: $lines lines, $ran ran, $branches branches, $bytes bytes"
[ "$lines" -gt 400000 ] && [ "$lines" -lt 1000000 ] && [ "$ran" -gt 20000 ] && [ "$ran" -lt $((lines / 4)) ] &&
    [ "$branches" -lt 1500000 ] && [ "$bytes" -lt 60000000 ] || fail "that is not Linux's boot" "$again"
for name in start_kernel do_exit kernel_power_off; do
    grep -qE "^FNDA:[1-9][0-9]*,$name\$" "$work/run.info" || fail "$name did not run" "$again"
done
grep -qE "^FNDA:0,panic\$" "$work/run.info" || fail "panic ran, or is not there" "$again"
if command -v lcov >/dev/null; then
    lcov --summary "$work/run.info" >"$work/summary" 2>&1 || fail "lcov does not read it: $(tail -n 5 "$work/summary")" "$again"
    grep -E 'lines|functions' "$work/summary"
fi
rm -rf "$work"
