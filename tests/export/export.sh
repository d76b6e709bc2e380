#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# export.sh TRAPLINE ARCH TESTS FOLDER SOURCES: every format of `trapline export`, read by the
# tools it is for (jq, protoc, lcov), and held against what `trapline dump` says of the same run.
set -u

trapline=$1 arch=$2 tests=$3 dir=$4 sources=$5
for tool in jq protoc lcov; do
    command -v $tool >/dev/null || { echo "$tool is not installed: skipped"; exit 77; }
done
rm -rf "$dir"
mkdir -p "$dir/root"
cp "$tests/signal_args" "$tests/fork_cow" "$dir/root/" || exit 1
cd "$dir" || exit 1
failed=0

fail()
{
    echo "FAIL: $*"
    echo "  repeat: bash $0 $trapline $arch $tests $dir $sources"
    failed=1
}

same() # WHAT GOT WANTED
{
    [ "$2" = "$3" ] || fail "$1: $2, not $3"
}

"$trapline" record -o run.tlt --arch "$arch" --rootfs root -- /signal_args >/dev/null ||
    fail "record"
"$trapline" record -o fork.tlt --arch "$arch" --rootfs root -- /fork_cow >/dev/null || fail "record"
"$trapline" dump run.tlt --traps --json >traps.json || fail "dump --traps"
"$trapline" dump run.tlt --syscalls --json >calls.json || fail "dump --syscalls"
"$trapline" dump run.tlt --signals --json >signals.json || fail "dump --signals"
user_calls=$(jq -s 'map(select(.kind=="syscall")) | length' traps.json)
user_faults=$(jq -s 'map(select(.kind=="sync" and .from_user)) | length' traps.json)
handlers=$(jq -s 'map(select(.event=="signal")) | length' signals.json)
[ "$user_calls" -gt 20 ] && [ "$handlers" -gt 2 ] || fail "the run is too small to tell anything"

# ---- chrome: all system calls, faults and handlers, each where dump has it ----
"$trapline" export run.tlt --format chrome -o run.json || fail "chrome"
same "chrome: system calls" \
    "$(jq '[.traceEvents[] | select(.cat=="syscall")] | length' run.json)" "$user_calls"
same "chrome: handlers" \
    "$(jq '[.traceEvents[] | select(.cat=="handler")] | length' run.json)" "$handlers"
same "chrome: numbers of the system calls" \
    "$(jq '.traceEvents[] | select(.cat=="syscall") | .args.instruction' run.json |
        sort -n | md5sum)" \
    "$(jq 'select(.kind=="syscall") | .n' traps.json | sort -n | md5sum)"
same "chrome: what overlaps on a thread nests" "$(jq '
    [.traceEvents[] | select(.ph=="X")] | group_by([.pid,.tid])
    | map(sort_by(.ts, -.dur) | . as $e | [range(1; length)
        | select($e[.].ts < $e[.-1].ts + $e[.-1].dur - 0.0005 and
                 $e[.].ts + $e[.].dur > $e[.-1].ts + $e[.-1].dur + 0.0005)] | length)
    | add' run.json)" 0

# ---- perfetto: as many beginnings as ends, and the same events as in chrome's ----
"$trapline" export run.tlt --format perfetto -o run.pftrace || fail "perfetto"
protoc --decode_raw <run.pftrace >run.raw || fail "perfetto: no protobuf"
same "perfetto: beginnings and ends" \
    "$(grep -c '^    9: 1$' run.raw)" "$(grep -c '^    9: 2$' run.raw)"
same "perfetto: spans" "$(grep -c '^    9: 1$' run.raw)" \
    "$(jq '[.traceEvents[] | select(.ph=="X")] | length' run.json)"
same "perfetto: moments" "$(grep -c '^    9: 3$' run.raw)" \
    "$(jq '[.traceEvents[] | select(.ph=="i")] | length' run.json)"
grep -q '^    23: "writev\?"' run.raw || fail "perfetto: no write"

# ---- strace: every call, in words ----
"$trapline" export run.tlt --format strace -o run.strace || fail "strace"
grep -qE '^\[pid +2\] [0-9]+\.[0-9]{9} writev?\(1, .*\) = [0-9]+ <[0-9.]+>$' run.strace ||
    fail "strace: no write"
same "strace: signals" "$(grep -c -- '--- SIG.*{si_signo=SIG.*} ---$' run.strace)" "$handlers"
same "strace: exits" "$(grep -c '+++ exited with' run.strace)" 2
same "strace: calls" "$(grep -cE '\) = ' run.strace)" "$user_calls"

# ---- folded stacks: all of the run, the kernel unwound to its entry ----
"$trapline" export run.tlt --format flamegraph --every 499 -o run.folded || fail "flamegraph"
end=$("$trapline" dump run.tlt --header --json | jq .end_n)
same "flamegraph: instructions" "$(awk '{n += $NF} END {print n}' run.folded)" $((end / 499 * 499))
grep -q 'kernel_main;.*initramfs_unpack' run.folded || fail "flamegraph: the boot is not unwound"
grep -qE '^signal_args;.*main' run.folded || fail "flamegraph: the program is not unwound"
"$trapline" export run.tlt --format flamegraph --every 499 | cmp - run.folded ||
    fail "flamegraph: not the same twice"

