#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tasks.sh TRAPLINE ARCH LINUX GUEST WORK: many programs begin at once under Debian's Linux, which may
# switch between them in the middle of execve; whichever comes out of it first is still told as the one
# that it is: what a process was made to echo is what it writes. On arm64 its C library reads ID registers,
# which Linux emulates.
set -uo pipefail
trapline=$1 arch=$2 linux=$3 guest=$4 work=$5

. "$(dirname "$0")/common.sh"
again="bash tests/linux/tasks.sh $*"

linux_runs <<'END'
some() {
    i=$1
    while [ $i -lt $(($1 + 10)) ]; do
        /bin/busybox echo a$i >/dev/null &
        i=$((i + 1))
    done
    wait
}
some 0 & some 10 & some 20 & some 30 &
wait
poweroff -f
END
# The children of the first process that wrote what they were not made to echo.
wrong='
    group_by(.process)[] | map(select(.name == "execve" or .name == "write")) |
    (map(select(.name == "execve").args[1]) | last) as $argv | (map(select(.name == "write").args[1]) | first) as $out |
    ($argv // "" | capture("^\\[\"/bin/busybox\", \"echo\", \"(?<word>a[0-9]+)\"\\]$").word) as $word |
    select($out != "\"" + $word + "\\n\"") | "\(.[0].process).: \($argv) writes \($out)"'
for seed in 1 2 3 4 5 6; do
    "$trapline" record -o "$work/$seed.tlt" --arch "$arch" --kernel "$kernel" --rootfs "$work/root" \
        --mem 256M --no-input --limit 20000000000 --chaos $seed \
        --append "console=$console quiet loglevel=0" >"$work/out" 2>&1 ||
        fail "seed $seed ended with $?: $(tail -n 3 "$work/out")"
    "$trapline" dump "$work/$seed.tlt" --syscalls --json | jq -c 'select(.n)' >"$work/calls" ||
        fail "dump of seed $seed"
    [ "$(jq -c 'select(.name == "execve" and (.args[1] | contains("\"echo\"")))' "$work/calls" | wc -l)" = 40 ] ||
        fail "seed $seed has not 40 programs that echo"
    got=$("$trapline" dump "$work/$seed.tlt" | grep ' starts at ' | grep -vc ', child of process ')
    [ "$got" = 1 ] || fail "seed $seed: $got processes have no parent, which the first one alone has not"
    got=$(jq -r -s "$wrong" "$work/calls") || fail "jq over seed $seed"
    [ -z "$got" ] || fail "seed $seed: $got"
done
rm -rf "$work"
