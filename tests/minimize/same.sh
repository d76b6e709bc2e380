#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# same.sh SOURCE BUILD ARCH WORK
#
# trapline minimize keeps the failure that it was given: of two signals each does harm, both together
# another one (tests/explore/two_ways.c), told apart by the console, by who hangs, by the function in
# which the kernel died, and by what a check finds. By kind alone one signal is enough.
set -uo pipefail
. "$1/tests/zoo/opening.sh"
. "$1/tests/minimize/verb.sh"
cd "$top" || exit 1
root two_ways

# A kernel that dies with the same words in two functions.
mkdir -p died/a/kernel/proc died/b/kernel/proc
cp "$source_dir/kernel/proc/sys_ids.c" died/a/kernel/proc/
awk '{ print } /^SYSCALL1\(get(pgid|sid), int, pid\)/ { inside = 1 }
    inside && /^{/ { print "    volatile unsigned long at = 77; if (pid == 77) *(volatile int *)at = 0;"; inside = 0 }' \
    died/a/kernel/proc/sys_ids.c >died/b/kernel/proc/sys_ids.c
(cd died && diff -u a/kernel/proc/sys_ids.c b/kernel/proc/sys_ids.c) >died.patch
zoo_build died "$top/died.patch" "$top/died.elf" >log 2>&1 || fail "no kernel that dies: $(tail -n 3 log)"

# two HOW OPTIONS...: HOW.tlt has a signal in each half and two that do no harm
two() {
    local how=$1 halves
    shift
    "$trapline" record -o halves.tlt --arch "$arch" --rootfs root-two_ways "$@" -- /bin/two_ways "$how" \
        >log 2>&1 </dev/null || fail "undisturbed it fails already: $(cat log)"
    halves=$("$trapline" dump halves.tlt --syscalls --grep getppid | awk '{ print $1 }')
    set -- "$@" --inject "$(echo $halves |
        awk '{ printf "irq@%d,signal@%d,irq@%d,signal@%d", $1 + 1500, $1 + 3000, $2 + 10000, $2 + 12000 }')"
    "$trapline" record -o "$how.tlt" --arch "$arch" --rootfs root-two_ways "$@" -- /bin/two_ways "$how" \
        >log 2>&1 </dev/null && fail "two signals do no harm"
}

# both HOW WHAT: the two signals are left, and it says WHAT
both() {
    minimize 0 "$1.tlt"
    says '^2 of 4 events'
    says "$2"
    "$trapline" dump --summary "$1.min.tlt" >summary
    says "^what     .*$2" summary
    [ "$(grep -c 'injected signal' summary)" = 2 ] || fail "not the signals: $(cat summary)" "$again"
}

two status
both status 'a new line: 3 times both$'
# The pattern is what counts, whatever else the run shows.
minimize 0 status.tlt --console 'times'
says '^0 of 4 events'
says 'the console shows: 3 times both'
minimize 0 status.tlt --console 'both|second'
says '^1 of 4 events'
minimize 0 status.tlt --same kind
says '^1 of 4 events'
two hang --limit 40000000
both hang 'two_ways in rt_sigsuspend'
two panic --kernel "$top/died.elf"
both panic '; at kernel:sys_getsid'

# ---- findings: a leak that is always there, and a register that an interrupt takes ----
root fault_signals
cat "$(zoo_patch siginfo_padding)" "$(zoo_patch fp_lost_in_interrupt)" >two.patch
zoo_build two "$top/two.patch" "$top/two.elf" >log 2>&1 || fail "no kernel with two faults: $(tail -n 3 log)"
guest=(--arch "$arch" --kernel two.elf --rootfs root-fault_signals --no-input)
"$trapline" record -o leak.tlt "${guest[@]}" -- /bin/fault_signals >log 2>&1
at=$("$trapline" dump leak.tlt --syscalls --grep rt_sigaction | awk 'NR == 2 { print $1 }')
"$trapline" record -o found.tlt "${guest[@]}" --inject "irq@$((at - 3))" -- /bin/fault_signals >log 2>&1 ||
    fail "not the checks alone see it: $(cat log)"
"$trapline" check found.tlt >findings
lost=$(sed -n 's/^\([0-9]*\)\. context.*/\1/p' findings | head -n 1)
leak=$(sed -n 's/^\([0-9]*\)\. leak.*/\1/p' findings | head -n 1)
[ -n "$lost" ] && [ -n "$leak" ] || fail "not both are found: $(cat findings)" "$trapline check $top/found.tlt"
minimize 0 found.tlt --finding "$lost"
says '^1 of 1 events.*; check: '
says '^context: [vx].*; by kernel:trap_user'
minimize 0 found.tlt --finding "$leak"
says '^0 of 1 events'
says '^leak: .*; by kernel:'
minimize 2 found.tlt --finding 60
says '^trapline: --finding 60: this run has [0-9]+$'
minimize 2 found.tlt --same thing
says "there is no 'thing'"
rm -rf "${top:?}"/*
echo "$arch: PASS"
