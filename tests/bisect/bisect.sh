#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# bisect.sh SOURCE BUILD ARCH WORK
#
# trapline bisect names the cause: of a schedule under which a program fails, the clock that it read
# and the interrupt that was late; of a kernel that loses a vector register, the kernel's
# instruction that wrote it, at the first trap where a register differs; of one that loses a wakeup, the call that does not come back; of one
# whose fork shares a page, the child's death. And nothing where nothing differs, on one CPU or two.
set -uo pipefail
. "$1/tests/zoo/opening.sh"

# record NAME ARCH PROGRAM OPTIONS...: top/NAME.tlt; the guest may fail
record() {
    local name=$1 cpu=$2 program=$3
    shift 3
    root "$program" "$cpu" "$top/root-$cpu-$program"
    timeout 60 "$trapline" record -o "$top/$name.tlt" --limit 50000000 --arch "$cpu" \
        --rootfs "$top/root-$cpu-$program" "$@" -- "/bin/$program" >"$top/log" 2>&1 </dev/null
    case $? in 0 | 1 | 5) ;; *) fail "$program is not recorded: $(tail -n 1 "$top/log")" ;; esac
}

# bisect WANTED-STATUS GOOD BAD: the text in top/log, the JSON in top/json
bisect() {
    local wanted=$1 good=$top/$2.tlt bad=$top/$3.tlt
    again="$trapline bisect $good $bad"
    timeout 60 "$trapline" bisect "$good" "$bad" >"$top/log" 2>&1
    local status=$?
    [ $status = "$wanted" ] || fail "status $status instead of $wanted: $(tail -n 3 "$top/log")" "$again"
    timeout 60 "$trapline" bisect --json "$good" "$bad" >"$top/json"
    [ $? = "$wanted" ] || fail "--json has another status" "$again --json"
}

says() { # REGEX
    grep -qE "$1" "$top/log" || fail "it does not say '$1' but: $(cat "$top/log")" "$again"
}

holds() { # JQ-FILTER
    jq -e "$1" "$top/json" >/dev/null || fail "not so: $1 in $(cat "$top/json")" "$again --json"
}

faulty() { # FAULT: its kernel is top/FAULT.elf
    zoo_build "$1" "$(zoo_patch "$1")" "$top/$1.elf" >"$top/log" 2>&1 ||
        fail "the faulty kernel does not build: $(tail -n 3 "$top/log")"
}

# ---- nothing differs ----
record same "$arch" oversleep
record again "$arch" oversleep
bisect 0 same again
says '^no difference in the run$'
holds '.differ == false'

# ---- two schedules: the first of ten under which it fails ----
for seed in 1 2 3 4 5 6 7 8 9 10; do
    record late "$arch" oversleep --chaos $seed
    grep -q '^CHECK failed' "$top/log" && break
done
grep -q '^CHECK failed' "$top/log" || fail "no seed makes oversleep fail"
bisect 3 same late
says "^  chaos +0   $seed$"
holds '.state.hidden and .state.n < .event.bad.n'
holds '.trap.good.what == .trap.bad.what and (.trap.bad.what | test("interrupt"))'
holds '.trap.good.cycles < .trap.bad.cycles and .trap.bad.n <= .way.bad.n'
holds '.event.program == "oversleep" and .event.before == "nanosleep(ADDR, NULL) = 0"'
holds '.way.bad.where | test("oversleep:main")'
holds '.way.good.where == .way.bad.where and .way.next.good.where != .way.next.bad.where'
holds '(.because | length > 3 and all(.same)) and (.because[0].place | test("pstate|rflags"))'
holds '.because[-1].good.value != .because[-1].bad.value'
case $arch in
arm64) holds '.because[-1].bad.code | test("mrs .*cntvct_el0")' ;;
*) holds '.because[-1].bad.code | test("rdtsc")' ;;
esac
says 'it asks the machine, such as the time$'
holds '.then[-1].task == "1.1" and (.then[-1].bad.what | test("exit_group.1."))'
holds '.end.good.what != .end.bad.what'

