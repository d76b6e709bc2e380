#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# torn.sh TRAPLINE ARCH KERNEL ROOTFS WORK KILLS TURNS (of the loop that is recorded)
#
# A recording that is killed at any time replays up to its last whole chunk, and so does one in which
# the simulator crashes, which says where; one that the disk has no room for says so, and what there is
# replays likewise. (Every length that a killed one can have: tests/sim/test_trace.c, test_replay.c.)
set -uo pipefail
trapline=$1 arch=$2 kernel=$3 rootfs=$4 work=$5 kills=$6 turns=$7
script="i=0; while [ \$i -lt $turns ]; do i=\$((i+1)); done"
machine=(--arch "$arch" --kernel "$kernel" --rootfs "$rootfs")
rm -rf "$work"
mkdir -p "$work" || exit 1

fail() { # TEXT COMMAND
    echo "FAIL: $arch: $1"
    echo "  again: $2"
    exit 1
}

# What was left replays, or is refused as damaged where not even the machine was whole.
replay() { # NAME
    "$trapline" replay "$work/$1.tlt" >"$work/$1.log" 2>&1
    code=$?
    case $code in
    0) ;;
    4) grep -q 'it was cut before its machine' "$work/$1.log" ||
        fail "$1 is refused: $(cat "$work/$1.log")" "$trapline replay $work/$1.tlt" ;;
    *) fail "the replay of $1 ends with $code: $(cat "$work/$1.log")" \
        "$trapline replay $work/$1.tlt" ;;
    esac
}

# Record, and send the signal after SECONDS, or without them once the trace has begun; what it said is
# in $work/said, its end in $ended.
interrupt() { # NAME SIGNAL [SECONDS]
    "$trapline" record -o "$work/$1.tlt" "${machine[@]}" -- sh -c "$script" >/dev/null 2>"$work/said" &
    pid=$!
    while [ $# = 2 ] && [ ! -s "$work/$1.tlt" ] && kill -0 $pid 2>/dev/null; do
        sleep 0.01
    done
    sleep "${3:-0.01}"
    kill "-$2" $pid 2>/dev/null
    wait $pid 2>/dev/null
    ended=$?
}

replayed=0
for ((i = 0; i < kills; i++)); do
    interrupt "kill$i" KILL "0.$((RANDOM % 10))$((RANDOM % 10))"
    [ -s "$work/kill$i.tlt" ] || continue # it had not begun to write
    replay "kill$i"
    [ $code -ne 0 ] || replayed=$((replayed + 1))
    rm -f "$work/kill$i.tlt"
done

interrupt crash SEGV # before it writes, it is not yet the simulator
if [ $ended -ne 0 ]; then # else it was faster
    [ $ended -eq 1 ] && grep -q '^trapline: the simulator crashed (SIGSEGV from process .* trapline record -o' "$work/said" ||
        fail "a crash ends with $ended: $(cat "$work/said")" "trapline record .. & kill -SEGV \$!"
    [ ! -s "$work/crash.tlt" ] || replay crash
fi

# A reader that goes away ends a recording, whole.
"$trapline" record -o "$work/head.tlt" "${machine[@]}" -- sh -c 'while :; do echo line; done' \
    2>"$work/said" </dev/null | head -n 1 >"$work/line"
grep -q 'nobody reads standard output' "$work/said" && replay head &&
    grep -qx 'end: interrupted from outside' "$work/head.log" ||
    fail "a reader goes away: $(cat "$work/said" "$work/head.log")" "trapline record -o head.tlt .. | head -n 1"

# Closed streams are not the trace's.
"$trapline" record -o "$work/closed.tlt" "${machine[@]}" -- sh -c 'echo line' <&- >&- 2>&- ||
    fail "a recording without streams fails" "trapline record -o closed.tlt .. <&- >&- 2>&-"
replay closed
[ $code -eq 0 ] || fail "$(cat "$work/closed.log")" "trapline record -o closed.tlt .. <&- >&- 2>&-"

"$trapline" record -o "$work/whole.tlt" "${machine[@]}" -- sh -c "$script" >/dev/null 2>&1 ||
    fail "a recording fails" "$trapline record -o $work/whole.tlt ${machine[*]} -- sh -c '$script'"
blocks=$(($(stat -c %s "$work/whole.tlt") / 1024))
head -c -1 "$work/whole.tlt" >"$work/cut.tlt"
"$trapline" check --only frame "$work/cut.tlt" >"$work/log" 2>&1 && grep -q 'was cut: it ends at instruction' "$work/log" ||
    fail "a check of a cut trace: $(cat "$work/log")" "$trapline check --only frame $work/cut.tlt"
for limit in 0 40 $((blocks / 2)) $((blocks - 1)); do
    said=$(ulimit -f "$limit" # what it says goes through a pipe, which has no limit
        "$trapline" record -o "$work/full.tlt" "${machine[@]}" -- sh -c "$script" \
            2>&1 >/dev/null)
    code=$?
    [ $code -eq 1 ] && grep -q '^trapline: .*disk' <<<"$said" ||
        fail "with room for $limit KiB it ends with $code: $said" \
            "ulimit -f $limit; $trapline record -o $work/full.tlt ${machine[*]} -- sh -c '$script'"
    [ ! -s "$work/full.tlt" ] || replay full
    rm -f "$work/full.tlt"
done

# A disk that is full indeed, where this user may mount one.
disks=0
if unshare -rm mount -t tmpfs none "$work" 2>/dev/null; then
    for limit in 4 64 $((blocks / 2)) $((blocks - 4)); do
        mkdir -p "$work/disk"
        said=$(unshare -rm bash -c 'mount -t tmpfs -o size="$1"k none "$2/disk"; shift
            "$2" record -o "$1/disk/full.tlt" "${@:3}" 2>&1 >/dev/null; code=$?
            cp "$1/disk/full.tlt" "$1/full.tlt"; exit $code' - \
            $limit "$work" "$trapline" "${machine[@]}" -- sh -c "$script")
        code=$?
        [ $code -eq 1 ] && grep -q '^trapline: .*disk' <<<"$said" ||
            fail "on a disk of $limit KiB it ends with $code: $said" "trapline record onto a tmpfs of ${limit}k"
        [ ! -s "$work/full.tlt" ] || replay full
        rm -f "$work/full.tlt"
        disks=$((disks + 1))
    done
fi
rm -rf "$work"
echo "$arch: $kills killed ($replayed of them to be replayed), a crash, 4 without room, $disks full disks"
