#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tools.sh TRAPLINE ARCH LINUX GUEST PROGRAM WORK: every other verb on two recordings of Debian's Linux, one of
# them with late timer interrupts, of which PROGRAM (tests/explore/oversleep.c) fails: dump of one trap,
# report, exports, who, gdb both ways, bisect, minimize within a budget, explore. Names come from
# the guest's own /proc/kallsyms.
set -uo pipefail
trapline=$1 arch=$2 linux=$3 guest=$4 program=$5 work=$6
. "$(dirname "$0")/common.sh"

# does NAME WANTED-STATUS VERB ARGUMENTS...: what it says is in $work/NAME
does() {
    local name=$1 wanted=$2 status=0
    shift 2
    again="$trapline $*"
    "$trapline" "$@" >"$work/$name" 2>"$work/$name.err" </dev/null || status=$?
    [ $status = "$wanted" ] ||
        fail "$name ended with $status, not $wanted: $(tail -n 3 "$work/$name" "$work/$name.err")"
}

says() { # NAME REGEX
    grep -qE -- "$2" "$work/$1" || fail "$1 does not say '$2': $(tail -n 20 "$work/$1")"
}

cp "$program" "$work/root/bin/"
linux_runs <<'END'
oversleep
echo "oversleep: $?"
sed -n '/ [tT] [a-z_0-9]*\(copy\|clear\|nanosleep\|schedule\|vectors\|el0\|el1\|entry\|asm_\|exc_\|idle\)[a-z_0-9]*$/p' /proc/kallsyms
poweroff -f
END
machine=(--arch "$arch" --kernel "$kernel" --rootfs "$work/root" --mem 128M --limit 20000000000
    --append "console=$console quiet loglevel=0 nokaslr norandmaps")
does good.log 0 record -o "$work/good.tlt" --no-input "${machine[@]}"
says good.log '^oversleep: 0'
# The first of some seeds that is late enough.
for seed in 1 2 3 4 5 6; do
    does bad.log 0 record -o "$work/bad.tlt" --no-input "${machine[@]}" --chaos $seed
    grep -q '^oversleep: 1' "$work/bad.log" && break
done
says bad.log '^oversleep: 1'
grep -aE '^[0-9a-f]{16} [tT] ' "$work/good.log" | tr -d '\r' >"$work/map"
map=(--symbols "$work/map,0")

# ---- one trap, and who wrote what it has ----
does traps 0 dump --traps --json "$work/good.tlt" "${map[@]}"
says traps 'kernel:'
at=$(jq -r 'select(.kind == "syscall") | .n' "$work/traps" | tail -n 1)
does trap 0 dump --trap "$at" "$work/good.tlt" "${map[@]}"
says trap 'system call'
[ "$arch" = arm64 ] && reg=x8 || reg=rax
does who 0 who "$work/good.tlt" --at "$at" $reg "${map[@]}"
says who '(constant|computed|loaded)'
does ktrace 4 dump --ktrace "$work/good.tlt"
says ktrace.err 'no trace points of Trapline'

# ---- pictures and other tools' formats ----
does report 0 report "$work/bad.tlt" --compare "$work/good.tlt" --no-check -o "$work/run.html" "${map[@]}"
grep -q oversleep "$work/run.html" || fail "the report does not know the program"
does strace 0 export --format strace "$work/good.tlt"
says strace 'nanosleep\('
says strace 'sync\(\) = 0' # the call that ends the machine does not return
does folded 0 export --format flamegraph "$work/good.tlt" "${map[@]}"
awk 'NF < 2 || $NF !~ /^[0-9]+$/ { exit 1 }' "$work/folded" || fail "a line is no folded stack"
says folded '\[kernel\];'
does chrome 0 export --format chrome "$work/good.tlt" "${map[@]}"
jq -e 'length > 0' "$work/chrome" >/dev/null || fail "no JSON for Chrome"
does perfetto 0 export --format perfetto "$work/good.tlt" -o "$work/run.pftrace" "${map[@]}"
[ "$(stat -c %s "$work/run.pftrace")" -gt 10000 ] || fail "nothing for Perfetto"

# ---- gdb, in a trap's way of the kernel, and back ----
if command -v gdb-multiarch >/dev/null; then
    cat >"$work/script" <<'END'
set pagination off
set confirm off
printf "at %d\n", $pc != 0
set $n0 = $pc
set $sp0 = $sp
stepi
printf "moved %d\n", $pc != $n0
reverse-stepi
printf "back %d\n", $pc == $n0 && $sp == $sp0
bt 3
monitor when
END
    does gdb 0 gdb "$work/good.tlt" --at "$at" "${map[@]}" -- -nx -batch -x "$work/script"
    says gdb 'moved 1'
    says gdb 'back 1'
    says gdb '^#0 '
fi

# ---- searches ----
does bisect 3 bisect "$work/good.tlt" "$work/bad.tlt" "${map[@]}"
says bisect 'the first thing that a program sees: oversleep'
says bisect 'bad .*(nanosleep|ioctl|write)\('
does minimize 0 minimize "$work/bad.tlt" --console '^oversleep: 1' --budget ${BUDGET:-1200} -j 2 -o "$work/least.tlt"
says minimize '^[0-9]+ of [0-9]+ events'
left=$(sed -n 's/^\([0-9]*\) of .*/\1/p' "$work/minimize") all=$(sed -n 's/^[0-9]* of \([0-9]*\) .*/\1/p' "$work/minimize")
[ "$left" -gt 0 ] && [ "$left" -lt "$all" ] || fail "$left of $all events are left"
does explore 1 explore --random 6 -j 2 --console '^oversleep: 1' --fail console --keep 1 \
    --out "$work/found" "${machine[@]}"
says explore '^[0-9]+ of 6 points hold, [1-6] fail'
rm -rf "$work"
echo "$arch: ok"