# ---- two kernels: a vector register that nobody saved ----
faulty fp_lost_in_page_fault
record sound "$arch" simd_memset
record lost "$arch" simd_memset --kernel "$top/fp_lost_in_page_fault.elf"
bisect 3 sound lost
says '^  kernel +not the same file$'
holds '.state == null and .event.program == "simd_memset"'
holds '.because[-1].good.where | test("simd_memset:simd_memset")'
holds '.because[-1].bad.where | test("^kernel:trap_user")'
case $arch in
arm64) holds '.because[-1] | .place == "v0" and (.bad.code | test("movi v0"))' ;;
*) holds '.because[-1] | .place == "xmm0" and (.bad.code | test("pxor xmm0"))' ;;
esac
holds '.because[-1].bad.source | test("kernel/arch/[a-z0-9_]+/trap.c:[0-9]+$")'
# Long before the program looks at it: at its next fault after the one that lost it.
says '^the first trap of user code with other registers: simd_memset '
holds '(.user_state.registers | test("^ +(v0|xmm0) [^\\n]*\\n$")) and .user_state.bad.n < .user_trap.bad.n'
holds '.user_state.because[-1].bad.where | test("^kernel:trap_user")'
holds '.user_state.because[-1].bad.n < .because[-1].bad.n'
holds '.user_trap.good.what != .user_trap.bad.what'

# ---- two kernels, and no program sees a difference ----
faulty siginfo_padding
record other "$arch" simd_memset --kernel "$top/siginfo_padding.elf"
bisect 3 sound other
says '^the same traps, system calls, signals and end$'
holds '.differ == false and .user_trap == null and .user_state == null'

# ---- what the kernel gives a thread: a handler's argument, a thread pointer ----
if [ "$arch" = arm64 ]; then
    faulty result_over_signal_argument
    record argument arm64 signal_args
    record result arm64 signal_args --kernel "$top/result_over_signal_argument.elf"
    bisect 3 argument result
    holds '.event.good.what == "SIGUSR1 handled by on_signal" and .because[0].place == "x0"'
    holds '.because[1].bad | (.where | test("^kernel:trap_user_sync")) and (.code | test("^str x20"))'
else
    faulty tls_leaks_across_switch
    record pointer x86_64 thread_futex --limit 2000000
    record leaked x86_64 thread_futex --kernel "$top/tls_leaks_across_switch.elf"
    bisect 3 pointer leaked
    holds '.because[0] | .place == "fs_base" and (.good.code | test("^wrmsr")) and .bad.how == "beginning"'
    holds '.fault == null'
fi

# ---- a thread that does not go on, one that dies ----
faulty lost_wakeup
record sleeps "$arch" short_sleeps
record sleepless "$arch" short_sleeps --kernel "$top/lost_wakeup.elf"
bisect 3 sleeps sleepless
holds '.event.program == "short_sleeps" and (.event.good.what | test("^nanosleep"))'
says '^  bad +-  does not come back from nanosleep at [0-9]+$'
if [ "$arch" = arm64 ]; then
    faulty cow_page_left_writable
    record forks arm64 fork_cow
    record shares arm64 fork_cow --kernel "$top/cow_page_left_writable.elf"
    bisect 3 forks shares
    says '^  bad +[0-9]+  does not come back from a fault at [0-9]+$'
    holds '.because | any((.good.where // "" | test("fork_cow:")) and
        (.bad.where | test("kernel:memcpy")))'
    # The page is the parent's too: what the kernel copied another process had stored there.
    holds '.because[-1].bad.where | test("fork_cow:")'
    faulty cow_page_second_owner
    record owners arm64 fork_cow --kernel "$top/cow_page_second_owner.elf"
    bisect 3 forks owners
    says '^    in the bad run another process wrote it, fork_cow \(task 2.2\): the two share that page$'
fi

# ---- two CPUs ----
other=arm64
[ "$arch" = arm64 ] && other=x86_64
record elsewhere $other oversleep
bisect 3 same elsewhere
says '^the same system calls, signals and end$'
bisect 3 elsewhere late
holds '.event.program == "oversleep" and (.event.good.what | test("^nanosleep")) and
    (.event.bad.what | test("^nanosleep") | not)'

# ---- what is wrong is said ----
"$trapline" bisect "$top/same.tlt" >"$top/log" 2>&1
[ $? = 2 ] || fail "one trace is enough for it: $(cat "$top/log")"
head -c 3000 "$top/same.tlt" >"$top/damaged.tlt"
"$trapline" bisect "$top/same.tlt" "$top/damaged.tlt" >"$top/log" 2>&1
[ $? = 4 ] || fail "a damaged trace: $(cat "$top/log")"
rm -rf "${top:?}"/*
echo "$arch: PASS"
