#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# inject.sh BUILD ARCH WORK
#
# Events of each kind at an instruction: the guest stands them, the recording has them and replays, a
# second recording is the same file; and what cannot be injected is refused with one sentence.
set -uo pipefail
build=$(realpath "$1") arch=$2
mkdir -p "$3"
top=$(realpath "$3")
trapline=$build/trapline
rm -rf "${top:?}"/*
mkdir -p "$top/root/bin" "$top/root/tmp"
cp "$build/guest/$arch/tests/timer_simd" "$top/root/bin/"
record=("$trapline" record --no-input --arch "$arch" --rootfs "$top/root")

fail() {
    echo "FAIL: $arch: $1"
    [ -z "${2:-}" ] || echo "  again: $2"
    exit 1
}

# event KIND TEXT: TEXT is what dump says of it
event() {
    local trace=$top/${1%%@*}.tlt command=("${record[@]}" -o "$top/${1%%@*}.tlt" --inject "$1"
        -- /bin/timer_simd)
    "${command[@]}" >"$top/log" 2>&1 || fail "$1: $(tail -n 1 "$top/log")" "${command[*]}"
    "${record[@]}" -o "$top/again.tlt" --inject "$1" -- /bin/timer_simd >"$top/log" 2>&1
    cmp -s "$trace" "$top/again.tlt" || fail "$1: two recordings differ" "${command[*]}"
    "$trapline" replay "$trace" >"$top/log" 2>&1 ||
        fail "$1: it does not replay: $(head -n 1 "$top/log")" "$trapline replay $trace"
    grep -q ', 1 inputs, ' "$top/log" || fail "$1: the replay has $(head -n 1 "$top/log")"
    "$trapline" dump "$trace" --inputs >"$top/log"
    grep -qE "$2" "$top/log" || fail "$1: dump --inputs says $(tail -n 1 "$top/log"), not '$2'"
    "$trapline" dump "$trace" --inputs --json | grep '"event": *"injected"' >/dev/null ||
        fail "$1: dump --inputs --json does not have it"
}

traps() { # TRACE FROM TO
    "$trapline" dump "$1" --traps --from "$2" --to "$3"
}

"${record[@]}" -o "$top/none.tlt" -- /bin/timer_simd >"$top/log" 2>&1 || fail "the undisturbed run"
at=$("$trapline" dump "$top/none.tlt" --traps |
    awk '/system call/ && $3 ~ /^[2-9]\./ { n = $1 } END { print n }')
back=$("$trapline" dump "$top/none.tlt" --traps | awk -v at="$at" '$1 < at && /system call/ { n = $1 } END { print n }')
user=$((at - 2)) kernel=$((back + 2)) # in user code before the last system call, in the kernel behind one
event "irq@$user" 'injected irq: interrupt [0-9]+$'
event "preempt@$user" 'injected preempt: interrupt [0-9]+, and the clock 20000000 cycles ahead$'
event "preempt:5000@$user" 'injected preempt: interrupt [0-9]+, and the clock 5000 cycles ahead$'
event "signal@$kernel" 'injected signal: that has a handler'
event "signal:28@$user" 'injected signal: 28 by interrupt [0-9]+$' # SIGWINCH: ignored
event "fault@$user" 'injected fault: all user pages unmapped$'
traps "$top/irq.tlt" "$user" $((user + 1)) | grep -i 'irq\|interrupt' >/dev/null ||
    fail "an irq in user mode is not taken at once: $(traps "$top/irq.tlt" "$user" "$at")"
traps "$top/fault.tlt" "$user" $((user + 1)) | grep -E 'instruction abort|page fault' >/dev/null ||
    fail "a fault in user mode is not taken at once: $(traps "$top/fault.tlt" "$user" "$at")"

# A signal that kills: the program has no handler for it, and is seen to end by it.
"${record[@]}" -o "$top/kill.tlt" --inject "signal:9@$user" -- /bin/timer_simd >"$top/log" 2>&1
[ $? = 1 ] || fail "signal 9 does not end the program: $(tail -n 1 "$top/log")"

refused() { # EVENT STATUS TEXT
    "${record[@]}" -o "$top/refused.tlt" --inject "$1" -- /bin/timer_simd >"$top/log" 2>&1
    local status=$?
    [ $status = "$2" ] && grep -q "$3" "$top/log" ||
        fail "--inject $1: status $status, $(tail -n 1 "$top/log")"
}
refused irq@10 1 'no event can be injected at instruction 10: the guest has set up no timer'
refused nothing@10 2 "not 'nothing@10'"
refused signal:65@10 2 "not 'signal:65@10'"
refused irq 2 "not 'irq'"
refused "irq@20,irq@10" 2 'in the order of their numbers'
echo "ok"
