#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# every.sh BUILD ARCH WORK
#
# explore --every: the kernel's paths hold under each kind of event; what does not hold is found, kept
# as a trace that replays, and ends as the same event does from the boot; killed and sharded searches
# are completed without repeating a point; coverage is of the points; what is wrong is refused.
set -uo pipefail
build=$(realpath "$1") arch=$2
mkdir -p "$3"
top=$(realpath "$3")
trapline=$build/trapline
rm -rf "${top:?}"/*
mkdir -p "$top/root/bin" "$top/root/tmp"
cp "$build/guest/$arch/explore/paths" "$build/guest/$arch/explore/oversleep" "$top/root/bin/"

fail() {
    echo "FAIL: $arch: $1"
    [ -z "${2:-}" ] || echo "  again: $2"
    exit 1
}

# every OUT PROGRAM WANTED-STATUS OPTIONS...: what it prints is in $top/log
every() {
    local out=$top/$1 program=$2 wanted=$3
    shift 3
    local command=("$trapline" explore --every --arch "$arch" --rootfs "$top/root" --out "$out"
        "$@" -- "/bin/$program")
    timeout 120 "${command[@]}" >"$top/log" 2>&1 </dev/null
    local status=$?
    [ $status = "$wanted" ] ||
        fail "status $status instead of $wanted: $(tail -n 3 "$top/log")" "${command[*]}"
}

says() { # REGEX
    grep -qE "$1" "$top/log" || fail "it does not say '$1' but: $(tail -n 3 "$top/log")"
}

points() { # FILE...
    cat "$@" | jq -r 'select(.failure) | .point' | sort -n
}

verdicts() { # FILE...: what decides, in the order of the points
    cat "$@" | jq -c 'select(.failure) | [.point, .kind, .at, .failure, .n]' | sort
}

# ---- the shipped kernel holds ----
places=(--at trap_leave_user --at context_switch --at user_return --at sigframe_push)
[ "$arch" = x86_64 ] && places=(--at trap_leave_user --at context_switch --at sigframe_push)
every sound paths 0 "${places[@]}" -j 2 --coverage --lcov "$top/sound.info"
says '^[0-9]+ of [0-9]+ points hold; [0-9]+ of them were proved to be the same as the next'
says '^kernel:context_switch +[0-9]+ +[0-9]+ +0$'
results=$top/sound/shard-1-of-1.jsonl
[ "$(points "$results")" = "$(seq 1 "$(head -n 1 "$results" | jq .points)")" ] ||
    fail "points are missing or doubled in $results"
grep -q '^SF:kernel/core/sched.c' "$top/sound.info" && grep -qE '^DA:[0-9]+,[1-9]' "$top/sound.info" ||
    fail "the lcov file has no lines of kernel/core/sched.c"

grep -qE '^FNDA:[1-9][0-9]*,kernel:context_switch$' "$top/sound.info" ||
    fail "the lcov file lacks the points of context_switch"
if command -v lcov >/dev/null; then
    lcov --summary "$top/sound.info" >"$top/log" 2>&1
    says 'lines\.*: 100'
    says 'functions\.*: 100'
fi

# Each verdict is that of the same event in a run of its own.
for kind in irq preempt signal fault; do
    for which in same alone; do
        filter='select(.failure == "holds" and .kind == $k and (.same // false) == ($w == "same"))'
        line=$(jq -c --arg k $kind --arg w $which "$filter" "$results" | sort | shuf -n 1 --random-source="$0")
        at=$(jq .at <<<"$line") n=$(jq .n <<<"$line")
        "$trapline" record --no-input -o "$top/one.tlt" --arch "$arch" --rootfs "$top/root" \
            --inject "$kind@$at" -- /bin/paths >"$top/one" 2>&1 || fail "$kind@$at from the boot fails"
        got=$("$trapline" dump "$top/one.tlt" --header --json | jq .end_n)
        [ "$got" = "$n" ] || fail "$kind@$at ends at $n, but from the boot at $got"
    done
done

# from_boot KIND N: the run of this event alone is $top/one.tlt
from_boot() {
    "$trapline" record --no-input -o "$top/one.tlt" --arch "$arch" --rootfs "$top/root" \
        --inject "$1@$2" -- /bin/paths >"$top/one" 2>&1 || fail "$1@$2 from the boot fails"
}

# Neighbours that differ in memory alone: before and behind the instruction that puts another
# address space in place, all pages are taken from another one, and none is touched at once.
activate=arch_thread_activate
[ "$arch" = x86_64 ] && activate=pmap_activate
every differ paths 0 --each --at $activate --inject fault -j 2
differ=$(cat "$top"/differ/*.jsonl | jq -s -r 'map(select(.failure)) | sort_by(.at) | . as $p |
    first(range(1; length) | select($p[.].at == $p[. - 1].at + 1 and $p[.].n != $p[. - 1].n) |
        "\($p[. - 1].at) \($p[. - 1].n) \($p[.].at) \($p[.].n)")')
[ -n "$differ" ] || fail "all neighbours in $activate are taken for the same"
read -r at n next next_n <<<"$differ"
for pair in "$at $n" "$next $next_n"; do
    from_boot fault "${pair% *}"
    got=$("$trapline" dump "$top/one.tlt" --header --json | jq .end_n)
    [ "$got" = "${pair#* }" ] || fail "fault@${pair% *} ends at ${pair#* }, but from the boot at $got"
done

# ---- an access takes away what the CPU itself says that the instruction touches ----
# faults N PC: the pages of all faults of $top/one.tlt by this instruction, till anything else traps
faults() {
    "$trapline" dump "$top/one.tlt" --traps --from "$1" --json |
        jq -r 'select(.n) | [.pc, (.addr // "-"), (.cause | test("abort|page fault"))] | @tsv' |
        awk -v pc="$2" '$1 "" != pc "" || $3 != "true" { exit }
            { print substr($2, 1, length($2) - 3) "000" }' | sort -u
}

# store_exclusive PC: what it touches depends on the monitor, which the fault of its fetch clears
objdump=${arch/arm64/aarch64}-linux-gnu-objdump
store_exclusive() {
    "$objdump" -d --no-show-raw-insn --start-address="$1" --stop-address=$(($1 + 4)) "$top/root/bin/paths" \
        2>/dev/null | grep -qE '[[:space:]]stl?x[rp]'
}

copy=copy_to_user
[ "$arch" = x86_64 ] && copy=copy_checked
"$trapline" record --no-input -o "$top/plain.tlt" --arch "$arch" --rootfs "$top/root" -- /bin/paths \
    >"$top/one" 2>&1 || fail "paths fails with no event"
"$trapline" dump "$top/plain.tlt" --traps --json | jq .n | sort >"$top/plain"
every access paths 0 --at user:paths --at $copy --inject access -j 2
# Not those that fault by themselves: on pages that an access cannot take, as they are not there.
taken='select(.failure == "holds" and (.impossible // false | not)) | .at'
tried=0
for at in $(cat "$top"/access/*.jsonl | jq "$taken" | sort -n | shuf --random-source="$0"); do
    [ $tried -lt "${TRAPLINE_ACCESSES:-8}" ] || break
    grep -qx $((at + 1)) "$top/plain" && continue
    from_boot access "$at"
    pages=$("$trapline" dump "$top/one.tlt" --inputs --json | jq -r 'select(.event == "injected") | .value' | sort -u)
    pc=$("$trapline" dump "$top/one.tlt" --traps --from "$at" --json | head -n 1 | jq -r .pc)
    store_exclusive "$pc" && continue
    got=$(faults "$at" "$pc")
    [ "$got" = "$pages" ] || fail "access@$at takes $pages away, but faults at $got"
    from_boot fault "$at"
    got=$(faults "$at" "$pc")
    # The kernel's copy is a loop: it may come to the same instruction again with another page.
    [[ $pc == 0xffff* ]] && got=$(grep -Fx "$pages" <<<"$got")
    [ "$got" = "$pages" ] || fail "without any page, access@$at faults at $got, not at $pages"
    tried=$((tried + 1))
done
[ $tried -gt 0 ] || fail "no access was tried"

# ---- a program that does not ----
every bad oversleep 1 --at user:oversleep --inject preempt -j 2 --keep 2
says '^preempt at instruction [0-9]+, .*oversleep.*, fails: status; .*trapline replay '
trace=$(ls "$top"/bad/preempt-*.tlt | head -n 1)
[ "$(ls "$top"/bad/preempt-*.tlt | wc -l)" = 2 ] || fail "--keep 2 keeps other than two traces"
"$trapline" replay "$trace" >"$top/one" 2>&1 || fail "a failing point's trace does not replay"
"$trapline" dump "$trace" --inputs | grep -q 'injected preempt' || fail "its trace lacks the event"
jq -e -s 'any(.[]; (.where // "" | test("^oversleep:main")) and
    (.file // "" | test("tests/explore/oversleep.c$")))' "$top"/bad/*.jsonl >/dev/null ||
    fail "no point has its function and line of oversleep.c"
# With one more device it is another search.
every bad oversleep 2 --at user:oversleep --inject preempt -j 2 --keep 2 --entropy
says 'another'
every until oversleep 1 --at user:oversleep --inject preempt -j 1 --until any
says 'were not tried yet'

# ---- killed, and shards ----
command=("$trapline" explore --every --arch "$arch" --rootfs "$top/root" --out "$top/killed"
    "${places[@]}" -j 2 -- /bin/paths)
timeout -s KILL 1 "${command[@]}" >/dev/null 2>&1
every killed paths 0 "${places[@]}" -j 2
[ "$(verdicts "$top"/killed/*.jsonl)" = "$(verdicts "$results")" ] ||
    fail "a search that was killed and went on has other verdicts" "${command[*]}"
if command -v parallel >/dev/null; then
    parallel --will-cite -j 2 "$trapline" explore --every --arch "$arch" --rootfs "$top/root" \
        --out "$top/shards" "${places[@]}" -j 1 --shard {}/3 -- /bin/paths ::: 1 2 3 \
        >"$top/log" 2>&1 || fail "GNU parallel: $(cat "$top/log")"
else
    for shard in 1 2 3; do
        every shards paths 0 "${places[@]}" -j 1 --shard $shard/3
    done
fi
"$trapline" explore --merge "$top/shards" --json >"$top/log" || fail "--merge: $(cat "$top/log")"
[ "$(verdicts "$top"/shards/*.jsonl)" = "$(verdicts "$results")" ] ||
    fail "three shards have other verdicts than one search"
[ "$(jq ".points + .impossible" "$top/log")" = "$(points "$results" | wc -l)" ] || fail "--merge: $(cat "$top/log")"

# ---- what is refused ----
every none paths 2 --at no_such_function
says "there is no function 'no_such_function'"
every none paths 2 --at 20..10
says 'instruction numbers are written as'
every none paths 2 --inject nothing
says "not 'nothing'"
every none paths 1 --at 999999999999..999999999999
says 'never comes to a place'
every none paths 1 --at context_switch --inject access
says 'no point can be tried: this instruction accesses no user page$'
every none paths 2 --random 3
says 'two searches'
echo "ok"
