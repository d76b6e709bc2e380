#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# gdb.sh TRAPLINE ARCH KERNEL PROGRAM WORK
#
# gdb-multiarch on a recording of a program with a signal handler:
#   - a breakpoint in the kernel is reached forward, and again backward from behind it;
#   - stepping back undoes a step;
#   - a watchpoint on the slot of a trap frame, run backward, stops at the instruction that wrote it
#     and forward behind it: its value there is the one the handler gets;
#   - the guest's memory reads the same with breakpoints and without;
#   - names of a map reach a debugger that connects.
set -uo pipefail
trapline=$1 arch=$2 kernel=$3 program=$4 work=$5

command -v gdb-multiarch >/dev/null || { echo "gdb-multiarch is not installed"; exit 77; }
rm -rf "$work"
mkdir -p "$work/root/bin" || exit 1
cp "$program" "$work/root/bin/prog" || exit 1
"$trapline" record -o "$work/run.tlt" --arch "$arch" --kernel "$kernel" --rootfs "$work/root" \
    -- /bin/prog </dev/null >"$work/record.log" 2>&1 || { cat "$work/record.log"; exit 1; }

# A gdb that ends before it connects is not waited for.
timeout 100 "$trapline" gdb "$work/run.tlt" -- --version >"$work/version" 2>&1 </dev/null &&
    grep -q 'GNU gdb' "$work/version" &&
    ! timeout 100 "$trapline" gdb "$work/run.tlt" -- --frobnicate >"$work/gdb-ends" 2>&1 </dev/null &&
    grep -q 'gdb ended before it came to the machine' "$work/gdb-ends" ||
    { echo "FAIL: a gdb that ends at once; again: $trapline gdb $work/run.tlt -- --version"; exit 1; }

if [ "$arch" = arm64 ]; then slot='f->x[0]'; else slot='f->regs.rdi'; fi
# \$pc by its hex digits: the same before and after tells that the machine stands where it stood.
cat >"$work/script" <<END
set pagination off
set confirm off
set width 0
x/4xb sigframe_push
break sigframe_push
continue
x/4xb sigframe_push
set \$n0 = \$pc
set \$sp0 = \$sp
stepi
printf "moved %d\n", \$pc != \$n0
reverse-stepi
printf "back %d\n", \$pc == \$n0 && \$sp == \$sp0
watch -l $slot
delete 1
set \$frame = f
continue
printf "argument %d\n", *(long *)&((struct trap_frame *)\$frame)->$(printf %s "${slot#f->}")
monitor when
reverse-continue
printf "before %d\n", *(long *)&((struct trap_frame *)\$frame)->$(printf %s "${slot#f->}") != 10
x/i \$pc
stepi
printf "after %d\n", *(long *)&((struct trap_frame *)\$frame)->$(printf %s "${slot#f->}")
delete 2
break sigframe_push
reverse-continue
printf "again %d\n", \$pc == \$n0 && \$sp == \$sp0
monitor traps
monitor who $([ "$arch" = arm64 ] && echo sp || echo rsp)
monitor syscalls
monitor tasks
user-symbols
info line main
break on_signal
continue
backtrace
delete
monitor seek 0
delete
reverse-continue
END
# From the first trap of a user program on: the kernel is where its symbols say.
at=$("$trapline" dump "$work/run.tlt" --traps | awk 'NR == 2 { print $1 }')
timeout 250 "$trapline" gdb "$work/run.tlt" --at "$at" -- -batch -nx -x "$work/script" \
    >"$work/gdb.log" 2>&1
