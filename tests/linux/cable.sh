#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# cable.sh TRAPLINE WORK: the cable between two machines where nothing is sent: who waits for whom, and
# how a machine sees that the other is gone.
set -uo pipefail
trapline=$1 work=$2

fail() {
    echo "FAIL: $1"
    echo "  again: bash tests/linux/cable.sh $trapline $work"
    exit 1
}

rm -rf "$work"
mkdir -p "$work"
cd "$work" || exit 1

# machine NAME ARCH NET COMMAND
machine() {
    "$trapline" record -o "$1.tlt" --arch "$2" --net "$3" --no-input --limit 30000000000 \
        -- sh -c "$4" >"$1.out" 2>"$1.err"
}

# One sleeps longer than the other, which ends first.
machine long arm64 connect:cable 'sleep 2; echo long' &
machine short x86_64 listen:cable 'sleep 1; echo short' || fail "short: $(cat short.err)"
wait $! || fail "long: $(cat long.err)"
[ "$(cat long.out short.out | tr -d "\r")" = $'long\nshort' ] || fail "they print: $(cat ./*.out)"
for name in long short; do
    "$trapline" replay $name.tlt >log 2>&1 || fail "$name does not replay: $(cat log)"
done
[ ! -e cable ] || fail "the socket is left behind"

# Both wait for a key that never comes: both end, and say so.
machine a arm64 listen:cable 'read key' &
machine b arm64 connect:cable 'sleep 1; read key'
[ $? = 1 ] || fail "b ended well"
wait $!
[ $? = 1 ] || fail "a ended well"
for name in a b; do
    grep -q 'waits for input' $name.err || fail "$name says: $(cat $name.err)"
    "$trapline" replay $name.tlt >log 2>&1 || fail "$name does not replay: $(cat log)"
done

# The other is killed, at the limit, or never there.
machine alone arm64 listen:cable 'sleep 1000; echo alone' &
"$trapline" run --arch arm64 --net connect:cable --limit 20000000 --no-input >/dev/null 2>log -- \
    sh -c 'while :; do :; done'
[ $? = 5 ] || fail "the limit is not the end: $(cat log)"
wait $! || fail "alone: $(cat alone.err)"
"$trapline" run --arch arm64 --net connect:cable --no-input -- sh -c 'while :; do :; done' \
    >/dev/null 2>&1 &
other=$!
machine alone arm64 listen:cable 'echo begin; sleep 1; echo alone' &
while kill -0 $! 2>/dev/null && ! grep -q begin alone.out; do # the two are connected then
    sleep 0.1
done
kill -9 $other
wait $!  || fail "alone: $(cat alone.err)"
wait $other 2>/dev/null
"$trapline" replay alone.tlt >log 2>&1 || fail "alone does not replay: $(cat log)"
for seconds in 1 30; do # the first may come before it waits
    timeout -s INT $seconds "$trapline" run --net connect:nobody -- true >/dev/null 2>log
    grep -q 'no machine listens at nobody' log && break
done
grep -q 'no machine listens at nobody' log || fail "Ctrl-C while it waits says: $(cat log)"

# refused STATUS WORDS ARGS: in one sentence.
refused() {
    local want=$1 words=$2 got
    shift 2
    "$trapline" "$@" >/dev/null 2>log </dev/null
    got=$?
    [ $got = "$want" ] && [ "$(wc -l <log)" = 1 ] && grep -q "$words" log ||
        fail "$*: exit $got, $(cat log)"
}
touch taken
refused 1 'taken is there already' run --net listen:taken -- true
refused 1 'too long a name' run --net "listen:$(printf 'x%.0s' {1..200})" -- true
refused 2 'belongs to run and record' explore --random 1 --net listen:x -- true
refused 2 'wants script:FILE, listen:PATH or connect:PATH' run --net tap0 -- true
refused 2 'name of a socket' run --net listen: -- true
rm -rf "$work"