# ---- lcov: exact counts, of the trap assembly too; several traces add up ----
# lcov 2 minds that an inline function's lines run while the function itself is never entered.
tolerant=()
lcov --version | grep -q 'version [2-9]' &&
    tolerant=(--ignore-errors inconsistent,inconsistent,corrupt,unsupported,deprecated,range,source)
(cd "$sources" && "$trapline" export "$dir/run.tlt" --format lcov -o "$dir/run.info") || fail "lcov"
"$trapline" export fork.tlt --format lcov -o fork.info || fail "lcov"
"$trapline" export run.tlt fork.tlt --format lcov -o both.info || fail "lcov of two"
lcov "${tolerant[@]}" --rc lcov_branch_coverage=1 --summary run.info >summary 2>&1 || fail "lcov does not read it"
grep -q 'branches.*%' summary || fail "lcov: no branches"
grep -q "^SF:kernel/arch/$arch/trap.S" run.info || fail "lcov: no trap assembly"
if [ "$arch" = x86_64 ]; then
    entry=syscall_entry want=$user_calls
else
    entry=trap_user_sync want=$((user_calls + user_faults))
fi
same "lcov: $entry ran" "$(sed -n "s/^FNDA:\([0-9]*\),$entry\$/\1/p" run.info)" "$want"
for f in sys_exit_group vm_map_fork; do
    sum=0
    for i in run fork; do
        sum=$((sum + $(sed -n "s/^FNDA:\([0-9]*\),$f\$/\1/p" $i.info | head -1)))
    done
    same "lcov: $f in both" "$(sed -n "s/^FNDA:\([0-9]*\),$f\$/\1/p" both.info | head -1)" $sum
done
lcov "${tolerant[@]}" --rc lcov_branch_coverage=1 -a run.info -a fork.info -o merged.info >/dev/null 2>&1 ||
    fail "lcov -a"
genhtml "${tolerant[@]}" -q --branch-coverage --prefix "$sources" -o html run.info >genhtml.log 2>&1
[ -f html/index.html ] ||
    (cd "$sources" && genhtml "${tolerant[@]}" -q -o "$dir/html" "$dir/run.info" >/dev/null 2>&1) || fail "genhtml"

# ---- one trap at length: the signal's first argument is the last thing written to its slot ----
handler=$(jq -s 'map(select(.event=="signal")) | .[0].n' signals.json)
"$trapline" dump run.tlt --trap "$handler" >trap.txt || fail "dump --trap"
"$trapline" dump run.tlt --trap "$handler" --json >trap.json || fail "dump --trap --json"
first=x0 pc=pc syscall_bytes=4
[ "$arch" = arm64 ] || first=rdi pc=rip syscall_bytes=2
same "--trap: the return" "$(jq .n_end trap.json)" "$handler"
same "--trap: the kernel gives the handler its signal" \
    "$(jq -r ".frame[] | select(.register==\"$first\") | .writes[-1] | .is + \" \" + .where" \
        trap.json | sed 's/+.*//')" "0xa kernel:sigframe_push"
same "--trap: which the handler sees" \
    "$(jq -r ".registers[] | select(.name==\"$first\") | .after" trap.json)" 0x000000000000000a
same "--trap: the frame keeps what was interrupted" \
    "$(jq -r ".signal.fields[] | select(.name==\"$pc\") | .value" trap.json)" \
    "$(printf '0x%016x' $(($(jq -r .pc trap.json) + syscall_bytes)))"
[ "$(jq '.frame | length' trap.json)" -gt 12 ] || fail "--trap: no frame"
jq -e '.path | map(.function) | index("sigframe_push")' trap.json >/dev/null ||
    fail "--trap: no path"
grep -q "^signal frame of SIGUSR1" trap.txt || fail "--trap: no signal frame in the text"
fault=$(jq -s 'map(select(.kind=="sync" and .from_user and .addr != "0x0")) | .[0].n' traps.json)
"$trapline" dump run.tlt --trap "$fault" --json >fault.json || fail "dump --trap of a fault"
jq -e '.walk[-1].note | test("invalid|not present")' fault.json >/dev/null ||
    fail "--trap: the walk at the fault"
jq -e '.walk_after[-1].note | test("page to .*, user")' fault.json >/dev/null ||
    fail "--trap: the walk after it"
"$trapline" record -o short.tlt --arch "$arch" --rootfs root --limit $((fault + 50)) -- /signal_args \
    >/dev/null 2>&1
same "--trap: a run that ends before the return" \
    "$("$trapline" dump short.tlt --trap "$fault" --json | jq .n_end)" "$fault"
same "--grep" "$("$trapline" dump run.tlt --grep openat | grep -vc openat)" 0

# ---- bad usage ----
"$trapline" export run.tlt --format nonsense 2>err; same "an unknown format" $? 2
"$trapline" export run.tlt fork.tlt --format strace 2>err; same "two traces" $? 2
head -c 3000 run.tlt >cut.tlt
"$trapline" export cut.tlt --format chrome -o no.json 2>err; same "a damaged trace" $? 4
[ ! -e no.json ] && [ ! -e no.json.part ] || fail "a failed export leaves a file"
exit $failed