failed=0
expect() {
    grep -qE -- "$1" "$work/gdb.log" && return
    echo "FAIL: gdb did not say '$1'"
    failed=1
}
expect '^moved 1$'
expect '^back 1$'
expect '^argument 10$'          # SIGUSR1
expect '^before 1$'
expect '^after 10$'
expect '^again 1$'
expect 'at kernel:sigframe_push|signal delivery|kernel:'
expect 'system call'
expect '^r?sp is 0xffff'
expect ' = [0-9]+$'             # monitor syscalls
expect '^\* 2\.2  /bin/prog'     # monitor tasks
expect '^symbols of /bin/prog'
expect '^(Line .* of|No line number information available for address).*main'
expect '^Breakpoint .*on_signal'
expect 'No more reverse-execution history|Reached end of recorded history' # since gdb 15
# The bytes at the breakpoint, twice the same line.
bytes=$(grep '<sigframe_push>:.*0x.*0x.*0x.*0x' "$work/gdb.log" | sed 's/^=> //')
if [ "$(wc -l <<<"$bytes")" != 2 ] || [ "$(sort -u <<<"$bytes" | wc -l)" != 1 ]; then
    echo "FAIL: the guest's memory changed under a breakpoint"
    failed=1
fi
# A run that is made for the debugger: it stands at the end, and goes back.
(cd "$work" && printf 'monitor when\nreverse-stepi\nmonitor when\nquit\n' |
    timeout 100 "$trapline" gdb --record live.tlt --arch "$arch" --kernel "$kernel" \
        --rootfs "$work/root" -- /bin/prog >live.log 2>&1)
end=$("$trapline" dump "$work/live.tlt" --header | sed -n 's/.*at instruction //p')
for n in $end $((end - 1)); do
    grep -q "instruction $n of $end" "$work/live.log" || {
        echo "FAIL: --record: gdb does not stand at $n"; tail -n 20 "$work/live.log"; failed=1; }
done
"$trapline" replay "$work/live.tlt" >/dev/null || { echo "FAIL: --record: no replay"; failed=1; }
# A run under gdb from its start: a break far behind what was recorded first, and the end.
(cd "$work" && printf '%s\n' 'monitor when' 'break kernel_main' 'continue' 'delete' \
    'continue' 'monitor when' 'reverse-stepi' 'monitor when' quit |
    timeout 200 "$trapline" gdb --live under.tlt --arch "$arch" --kernel "$kernel" \
        --rootfs "$work/root" -- /bin/prog >under.log 2>&1)
end=$("$trapline" dump "$work/under.tlt" --header | sed -n 's/.*at instruction //p')
for text in 'instruction 0 of' 'Breakpoint 1, kernel_main' "instruction $end of $end" \
    "instruction $((end - 1)) of $end"; do
    grep -q "$text" "$work/under.log" || { echo "FAIL: --live: no '$text'"; failed=1; }
done
"$trapline" replay "$work/under.tlt" >/dev/null || { echo "FAIL: --live: no replay"; failed=1; }
# A kernel without names, which a map has, from where it was linked: the debugger gets them moved.
readelf -sW "$kernel" | awk '$4 == "FUNC" { print $2, $8 }' | while read -r address name; do
    printf '%016x t %s\n' $((0x$address - 0x200000)) "$name"
done >"$work/map"
timeout 100 "$trapline" gdb "$work/run.tlt" --at "$at" --symbols "$work/map,0x200000" \
    --listen 127.0.0.1:0 2>"$work/stub.log" &
stub=$!
target=
while kill -0 $stub 2>/dev/null && [ -z "$target" ]; do
    sleep 0.1
    target=$(sed -n 's/.*waiting for gdb: //p' "$work/stub.log")
done
names=$(sed -n 's/.*names for gdb: //p' "$work/stub.log") # said before
timeout 100 gdb-multiarch -nx -batch -ex "$names" -ex "$target" -ex 'break sigframe_push' -ex continue \
    -ex 'backtrace 1' >"$work/map.log" 2>&1
wait $stub
grep -q '^#0 .* in sigframe_push ()' "$work/map.log" || {
    echo "FAIL: names of a map: $(cat "$work/map.log" "$work/stub.log")"; failed=1; }
[ ! -e "$(dirname "${names#source }")" ] || { echo "FAIL: ${names#source } is left"; failed=1; }
if [ $failed != 0 ]; then
    tail -n 60 "$work/gdb.log"
    echo "again: $trapline gdb $work/run.tlt --at $at -- -batch -nx -x $work/script"
else
    echo "$arch: forward, back, watch: as they should be"
fi
exit $failed
