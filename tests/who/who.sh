#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# who.sh TRAPLINE RANDOM ARCH KERNEL PROGRAMS_DIR MOVES BARE WORK
#
# A NEON or SSE value through a switch to another thread and back, a system call's result, a
# signal handler's argument: each followed to the instruction that made it. Then RANDOM
# (test_random.c) for registers and numbers that nobody chose, for those of the program MOVES, and for
# a kernel that works its devices, BARE.
set -uo pipefail
trapline=$1 random=$2 arch=$3 kernel=$4 programs=$5 moves=$6 bare=$7 work=$8
failed=0
mkdir -p "$work"

record() { # PROGRAM [FILE]
    mkdir -p "$work/$1/bin"
    cp "${2:-$programs/$1}" "$work/$1/bin/"
    "$trapline" record -o "$work/$1.tlt" --arch "$arch" --kernel "$kernel" \
        --rootfs "$work/$1" -- "/bin/$1" </dev/null >"$work/log" 2>&1 || {
        echo "FAIL: $1 does not run: $(tail -n 1 "$work/log")"
        exit 1
    }
}

# A chain whose links are, in this order, how and where: chain PROGRAM N REG HOW:WHERE...
chain() {
    local program=$1 n=$2 reg=$3 link want
    shift 3
    "$trapline" who "$work/$program.tlt" --at "$n" "$reg" --json >"$work/chain" || failed=1
    sed -n 's/.*"how":"\([a-z]*\)".*"where":"[a-z_0-9]*:\([^"+]*\).*/\1:\2/p' "$work/chain" >"$work/links"
    exec 3<"$work/links"
    for want in "$@"; do
        while read -r link <&3; do
            [[ $link =~ ^($want)$ ]] && continue 2
        done
        echo "FAIL: $arch: no $want in its place, in what $reg at $n comes from:"
        "$trapline" who "$work/$program.tlt" --at "$n" "$reg"
        echo "  again: $trapline who $work/$program.tlt --at $n $reg"
        failed=1
    done
}

number() { # KEY: of the line of JSON on standard input
    sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p"
}

record signal_args
record thread_futex
record moves "$moves"
signal=$("$trapline" dump "$work/signal_args.tlt" --signals --json | head -n 1 | number n)
result=$("$trapline" dump "$work/signal_args.tlt" --syscalls --json |
    grep '"getpid"' | head -n 1 | number n_end)
end=$("$trapline" dump "$work/thread_futex.tlt" --traps --json | tail -n 1 | number n)
if [ "$arch" = arm64 ]; then
    chain signal_args "$signal" x0 loaded:user_return stored:sigframe_push loaded:sigframe_push \
        stored:sigqueue_take loaded:sigqueue_take stored:sigqueue_add \
        stored:siginfo_from_current loaded:sys_kill 'computed:deliver|constant:main'
    chain signal_args "$result" x0 loaded:user_return stored:trap_user_sync loaded:sys_getpid \
        stored:process_alloc computed:tid_allocate
    chain thread_futex $((end * 85 / 100)) v3 loaded:fpsimd_load stored:fpsimd_save \
        loaded:simd_spin 'stored:spin|stored:simd_pattern' 'computed:spin|computed:simd_pattern'
    chain thread_futex $((end * 85 / 100)) pc 'computed:.*|entry:.*'
else
    chain signal_args "$signal" rdi loaded:syscall_entry stored:sigframe_push \
        loaded:sigframe_push stored:sigqueue_take loaded:sigqueue_take stored:sigqueue_add \
        stored:siginfo_from_current loaded:sys_kill 'computed:deliver|constant:main'
    chain signal_args "$result" rax loaded:syscall_entry stored:trap_syscall loaded:sys_getpid \
        stored:process_alloc computed:tid_allocate
    chain thread_futex $((end * 85 / 100)) xmm3 loaded:frame_load stored:frame_unload \
        loaded:simd_spin 'stored:spin|stored:simd_pattern' 'computed:spin|computed:simd_pattern'
fi
"$random" "$work/signal_args.tlt" 1 150 || failed=1
"$random" "$work/thread_futex.tlt" 2 12 || failed=1
calls() { # NAME: the numbers of its calls
    "$trapline" dump "$work/moves.tlt" --syscalls --json | grep "\"$1\"" | number n
}
mapfile -t round < <(calls getppid)
mapfile -t far < <(calls getpgid)
"$random" "$work/moves.tlt" 3 600 "${round[0]}" "${round[2]}" || failed=1
"$random" "$work/moves.tlt" 4 60 "${far[0]}" "${far[1]}" || failed=1
"$trapline" record -o "$work/bare.tlt" --arch "$arch" --kernel "$bare" --no-input >"$work/log" 2>&1
"$random" "$work/bare.tlt" 3 2000 || failed=1
[ $failed = 0 ] && echo "$arch: every value comes from where it must"
exit $failed
