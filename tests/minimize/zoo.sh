#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# zoo.sh SOURCE BUILD ARCH WORK [FAULT...]
#
# The zoo's races and interrupt faults (zoo.list): found by explore with no hint but the program, made
# minimal, and located. Prints a row of the table in tests/zoo/README.md for each.
set -uo pipefail
source_dir=$(realpath "$1") build=$(realpath "$2") arch=$3
mkdir -p "$4"
top=$(realpath "$4")
shift 4
here=$source_dir/tests/zoo work=$top/zoo
trapline=$build/trapline
failed=0
. "$here/build.sh"
zoo_init || exit 1
cd "$top" || exit 1

fail() {
    echo "FAIL: $arch $1: $2"
    [ -z "${3:-}" ] || echo "  again: cd $top && $3"
    failed=1
}

trim() {
    local text=$1
    text=${text#"${text%%[! ]*}"}
    echo "${text%"${text##*[! ]}"}"
}

# A run that hangs is over here: none of the programs takes a tenth of it.
limit=60000000

TIMEFORMAT=%U # processor time: what runs beside this test does not count

search() { # NAME PROGRAM WHERE KINDS LOCATED
    local name=$1 program=$2 trace tried command from
    mkdir -p "root-$program/bin" "root-$program/tmp"
    for from in tests explore; do
        [ -e "$build/guest/$arch/$from/$program" ] &&
            cp "$build/guest/$arch/$from/$program" "root-$program/bin/"
    done
    rm -rf "found-$name"
    command="$trapline explore --every --at ${3// / --at } --inject $4 --until any --keep 1 --limit $limit"
    command+=" --arch $arch --kernel $name.elf --rootfs root-$program --out found-$name -- /bin/$program"
    { time $command >log 2>&1 </dev/null; } 2>searched
    [ $? = 1 ] && trace=$(ls "found-$name"/*.tlt 2>/dev/null | head -n 1) && [ -n "$trace" ] || {
        fail "$name" "explore finds nothing: $(tail -n 2 log)" "$command"
        return
    }
    tried=$(sed -n 's/^\([0-9]*\) of [0-9]* points hold, \([0-9]*\) fail.*/\1 \2/p' log |
        awk '{ print $1 + $2 }')
    { time "$trapline" minimize "$trace" -o "$name.tlt" --limit $limit --json >json 2>log; } 2>minimized || {
        fail "$name" "it is not made minimal: $(tail -n 2 log)" \
            "$trapline minimize $trace --limit $limit"
        return
    }
    "$trapline" dump --summary "$name.tlt" >summary
    [ "$(jq .events json)" -le 2 ] || fail "$name" "$(jq .events json) events are left"
    grep -qE "$5" summary || fail "$name" "its summary does not say '$5'" "$trapline dump --summary $name.tlt"
    "$trapline" replay "$name.tlt" >log 2>&1 || fail "$name" "it does not replay: $(tail -n 1 log)"
    "$trapline" minimize --again "$name.tlt" --kernel "$sound" >log 2>&1 ||
        fail "$name" "the sound kernel does not hold: $(tail -n 1 log)" \
            "$trapline minimize --again $name.tlt --kernel $sound"
    printf '| %s | %s | %s | %s | %s | %s | %s | %s KiB | %s |\n' "$name" "$arch" "$program" "$tried" \
        "$(<searched)" "$(<minimized)" "$(jq .events json)" $(($(stat -c %s "$name.tlt") / 1024)) \
        "$(sed -n 's/^ *before \([^ ]*\).*/`\1`/p' summary | head -n 1)"
}

while IFS='@' read -r name cpu program where kinds located; do
    name=$(trim "$name") cpu=$(trim "$cpu")
    case $name in '#'* | '') continue ;; esac
    [ "$cpu" = "$arch" ] || [ "$cpu" = both ] || continue
    [ $# = 0 ] || case " $* " in *" $name "*) ;; *) continue ;; esac
    zoo_build "$name" "$(zoo_patch "$name")" "$top/$name.elf" >log 2>&1 || {
        fail "$name" "it does not build: $(tail -n 3 log)"
        continue
    }
    search "$name" "$(trim "$program")" "$(trim "$where")" "$(trim "$kinds")" "$(trim "$located")"
done <"$source_dir/tests/minimize/zoo.list"
exit $failed
