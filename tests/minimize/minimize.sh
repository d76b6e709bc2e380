#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# minimize.sh SOURCE BUILD ARCH WORK
#
# trapline minimize: of the late timer interrupts of a failing schedule one is left, as late as it must
# be; of many injected interrupts, the one that a kernel's fault does not stand, and the summary names
# the kernel's instruction; of console input, what it takes. The regression test that is made
# fails with the faulty kernel, also where that was changed elsewhere, and passes with the sound one.
set -uo pipefail
. "$1/tests/zoo/opening.sh"
. "$1/tests/minimize/verb.sh"
cd "$top" || exit 1

# ---- late timer interrupts: the first of ten seeds under which it fails ----
root oversleep
for seed in 1 2 3 4 5 6 7 8 9 10; do
    "$trapline" record -o late.tlt --arch "$arch" --rootfs root-oversleep --no-input \
        --chaos $seed -- /bin/oversleep >log 2>&1 || break
done
grep -q '^CHECK failed' log || fail "no seed makes oversleep fail"
minimize 0 late.tlt -j 2
says '^1 of [0-9]+ events, found in [0-9]+ runs; status: the guest failed with status 1 '
minimize 0 late.tlt -j 1 -o alone.tlt
"$trapline" replay late.min.tlt >log 2>&1 || fail "it does not replay: $(cat log)"
# The same whatever the number of processes, but for the file's own name in its summary.
"$trapline" dump --summary late.min.tlt >summary
diff <(sed 's/late.min.tlt/alone.tlt/g' summary) <("$trapline" dump --summary alone.tlt) ||
    fail "one process and two find different schedules"
# A sleep of 1 ms that must be over in 2: it is late by hardly more than 1.
awk '/comes .* us late/ { for (i = 1; i <= NF; i++) if ($i == "comes") n = $(i + 1) }
    END { exit !(n > 900 && n < 1050) }' summary || fail "it is later than it must be: $(cat summary)"
says 'before kernel:arch_timer_arm' summary
says '^the first thing that a program sees: oversleep' summary
minimize 1 --again late.min.tlt
says '^it fails: status; the guest failed with status 1 '
[ -z "$(ls ./*.tmp-* 2>/dev/null)" ] || fail "something is left: $(ls ./*.tmp-*)"

# ---- what is wrong is said ----
"$trapline" record -o good.tlt --arch "$arch" --rootfs root-oversleep --no-input -- /bin/oversleep \
    >log 2>&1
minimize 2 good.tlt
says '^trapline: this run does not fail: '
echo "of value" >precious
minimize 2 late.tlt -o precious
says 'precious exists and is no trace: not overwritten$'
head -c 3000 late.tlt >damaged.tlt
minimize 4 damaged.tlt
"$trapline" dump --summary late.tlt >log 2>&1 && fail "a plain recording has a summary"
says 'this trace has no summary'

# ---- injected events: a kernel whose interrupt handler uses a vector register ----
root simd_memset
patch=$(zoo_patch fp_lost_in_interrupt)
zoo_build fp_lost_in_interrupt "$patch" "$top/faulty.elf" >log 2>&1 ||
    fail "the faulty kernel does not build: $(tail -n 3 log)"
guest=(--arch "$arch" --kernel "$top/faulty.elf" --rootfs root-simd_memset --no-input)
"$trapline" record -o undisturbed.tlt "${guest[@]}" -- /bin/simd_memset >log 2>&1 ||
    fail "undisturbed it fails already: $(cat log)"
# In the memset of the page before its third fault.
fault=$("$trapline" dump undisturbed.tlt --traps --grep simd_memset:simd_memset |
    awk '/page fault|abort/ && ++i == 3 { print $1 }')
events=
for ((i = 9; i > 0; i--)); do
    events=$events,irq@$((fault - 3 - 13 * i))
done
"$trapline" record -o many.tlt "${guest[@]}" --chaos 5 --inject "${events#,}" -- /bin/simd_memset \
    >log 2>&1 && fail "nine interrupts in a memset do no harm"
minimize 0 many.tlt --test tests -o lost-vector.tlt
says '^1 of (9|[1-9][0-9]) events, found in [0-9]+ runs; status'
says '^include\(tests/lost_vector.cmake\)$'
"$trapline" dump --summary tests/lost-vector.tlt >summary
says '^ +[0-9]+ +injected irq: interrupt [0-9]+$' summary
says '^ +before simd_memset:simd_memset\+' summary
says 'by bad +[0-9]+  kernel:trap_user.*  (movi v5|pcmpeqb xmm5).*/trap.c:[0-9]+$' summary

