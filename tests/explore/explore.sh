#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# explore.sh SOURCE BUILD ARCH WORK
#
# trapline explore: all points hold for a program that stands every schedule; what does not is found,
# kept as a trace that replays, and found again; interrupted, cut and sharded searches are completed
# without repeating a point; what is wrong is refused with one sentence.
set -uo pipefail
. "$1/tests/zoo/opening.sh"

# explore OUT PROGRAM WANTED-STATUS OPTIONS...: what it prints is in $top/log
explore() {
    local out=$top/$1 program=$2 wanted=$3
    shift 3
    local command=("$trapline" explore --arch "$arch" --rootfs "$top/root-$program" --out "$out"
        "$@" -- "/bin/$program")
    timeout 120 "${command[@]}" >"$top/log" 2>&1 </dev/null
    local status=$?
    [ $status = "$wanted" ] ||
        fail "status $status instead of $wanted: $(tail -n 3 "$top/log")" "${command[*]}"
}

says() { # REGEX
    grep -qE "$1" "$top/log" || fail "it does not say '$1' but: $(tail -n 3 "$top/log")"
}

points() { # FILE...: the points in these results, in order
    cat "$@" | jq -r 'select(.failure) | .seed' | sort -n
}

# ---- the shipped kernel ----
root timer_simd
explore sound timer_simd 0 --random 10 -j 2
says '^10 of 10 points hold$'
results=$top/sound/shard-1-of-1.jsonl
[ "$(points "$results")" = "$(seq 1 10)" ] || fail "points are missing or doubled in $results"

# ---- again: nothing is tried twice; a cut line is ----
cp "$results" "$top/before"
explore sound timer_simd 0 --random 10 --json
cmp -s "$results" "$top/before" || fail "finished points were tried again"
jq -e '.points == 10 and .hold == 10 and .fail == 0 and .missing == 0' "$top/log" >/dev/null ||
    fail "--json: $(cat "$top/log")"
truncate -s -30 "$results"
explore sound timer_simd 0 --random 10
[ "$(points "$results")" = "$(seq 1 10)" ] || fail "a cut result was not completed"

# ---- Ctrl-C, and on ----
"$trapline" explore --arch "$arch" --rootfs "$top/root-timer_simd" --out "$top/stopped" \
    --random 5000 -j 2 -- /bin/timer_simd >"$top/log" 2>&1 </dev/null &
search=$!
while kill -0 $search 2>/dev/null &&
    [ "$(cat "$top"/stopped/*.jsonl 2>/dev/null | wc -l)" -lt 4 ]; do
    sleep 0.1
done
kill -INT $search
wait $search
[ $? = 1 ] || fail "Ctrl-C: $(cat "$top/log")"
says 'of 5000 points hold, [0-9]+ were not tried yet$'

# ---- shards ----
if command -v parallel >/dev/null; then
    parallel --will-cite -j 2 "$trapline" explore --arch "$arch" --random 7 --shard {}/3 -j 1 \
        --rootfs "$top/root-timer_simd" --out "$top/shards" -- /bin/timer_simd ::: 1 2 3 \
        >"$top/log" 2>&1 || fail "GNU parallel: $(cat "$top/log")"
else
    for i in 1 2 3; do
        explore shards timer_simd 0 --random 7 --shard $i/3 -j 1
    done
fi
"$trapline" explore --merge "$top/shards" >"$top/log" 2>&1 || fail "merge: $(cat "$top/log")"
says '^7 of 7 points hold$'
[ "$(points "$top"/shards/*.jsonl)" = "$(seq 1 7)" ] || fail "the shards do not make the whole"
rm "$top/shards/shard-2-of-3.jsonl"
"$trapline" explore --merge "$top/shards" >"$top/log" 2>&1
[ $? = 1 ] || fail "a shard is missing, and merge does not mind"
says '^5 of 7 points hold, 2 were not tried yet$'

# ---- a program that does not hold ----
root oversleep
explore late oversleep 1 --random 12 -j 2
says '^seed [0-9]+ fails: status; .* trapline replay '
says ' of 12 points hold, [0-9]+ fail$'
cp "$top/log" "$top/late.log"
for trace in "$top"/late/seed-*.tlt; do
    "$trapline" replay "$trace" >"$top/log" 2>&1
    [ $? = 0 ] || fail "a kept run does not replay: $(cat "$top/log")" "$trapline replay $trace"
done
seed=$(jq -r 'select(.failure == "status") | .seed' "$top/late/shard-1-of-1.jsonl" | head -n 1)
"$trapline" run --arch "$arch" --rootfs "$top/root-oversleep" --chaos "$seed" -- /bin/oversleep \
    >"$top/log" 2>&1 </dev/null && fail "with chaos $seed it does not fail in trapline run"
# One process finds the same as two, and ends where it is told to.
explore alone oversleep 1 --random 12 -j 1
diff <(points "$top/late/shard-1-of-1.jsonl") <(points "$top/alone/shard-1-of-1.jsonl") ||
    fail "one process and two try different points"
diff <(grep '^seed' "$top/late.log" | sed 's/;.*//' | sort) \
    <(grep '^seed' "$top/log" | sed 's/;.*//' | sort) || fail "one process and two find different points"
explore until oversleep 1 --random 1000 --until any -j 1
says 'were not tried yet$'
explore pattern oversleep 1 --random 12 --fail hang --console '^CHECK failed at line [0-9]+'
says '^seed [0-9]+ fails: console; '
# Results of another search are not mixed in.
explore late oversleep 2 --random 13
says 'is of another search, or of another kernel'

# ---- a kernel with a fault that the program does not see ----
zoo_build siginfo_padding "$(zoo_patch siginfo_padding)" "$top/zoo.elf" >"$top/log" 2>&1 ||
    fail "the faulty kernel does not build: $(tail -n 3 "$top/log")"
root fault_signals
explore leak fault_signals 0 --random 2 --kernel "$top/zoo.elf"
explore checked fault_signals 1 --random 2 --kernel "$top/zoo.elf" --fail check
says '^seed [0-9]+ fails: check; '
says '^0 of 2 points hold, 2 fail$'

# ---- what is wrong is said ----
explore bad timer_simd 2 --random 0
says '^trapline: --random wants a number from 1 to'
explore bad timer_simd 2 --random 3 --shard 4/3
says '^trapline: --shard wants I/N'
explore bad timer_simd 2 --random 3 --fail sadness
says "there is no failure 'sadness'"
explore bad timer_simd 2 --random 3 --chaos 1
says '^trapline: --chaos is what explore chooses'
echo '{"points":"many"}' >"$top/shards/shard-2-of-3.jsonl"
"$trapline" explore --merge "$top/shards" >"$top/log" 2>&1
[ $? = 4 ] || fail "damaged results are merged: $(cat "$top/log")"
rm -rf "${top:?}"/*
echo "$arch: PASS"
