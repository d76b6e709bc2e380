#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# harm.sh TRAPLINE ARCH LINUX GUEST VMLINUX WORK: Debian's Linux with a module of ours (module/ARCH.S) that does
# harm: an exception in the kernel, with oops=panic too; a loop with interrupts on and off; a register of a
# process that is lost. How each shows in record, replay and check. VMLINUX with lines (./dev linux-debug), or
# - for none: then check names functions, by the guest's own names.
set -uo pipefail
trapline=$1 arch=$2 linux=$3 guest=$4 vmlinux=$5 work=$6
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/module/module.sh"
# Instructions to the shell, and behind it for a watchdog that looks each second.
more=4000000000
if [ "$arch" = arm64 ]; then
    boot=900000000 reg=x19 entry=el0t_64_sync oops='Unable to handle kernel NULL pointer'
else
    boot=6000000000 reg=rbx entry=entry_SYSCALL_64 oops='BUG: kernel NULL pointer'
fi

# record WAY WANTED-STATUS [ARGUMENT OF LINUX]: $work/WAY.tlt, .out and .err
record() {
    local way=$1 wanted=$2 status=0
    shift 2
    linux_module "$arch" "$linux" "$way" "$work/root/harm.ko" || fail "no module: readelf, gcc for $arch?"
    linux_runs <<'END'
echo 1 >/proc/sys/kernel/watchdog_thresh
insmod /harm.ko
echo "insmod: $?"
grep -E ' [a-zA-Z] (__memset|memset|__memset_orig|el0t_64_sync|ret_to_user|entry_SYSCALL_64.*|syscall_return_via_sysret|_etext)$' /proc/kallsyms
poweroff -f
END
    again="$trapline replay $work/$way.tlt"
    "$trapline" record -o "$work/$way.tlt" --arch "$arch" --kernel "$kernel" --rootfs "$work/root" --mem 256M \
        --no-input --limit $((boot + more)) --append "console=$console quiet $*" \
        >"$work/$way.out" 2>"$work/$way.err" || status=$?
    [ $status = "$wanted" ] || fail "$way ended with $status, not $wanted: $(tail -n 3 "$work/$way.out" "$work/$way.err")" "$again"
}
says() { # FILE REGEX
    grep -qE -- "$2" "$work/$1" || fail "$1 does not say '$2': $(tail -n 20 "$work/$1")" "$again"
}

# An exception in the kernel. Linux kills insmod and goes on: the verdict is its own.
record oops 0
says oops.out '^insmod: 1[0-9][0-9]'
says oops.err "the guest's kernel had an oops at instruction [0-9]+: $oops dereference"
at=$(sed -n 's/.*look: trapline gdb .* --at //p' "$work/oops.err")
for verb in replay "check --only context"; do
    "$trapline" $verb "$work/oops.tlt" >"$work/verb.out" 2>"$work/verb.err" || fail "$verb ended with $?" "$again"
    says verb.err "had an oops at instruction $at: $oops dereference"
done
"$trapline" dump --traps "$work/oops.tlt" --from $((at - 1000000)) --to "$at" >"$work/traps"
says traps '(data abort: write|page fault.*write|write).* 0x0+10 '
record oops 1 oops=panic
says oops.err "had an oops at instruction [0-9]+: $oops dereference"
says oops.err "panicked at instruction [0-9]+: Kernel panic - not syncing: .*Fatal exception"

# A loop. Linux's watchdog sees it while interrupts are on.
record spins 5
says spins.err 'had an oops at instruction [0-9]+: watchdog: BUG: soft lockup - CPU#0 stuck'
says spins.err "the limit of instructions was reached: $((boot + more)), at kernel:[^,]*$"
record spins 1 softlockup_panic=1
says spins.err 'panicked at instruction [0-9]+: Kernel panic - not syncing: softlockup: hung tasks'
record masks 5
says masks.err "the limit of instructions was reached: $((boot + more)), at kernel:[^,]*, with interrupts off$"
grep -q 'soft lockup' "$work/masks.err" && fail "a watchdog without interrupts" "$again"

# A register of the process that asked for it.
record takes 0
"$trapline" replay "$work/takes.tlt" >"$work/log" 2>&1 || fail "it does not replay" "$again"
tr -d '\r' <"$work/takes.out" | grep -E '^[0-9a-f]{16} ' >"$work/map"
again="$trapline check $work/takes.tlt --only context,frame --symbols $work/map"
"$trapline" check "$work/takes.tlt" --only context,frame --symbols "$work/map" >"$work/check" 2>&1
[ $? = 1 ] || fail "check does not end with 1" "$again"
says check "^1. context: $reg is not what it was at the call"
says check '^2. frame: .* has a second writer'
says check '^  by .*kernel:_*memset'
if [ "$vmlinux" != - ]; then
    again="$trapline check $work/takes.tlt --only frame --symbols $vmlinux"
    "$trapline" check "$work/takes.tlt" --only frame --symbols "$vmlinux" >"$work/check" 2>&1
    says check '^  by .*kernel:__memset.*/lib/memset[_64]*\.S:[0-9]+'
    says check "^  after .*kernel:$entry.*(push rbx|stp x18, x19).*/entry[_64]*\.S:[0-9]+"
    says check '^  loaded .*/entry[_64]*\.S:[0-9]+'
fi
rm -rf "$work"
echo "$arch: ok"
