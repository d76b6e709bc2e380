#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# lldb.sh TRAPLINE ARCH KERNEL WORK: an unmodified lldb on the recording that gdb.sh made: it stops
# at a function of the kernel, steps, and reads registers and memory.
set -uo pipefail
trapline=$1 arch=$2 kernel=$3 work=$4

command -v lldb >/dev/null || { echo "lldb is not installed"; exit 77; }
[ -f "$work/run.tlt" ] || { echo "there is no recording: run gdb.$arch first"; exit 1; }
"$trapline" gdb "$work/run.tlt" --listen 127.0.0.1:0 2>"$work/stub.log" &
stub=$!
trap 'kill $stub 2>/dev/null' EXIT
port=
while kill -0 $stub 2>/dev/null && [ -z "$port" ]; do
    sleep 0.1
    port=$(sed -n 's/.*target remote 127.0.0.1:\([0-9]*\)$/\1/p' "$work/stub.log")
done
timeout 200 lldb -b --no-lldbinit -o "target create --arch ${arch/arm64/aarch64} $kernel" \
    -o "gdb-remote 127.0.0.1:$port" -o "breakpoint set -n sigframe_push" -o continue \
    -o "register read pc" -o "stepi" -o "register read pc" -o "bt 2" -o detach \
    >"$work/lldb.log" 2>&1
failed=0
expect() {
    grep -qE -- "$1" "$work/lldb.log" && return
    echo "FAIL: lldb did not say '$1'"
    failed=1
}
expect 'stop reason = breakpoint 1'
expect 'stop reason = instruction step'
expect 'sigframe_push'
[ "$(grep -E '^ *(pc|rip) = 0xffffffff' "$work/lldb.log" | sort -u | wc -l)" = 2 ] ||
    { echo "FAIL: the step did not move the PC"; failed=1; }
if [ $failed != 0 ]; then
    tail -n 40 "$work/lldb.log"
    echo "again: bash $0 $*"
fi
exit $failed
