#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# debian.sh TRAPLINE ARCH KERNEL DEBIAN HERE CASE PROGRAMS WORK SEEDS
#
# One case (HERE/cases/CASE) with Debian's programs on one CPU, for each chaos seed of SEEDS ("0", or
# a range as "1-20"):
#   - it prints HERE/expected/CASE.txt, which is what it prints on Linux (linux.sh proves that);
#   - its recording replays with every digest identical.
# A failure keeps its trace and prints the command that replays it.
set -uo pipefail
trapline=$1 arch=$2 kernel=$3 debian=$4 here=$5 case=$6 programs=$7 work=$8 seeds=$9

fail() {
    echo "FAIL: $arch $case: $1"
    [ -z "${2:-}" ] || echo "  again: $2"
    exit 1
}

rm -rf "$work"
mkdir -p "$work"
bash "$here/root.sh" "$arch" "$debian" "$here/cases/$case" "$programs" "$work/root" ||
    fail "its root folder could not be made"
mem=$(sed -n 's/^# mem: *//p' "$here/cases/$case")
machine=(--arch "$arch" --kernel "$kernel" --rootfs "$work/root" --mem "${mem:-128M}")

for ((seed = ${seeds%-*}; seed <= ${seeds#*-}; seed++)); do
    name=$work/chaos-$seed
    again="$trapline run ${machine[*]} --chaos $seed -- /case"
    "$trapline" record -o "$name.tlt" "${machine[@]}" --chaos "$seed" -- /case \
        </dev/null >"$name.out" 2>"$name.err" ||
        fail "with chaos $seed it ended with $?: $(tail -n 5 "$name.out" "$name.err")" "$again"
    sed -i 's/\r$//' "$name.out" # the guest's terminal ends lines with CR LF
    diff "$here/expected/$case.txt" "$name.out" >"$name.diff" ||
        fail "with chaos $seed it prints something else than on Linux: $(head -n 20 "$name.diff")" \
            "$again"
    if [ "${TRAPLINE_SHOW:-}" ]; then
        cat "$name.err"
    fi
    "$trapline" replay "$name.tlt" >"$name.log" 2>&1 ||
        fail "the replay with chaos $seed ended with $?: $(tail -n 5 "$name.log")" \
            "$trapline replay $name.tlt"
    grep -h 'replayed' "$name.log"
    rm -f "$name".*
done
rm -rf "$work"
