#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_json.sh SOURCE BUILD WORK: what each verb prints with --json, against its schema.
set -uo pipefail
source=$1 build=$2 work=$3
here=$source/tests/json schema=$source/tools/schema
python3 -c 'import jsonschema' 2>/dev/null || { echo "SKIP: python3-jsonschema is not installed"; exit 77; }
rm -rf "$work" && mkdir -p "$work/root/bin" && cd "$work" || exit 1
bad=0 seen=
trapline=$build/trapline
valid() { # SCHEMA FILE
    seen+=" $1"
    python3 "$here/validate.py" "$schema/$1.schema.json" "$2" || bad=1
}
expect() { # EXIT CODE, then the command
    local want=$1 status=0
    shift
    "$@" || status=$?
    [ $status = "$want" ] || { echo "FAIL: $* ended with $status, not $want"; bad=1; }
}
arch=arm64
cp "$build/guest/$arch/tests/signal_nested" "$build/guest/$arch/tests/simd_memset" root/bin
machine=(--arch $arch --rootfs root --no-boot-cache)

expect 0 "$trapline" record -o a.tlt "${machine[@]}" --append ktrace=all --json -- /bin/signal_nested >out 2>record.json
valid run record.json
expect 5 "$trapline" run "${machine[@]}" --limit 50000 --json -- /bin/simd_memset 2>run.json
valid run run.json
expect 0 "$trapline" replay a.tlt --json >replay.json
valid replay replay.json
[ "$(jq .n record.json)" = "$(jq .n replay.json)" ] || { echo "FAIL: record and replay end elsewhere"; bad=1; }
expect 0 "$trapline" record -o b.tlt "${machine[@]}" --append ktrace=all --chaos 9 -- /bin/signal_nested >out
expect 3 "$trapline" diff a.tlt b.tlt --json >diff.json
valid diff diff.json
expect 3 "$trapline" bisect a.tlt b.tlt --json >bisect.json
valid bisect bisect.json
cp "$build/guest/$arch/explore/oversleep" root/bin
for seed in 1 2 3 4 5 6 7 8; do
    "$trapline" record -o late.tlt "${machine[@]}" --chaos $seed --no-input -- /bin/oversleep >out 2>&1 || break
done
expect 0 "$trapline" minimize late.tlt --test tests --json >minimize.json
valid minimize minimize.json
expect 1 "$trapline" minimize --again tests/late.tlt --json >again.json
valid minimize again.json
expect 0 "$trapline" record -o c.tlt --arch $arch --chaos 3 -- sh -c 'read x' <<<x >out
for part in '' --inputs --header; do
    expect 0 "$trapline" dump a.tlt $part --json >dump.json
    [ -z "$part" ] || expect 0 "$trapline" dump c.tlt $part --json >>dump.json
    [ ! -s dump.json ] || valid dump dump.json
done
expect 0 "$trapline" dump a.tlt --ktrace --json >all.json
head -n 2000 all.json >ktrace.json
valid dump ktrace.json
n=$("$trapline" dump a.tlt --signals --json | jq -s '[.[] | select(.event == "signal")][0].n')
expect 0 "$trapline" dump a.tlt --trap "$n" --json >trap.json
valid trap trap.json
expect 0 "$trapline" who a.tlt --at "$n" x0 --json >who.json
valid who who.json
make -s -f "$source/tests/kit/$arch/Makefile" kernel.elf || exit 1
expect 1 "$trapline" run --kernel kernel.elf --json 2>bug.json
valid run bug.json
"$trapline" record -o bug.tlt --kernel kernel.elf 2>/dev/null
expect 1 "$trapline" check bug.tlt --json >check.json
valid check check.json
grep -q '"where":"kernel:memory_fault+' check.json ||
    { echo "FAIL: the function of a kernel in the lower half has no name"; bad=1; }
expect 0 "$trapline" golden check "$source/traces/$arch" signal_nested --json >golden.json
valid golden golden.json
expect 0 "$trapline" contract --arch $arch --filter 'vm.m*' --json >contract.json
valid contract contract.json
expect 0 "$trapline" explore --random 2 -j 1 "${machine[@]:0:4}" --out found --json -- /bin/signal_nested >explore.json
valid explore explore.json
cat found/*.jsonl >shards.json
valid explore shards.json
find . -name '*.tlt' -delete

# Every verb that takes --json has a schema, and each schema was used.
for verb in $("$trapline" --help | awk '/^  trapline [a-z]/ { print $2 }'); do
    "$trapline" "$verb" --help | grep -- '^  --json' >/dev/null || continue
    [ "$verb" != record ] || verb=run
    [ -e "$schema/$verb.schema.json" ] || { echo "FAIL: $verb --json has no schema"; bad=1; }
done
for file in "$schema"/*; do
    name=$(basename "$file" .schema.json)
    [[ " $seen " = *" $name "* ]] || { echo "FAIL: $name was not tested"; bad=1; }
done
[ $bad = 0 ] && echo PASS
exit $bad
