#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# look.sh TRAPLINE ARCH LINUX GUEST WORK: the tools on a recording of Debian's Linux: the checks context
# and frame find nothing on a boot with processes, pipes and signals; names come from a map of where
# the kernel was linked, though KASLR moved it, in gdb too.
set -uo pipefail
trapline=$1 arch=$2 linux=$3 guest=$4 work=$5

. "$(dirname "$0")/common.sh"

linux_runs <<'END'
seq 1 300 | sort -rn | head -n 2
(sleep 1 & wait)
trap "echo usr1" USR1
kill -USR1 $$
grep -E ' (vectors|entry_SYSCALL_64|_text|_etext|__arch_copy_to_user|copy_user_generic_unrolled|copy_user_generic_string|copy_user_enhanced_fast_string|__clear_user|clear_user_.*)$' /proc/kallsyms
poweroff -f
END
record() {
    local name=$1
    shift
    "$trapline" record -o "$work/$name.tlt" --arch "$arch" --kernel "$kernel" --rootfs "$work/root" \
        --mem 256M --no-input --limit 20000000000 --seed 7 \
        --append "console=$console quiet loglevel=0 $*" >"$work/$name.out" 2>"$work/$name.err" ||
        fail "$name ended with $?: $(tail -n 3 "$work/$name.out" "$work/$name.err")"
    tr -d '\r' <"$work/$name.out" | grep -E '^[0-9a-f]{16} ' >"$work/$name.map"
    [ -s "$work/$name.map" ] || fail "$name printed no symbols"
}
record linked nokaslr
record moved
cmp -s "$work/linked.map" "$work/moved.map" && fail "KASLR moved nothing"
"$trapline" check --only context,frame "$work/moved.tlt" >"$work/check" 2>&1 ||
    fail "check found something: $(head -n 20 "$work/check"); trapline check $work/moved.tlt"
for map in linked moved; do
    "$trapline" dump --traps "$work/moved.tlt" --symbols "$work/$map.map" >"$work/$map.traps" ||
        fail "dump with $map.map ended with $?"
done
grep -qE "kernel:(__arch_)?(copy|clear)" "$work/moved.traps" || fail "no trap has a name"
cmp "$work/moved.traps" "$work/linked.traps" || fail "names differ by where their map is from"
# gdb knows them too: a break by the name of a function that KASLR moved, and back to it from behind.
if command -v gdb-multiarch >/dev/null; then
    name=entry_SYSCALL_64
    [ "$arch" = x86_64 ] || name=__arch_copy_to_user
    at=$(awk '/system call/ { n = $1 } END { printf "%.0f\n", n - 100 }' "$work/moved.traps")
    cat >"$work/script" <<END
set pagination off
break $name
reverse-continue
set \$n0 = \$pc
stepi
reverse-stepi
printf "back %d\n", \$pc == \$n0
END
    gdb=(gdb "$work/moved.tlt" --at "$at" --symbols "$work/linked.map" -- -nx -batch -x "$work/script")
    timeout 600 "$trapline" "${gdb[@]}" >"$work/gdb" 2>&1
    grep -qE "^Breakpoint 1, .* in $name ?\(\)" "$work/gdb" && grep -q '^back 1' "$work/gdb" ||
        fail "gdb does not stop at $name: $(tail -n 12 "$work/gdb")" "$trapline ${gdb[*]}"
fi
rm -rf "$work"
