#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# explore.sh SOURCE BUILD ARCH [NAME...]
#
# The zoo's races and interrupt faults, found by explore --every with no hint but the program: each of them
# lets it pass undisturbed, and at one event it fails. A line for each: points tried until then,
# seconds, KiB of the trace with its images, the event and where. The sound kernel holds at the same points (explore.every).
set -uo pipefail
source_dir=$(realpath "$1") build=$(realpath "$2") arch=$3
shift 3
here=$source_dir/tests/zoo work=$build/tests/zoo/explore-$arch
trapline=$build/trapline
. "$here/build.sh"
zoo_init || exit 1
failed=0

find_one() { # NAME PROGRAM KINDS
    local name=$1 program=$2 kinds=$3 patch out=$work/$1 root=$work/root-$2 from start end
    patch=$(zoo_patch "$name") || return 0
    rm -rf "$out"
    zoo_build "$name" "$patch" "$work/$name.elf" >"$work/log" 2>&1 ||
        { echo "FAIL: $arch: $name does not build: $(tail -n 1 "$work/log")"; return 1; }
    mkdir -p "$root/bin" "$root/tmp"
    for from in tests explore; do
        [ -e "$build/guest/$arch/$from/$program" ] && cp "$build/guest/$arch/$from/$program" "$root/bin/"
    done
    local command=("$trapline" explore --every --at trap-paths --at "user:$program" --inject "$kinds"
        --until any --keep 1 -j 1 --arch "$arch" --kernel "$work/$name.elf" --rootfs "$root"
        --out "$out" -- "/bin/$program")
    start=$(date +%s.%N)
    timeout 300 "${command[@]}" >"$work/log" 2>&1 </dev/null
    local status=$?
    end=$(date +%s.%N)
    local first tried trace
    first=$(grep -m 1 ' fails: ' "$work/log")
    if [ $status != 1 ] || [ -z "$first" ]; then
        echo "FAIL: $arch: $name is not found: $(tail -n 1 "$work/log")"
        echo "  again: ${command[*]}"
        return 1
    fi
    tried=$(grep -c '"failure"' "$out"/shard-1-of-1.jsonl)
    trace=$(ls "$out"/*.tlt | head -n 1)
    "$trapline" replay "$trace" >"$work/log" 2>&1 || { echo "FAIL: $arch: $trace does not replay"; return 1; }
    printf '| %s | %s | %d | %.1f | %d | %s |\n' "$name" "$program" "$tried" \
        "$(awk "BEGIN { print $end - $start }")" "$(($(stat -c %s "$trace") / 1024))" \
        "$(sed -E 's/ at instruction [0-9]+,/:/; s/; .*//; s/, fails//' <<<"$first")"
}

# NAME PROGRAM KINDS
while read -r name program kinds; do
    case $name in '#'* | '') continue ;; esac
    [ $# = 0 ] || [[ " $* " = *" $name "* ]] || continue
    find_one "$name" "$program" "$kinds" || failed=1
done <"$here/explore.list"
exit $failed
