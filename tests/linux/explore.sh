#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# explore.sh TRAPLINE ARCH LINUX GUEST PROGRAM WORK
#
# Injected events below Debian's Linux: PROGRAM (tests/explore/paths.c) stands a timer interrupt, a
# preemption and, in user mode, a page fault at each instruction around its last system calls, the
# kernel's way in and out among them. One of each is recorded and replays. Signals and pages
# taken away want a kernel that says it stands them: refused with that sentence.
set -uo pipefail
trapline=$1 arch=$2 linux=$3 guest=$4 program=$5 work=$6

. "$(dirname "$0")/common.sh"
cp "$program" "$work/root/bin/"
cat >"$work/root/init" <<'END'
#!/bin/busybox sh
/bin/busybox mount -t devtmpfs dev /dev
exec </dev/console >/dev/console 2>&1
/bin/paths
/bin/busybox echo "paths: $?"
/bin/busybox poweroff -f
END
chmod +x "$work/root/init"
machine=(--arch "$arch" --kernel "$kernel" --rootfs "$work/root" --mem 128M --limit 20000000000
    --append "console=$console quiet loglevel=0 nokaslr")

record() { # NAME EVENT...
    local name=$1
    shift
    "$trapline" record -o "$work/$name.tlt" --no-input "${machine[@]}" "$@" >"$work/$name.out" 2>&1 ||
        fail "$name ended with $?: $(tail -n 3 "$work/$name.out")"
    tr -d '\r' <"$work/$name.out" | grep -x 'paths: 0' >/dev/null ||
        fail "$name: the program does not hold: $(tail -n 3 "$work/$name.out")" \
            "$trapline replay $work/$name.tlt"
}

# One of the last system calls, some of the code before it, the kernel's way behind it.
record undisturbed
"$trapline" dump "$work/undisturbed.tlt" --traps --json >"$work/traps"
done=$(jq -r 'select(.kind == "syscall") | .n' "$work/traps" | tail -n 40 | head -n 1)
[ -n "$done" ] || fail "no system call is seen in the recording"
search=("$trapline" explore --every --each --at $((done - 40))..$((done + 260)) -j 1 --keep 2
    --out "$work/held" "${machine[@]}")
again=${search[*]}
"${search[@]}" >"$work/log" 2>&1 </dev/null || fail "explore: $(tail -n 3 "$work/log")" "$again"
grep -qE '^[0-9]+ of [0-9]+ points hold; .*at [0-9]+ more there is no such event' "$work/log" ||
    fail "it says $(cat "$work/log")" "$again"
for kind in irq preempt fault; do
    at=$(jq -r --arg k $kind 'select(.kind == $k and .failure == "holds" and (.impossible // false | not)) |
        .at' "$work"/held/*.jsonl | sed -n 12p)
    [ -n "$at" ] || fail "no $kind was injected at all" "$again"
    record "$kind" --inject "$kind@$at"
    "$trapline" dump "$work/$kind.tlt" --inputs | grep "injected $kind" >/dev/null || fail "$kind.tlt lacks its event"
    "$trapline" replay "$work/$kind.tlt" >"$work/log" 2>&1 ||
        fail "$kind@$at does not replay: $(head -n 1 "$work/log")" "$trapline replay $work/$kind.tlt"
    cmp -s <("$trapline" dump "$work/$kind.tlt" --header --json | jq .end_n) \
        <(jq --arg k $kind --argjson at "$at" 'select(.kind == $k and .at == $at) | .n' "$work"/held/*.jsonl) ||
        fail "$kind@$at ends elsewhere from the boot than in the search" "$again"
done

# What wants a kernel that says it stands it.
for kind in signal access; do
    why=$(jq -r --arg k $kind 'select(.kind == $k) | if .impossible then .end else "injected" end' \
        "$work"/held/*.jsonl | sort -u)
    [[ $why == "this kernel "*trapline_doorbell* ]] || fail "$kind: $why" "$again"
done
rm -rf "$work"
echo "$arch: ok"
