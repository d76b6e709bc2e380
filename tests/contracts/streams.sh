#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# streams.sh TRAPLINE TABLE TRACES WORK AREA - the system calls of each contract test of an area, on
# arm64 and on x86_64, are the same.
#
# Takes the recordings that `trapline contract --record TRACES` of both CPUs left, dumps their
# system calls into WORK, and compares, task by task, names and results: addresses and large
# numbers count as equal. TABLE explains each difference that is by design, one a line.
# Recordings that need no second look are removed.
#
#   rename NAME ARM64-NAME   why    the call of x86_64 whose work another one does on arm64
#   drop   NAME              why    a call that only one CPU has or needs
#   test   AREA.BEHAVIOUR    why    a test whose streams differ; it must differ, else this fails

set -euo pipefail
trapline=$1 table=$2 traces=$3 work=$4 area=$5
rm -rf "$work"
mkdir -p "$work"

# Lines "task name = result", sorted by task and, within one, as they happened.
stream()
{
    "$trapline" dump --syscalls "$1" | awk -v table="$table" '
        BEGIN {
            while ((getline line < table) > 0) {
                split(line, f, /[ \t]+/)
                if (f[1] == "rename") rename[f[2]] = f[3]
                if (f[1] == "drop") drop[f[2]] = 1
            }
        }
        NR > 1 && $4 ~ /\(/ {
            name = $4
            sub(/\(.*/, "", name)
            if (name in drop) next
            if (name in rename) name = rename[name]
            result = "?"
            if (match($0, / = [^=]*$/)) result = substr($0, RSTART + 3)
            if (result ~ /^0x/ || (result ~ /^[0-9]+$/ && result + 0 > 4096)) result = "large"
            print $3, name, "=", result
        }' | sort -s -k1,1
}

status=0 count=0
for trace in "$traces"/x86_64."$area".*.tlt; do
    [ -e "$trace" ] || break
    name=${trace##*/x86_64.}
    name=${name%.tlt}
    count=$((count + 1))
    listed=$(awk -v n="$name" '$1 == "test" && $2 == n' "$table")
    stream "$trace" >"$work/$name.x86_64.txt"
    stream "$traces/arm64.$name.tlt" >"$work/$name.arm64.txt"
    if cmp -s "$work/$name.arm64.txt" "$work/$name.x86_64.txt"; then
        if [ -n "$listed" ]; then
            echo "$name: the streams are the same; take it out of $table"
            status=1
            continue
        fi
    elif [ -z "$listed" ]; then
        echo "$name: the streams differ (arm64, x86_64):"
        diff "$work/$name.arm64.txt" "$work/$name.x86_64.txt" | head -n 12 || true
        status=1
        continue
    fi
    rm -f "$trace" "$traces/arm64.$name.tlt"
done
echo "$area: $count tests"
if [ $count = 0 ]; then
    echo "there are no recordings of $area in $traces"
    status=1
fi
exit $status
