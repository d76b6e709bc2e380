#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# fails.sh TRAPLINE ARCH LINUX GUEST WORK: Debian's Linux that fails: without a root, and by a crash that
# was asked for (sysrq). Each panic ends the recording with exit 1, its reason and where it was said; that
# replays, and gdb's stack there, by the names of the guest, has panic().
set -uo pipefail
trapline=$1 arch=$2 linux=$3 guest=$4 work=$5

. "$(dirname "$0")/common.sh"

record() { # NAME ROOT ARGUMENTS...: its exit code
    "$trapline" record -o "$work/$1.tlt" --arch "$arch" --kernel "$kernel" --rootfs "$2" \
        --mem 128M --no-input --limit 20000000000 --append "console=$console quiet ${*:3}" \
        >"$work/$1.out" 2>"$work/$1.err"
}
says() { # NAME REGEX
    grep -qE -- "$2" "$work/$1.err" || fail "$1 says: $(cat "$work/$1.err")" "$trapline replay $work/$1.tlt"
}
mkdir "$work/none"
echo nothing >"$work/none/notes"
record none "$work/none"
[ $? = 1 ] || fail "a Linux without init does not end with 1: $(cat "$work/none.err")"
says none 'panicked at instruction [0-9]+: Kernel panic - not syncing: VFS: Unable to mount root fs'
record reset "$work/none" panic=-1
[ $? = 1 ] || fail "panic=-1 does not end with 1: $(cat "$work/reset.err")"
says reset 'the guest reset the machine at instruction'
says reset 'Kernel panic - not syncing: VFS'
linux_runs <<'END'
halt -f
END
record halt "$work/root"
[ $? = 1 ] || fail "halt -f does not end with 1: $(cat "$work/halt.err")"
says halt "the guest's kernel halted at instruction [0-9]+: reboot: System halted|waits for input that will never come"
linux_runs <<'END'
exit 3
END
record exits "$work/root"
[ $? = 1 ] || fail "an init that ends does not end with 1: $(cat "$work/exits.err")"
says exits 'Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000300'

linux_runs <<'END'
grep -E ' [tT] (panic|_printk|vprintk.*|console_.*|.*uart.*|.*serial.*|pl011.*|vectors|entry_SYSCALL_64|sysrq_.*|__handle_sysrq|kernel_init)$' /proc/kallsyms
echo 1 >/proc/sys/kernel/sysrq
echo c >/proc/sysrq-trigger
END
record crash "$work/root"
[ $? = 1 ] || fail "a crash does not end with 1: $(cat "$work/crash.err")"
says crash 'Kernel panic - not syncing: sysrq triggered crash'
for verb in replay "check --only context"; do
    "$trapline" $verb "$work/crash.tlt" >"$work/verb" 2>"$work/verb.err" || fail "$verb ended with $?" "$trapline $verb $work/crash.tlt"
    grep -q 'panicked at instruction [0-9]*: Kernel panic - not syncing: sysrq triggered crash' "$work/verb.err" ||
        fail "$verb does not say that it panicked" "$trapline $verb $work/crash.tlt"
done
tr -d '\r' <"$work/crash.out" | grep -E '^[0-9a-f]{16} ' >"$work/map"
at=$(sed -n 's/.*look: trapline gdb .* --at //p' "$work/crash.err")
"$trapline" dump --trap "$(($("$trapline" dump --traps "$work/crash.tlt" | awk -v at="$at" \
    '$1 + 0 <= at + 0 { n = $1 } END { printf "%.0f", n }')))" "$work/crash.tlt" --symbols "$work/map" >"$work/trap" ||
    fail "dump of the trap before the panic failed" "$trapline dump --traps $work/crash.tlt"
grep -qE 'system call|write' "$work/trap" || fail "the trap before the panic is not its system call: $(head "$work/trap")"
rm -rf "$work"
echo "$arch: ok"