# ---- a check's finding, which the program does not see and which needs no event at all ----
root fault_signals
zoo_build siginfo_padding "$(zoo_patch siginfo_padding)" "$top/leaks.elf" >log 2>&1 ||
    fail "the leaking kernel does not build: $(tail -n 3 log)"
"$trapline" record -o leak.tlt --arch "$arch" --kernel leaks.elf --rootfs root-fault_signals \
    --no-input --chaos 3 -- /bin/fault_signals >log 2>&1
minimize 2 leak.tlt --fail status,panic,hang,output
minimize 0 leak.tlt --fail check
says '^0 of [0-9]+ events, found in 1 runs; check: '
says '^it fails without being disturbed at all$'
"$trapline" dump --summary leak.min.tlt >summary
says '^ +[0-9]+  leak: ' summary
says '^ +by kernel:.*kernel/' summary

# ---- Ctrl-C leaves nothing ----
mkdir stopped
setsid "$trapline" minimize many.tlt -j 1 -o stopped/out.tlt >log 2>&1 &
search=$!
sleep 0.4
kill -INT $search 2>/dev/null
wait $search
[ $? = 1 ] && says 'interrupted; nothing was written$'
[ -z "$(ls stopped)" ] || grep -q ' events, found' log || fail "Ctrl-C left $(ls stopped)"

# ---- its regression test: the kernel at hand under that schedule ----
mkdir project
cat >project/CMakeLists.txt <<'EOF'
cmake_minimum_required(VERSION 3.20)
project(regression C)
enable_testing()
include(../tests/lost_vector.cmake)
EOF
regression() { # KERNEL WANTED-STATUS; the kernel's path as seen from the project
    again="cmake -S $top/project -B $top/project/build -D TRAPLINE_KERNEL=$1"
    { cmake -S project -B project/build -G Ninja -D CMAKE_BUILD_TYPE=Debug \
        -D TRAPLINE_PROGRAM="$trapline" -D TRAPLINE_KERNEL="$1" &&
        cmake --build project/build; } >log 2>&1 || fail "it does not build: $(tail -n 5 log)" "$again"
    (cd project/build && timeout 100 ctest --output-on-failure) >log 2>&1
    local status=$?
    [ $((status != 0)) = "$2" ] || fail "$1: ctest ends with $status: $(cat log)" "$again"
}
cp faulty.elf project/
regression faulty.elf 1 # relative to the project
says '^it fails: status; the guest failed with status 1 '
says '^a new line: CHECK failed at line [0-9]+: memcmp'
# Nothing but the file: the same test comes from the trace that was made.
mkdir only
cp tests/lost-vector.tlt only/
minimize 0 only/lost-vector.tlt --test only/again
says '^1 of 1 events, found in [0-9] runs; status'
diff tests/lost_vector.cmake only/again/lost_vector.cmake && diff tests/test_lost_vector.c only/again/test_lost_vector.c ||
    fail "the file makes another test"
regression "$sound" 0
# The same fault in a kernel whose page faults take longer, so that all numbers are others.
{
    cat "$patch"
    mkdir -p changed/a/kernel/mm changed/b/kernel/mm
    cp "$source_dir/kernel/mm/vm_fault.c" changed/a/kernel/mm/
    awk '{ print } /^(static )?int vm_fault\(/ { inside = 1 }
        inside && /^{/ { print "    for (volatile unsigned slow = 0; slow < 1000; slow++) {}"; inside = 0; done = 1 }
        END { exit !done }' changed/a/kernel/mm/vm_fault.c >changed/b/kernel/mm/vm_fault.c ||
        echo "no vm_fault" >&2
    (cd changed && diff -u a/kernel/mm/vm_fault.c b/kernel/mm/vm_fault.c)
} >changed.patch
zoo_build changed "$top/changed.patch" "$top/changed.elf" >log 2>&1 ||
    fail "the changed kernel does not build: $(tail -n 3 log)"
regression "$top/changed.elf" 1
says '^it fails: status; the guest failed with status 1 '

# ---- console input: the last command is enough, typed in pieces ----
printf 'echo one; true\necho two two two two two two\nls /bin/nothing\nexit 3\n' |
    "$trapline" record -o typed.tlt --arch "$arch" -- sh >log 2>&1
[ $? = 1 ] || fail "the shell does not end with 3: $(cat log)"
minimize 0 typed.tlt
says '^[12] of [4-9] events, found in [0-9]+ runs; status: the guest failed with status 3 '
"$trapline" replay typed.min.tlt >log 2>&1 || fail "it does not replay: $(cat log)"
rm -rf "${top:?}"/*
echo "$arch: PASS"
