#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# pair.sh TRAPLINE BUILD HERE WORK ARCH1 ARCH2 TIMES
#
# Two of Debian's Linux with a cable between them (--net listen:, connect:), each recorded: they ping
# each other and send files by TCP. Both print HERE/expected-pair; both recordings replay alone. With
# TIMES 2 they are made again, with one machine slowed down by the host, and are the same files.
set -uo pipefail
trapline=$1 build=$2 here=$3 work=$4 arch=("$5" "$6") times=$7

fail() {
    echo "FAIL: ${arch[*]}: $1"
    [ -z "${2:-}" ] || echo "  again: $2"
    exit 1
}

rm -rf "$work"
mkdir -p "$work"
cd "$work" || exit 1 # a socket's name is short
for end in 0 1; do
    guest=$build/guest/${arch[end]}
    mkdir -p "root-$end"/{bin,dev,proc,sys}
    cp "$guest/root/bin/busybox" "root-$end/bin/"
    cp -r "$guest/linux/root/modules" "root-$end/"
    cp "$here/init-pair" "root-$end/init"
    chmod +x "root-$end/init"
done

# record NAME END NET: one machine.
record() {
    local name=$1 end=$2 net=$3 console=ttyAMA0 kernel
    [ "${arch[end]}" = arm64 ] || console=ttyS0
    kernel=$(echo "$build/guest/${arch[end]}/linux/root"/boot/vmlinuz-*)
    "$trapline" record -o "$name-$end.tlt" --arch "${arch[end]}" --kernel "$kernel" \
        --rootfs "root-$end" --mem 256M --strict --seed 7 --chaos 3 --net "$net" \
        --append "console=$console quiet loglevel=0 end=$((end + 1))" \
        --limit 30000000000 --no-input >"$name-$end.out" 2>"$name-$end.err"
}

# both NAME [slowly]: the two machines at once; the one that connects may come first.
both() {
    local other status
    if [ $# = 2 ]; then
        (sleep 1; renice -n 19 -p $BASHPID >/dev/null; record "$1" 0 "listen:cable") &
    else
        record "$1" 0 "listen:cable" &
    fi
    other=$!
    record "$1" 1 "connect:cable"
    status=$?
    [ $status = 0 ] || kill $other 2>/dev/null
    wait $other && [ $status = 0 ]
}

both first || fail "a machine failed: $(tail -n 5 first-*.out first-*.err)"
sed 's/\r$//' first-0.out first-1.out | diff "$here/expected-pair" - || fail "they print something else"
for end in 0 1; do
    "$trapline" replay "first-$end.tlt" >log 2>&1 ||
        fail "machine $end: $(tail -n 5 log)" "$trapline replay $work/first-$end.tlt"
done
frames=$("$trapline" dump first-1.tlt --inputs | grep -c ' frame of .*52:54:00:12:34:56 to ')
[ "$frames" -gt 20 ] || fail "the trace of machine 1 has only $frames frames"
if [ "$times" = 1 ]; then
    rm -rf "$work"
    exit 0
fi
both second slowly || fail "a machine failed when run again: $(tail -n 5 second-*.err)"
for end in 0 1; do
    cmp "first-$end.tlt" "second-$end.tlt" || fail "machine $end is another one the second time" \
        "$trapline diff $work/first-$end.tlt $work/second-$end.tlt"
done
rm -rf "$work"
