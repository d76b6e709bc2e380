#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# zoo.sh SOURCE BUILD ARCH [FAULT...]
#
# The shipped kernel with exactly one fault at a time, for each line of faults.list with this CPU. An
# ordinary program is recorded on it; `trapline check` must report what the list says, by the
# instruction that it says; for the check stale, of a recording with the adversary. PROGRAM:SEED is a
# matter of luck: that chaos seed is tried first, then all to SEEDS_MAX, through that check alone.
# Prints a row for each: instructions from the trap to the culprit, seconds to the report, and
# whether the program itself noticed.
set -uo pipefail
source_dir=$(realpath "$1") build=$(realpath "$2") arch=$3
shift 3
here=$source_dir/tests/zoo
work=$build/zoo/$arch
trapline=$build/trapline
failed=0
SEEDS_MAX=40 LUCK_LIMIT=100000000
. "$here/build.sh"
zoo_init || exit 1

fail() {
    echo "FAIL: $arch $1: $2"
    [ -z "${3:-}" ] || echo "  again: $3"
    failed=1
}

program_path() {
    local path
    for path in "$build/guest/$arch/tests/$1" "$build/contracts/$arch/$1"; do
        [ -x "$path" ] && echo "$path" && return 0
    done
    return 1
}

record() { # KERNEL PROGRAM TRACE SEED LIMIT [OPTION]
    local root=$work/root-$2
    mkdir -p "$root/bin" "$root/tmp" "$root/proc" "$root/dev"
    cp "$(program_path "$2")" "$root/bin/" || return 1
    timeout 60 "$trapline" record -o "$3" --limit "$5" --arch "$arch" --kernel "$1" \
        --rootfs "$root" --chaos "$4" ${6:-} -- "/bin/$2" </dev/null >"$3.out" 2>&1
}

# The number of the first finding of this check and value, by this instruction, with the task that it
# happened to (race: the kernel may be idle); else nothing.
finding() { # REPORT CHECK VALUE CULPRIT FIRST
    awk -v head="^[0-9]+\\\\. ($2): ($3)( |\$)" -v by="$4" -v first="$5" -v check="$2" '
        /^[0-9]+\. / { found = $0 ~ head; number = $1 + 0; hit = "" }
        found && /^  trap / { trap = $2; named = check == "race" || /\(task [1-9]/ }
        found && named && /^  by / && $0 ~ by {
            hit = number " " ($2 ~ /^[0-9]+$/ ? $2 - trap : "-") " " $3
            if (first == "") { print hit; exit }
        }
        hit != "" && /^  after / && $0 ~ first { print hit; exit }
        ' "$1"
}

row() { # NAME CHECK INSNS SECONDS NOTICED WHERE
    printf '%-28s %-10s %8s %7s  %-4s %s\n' "$@"
}

# One of some seeds: SEED of a finding; nothing: none.
lucky_seed() { # NAME PROGRAM:SEED CHECK VALUE CULPRIT FIRST
    local trace=$work/$1/run.tlt seed
    for seed in "${2#*:}" $(seq 0 $SEEDS_MAX); do
        record "$work/$1/kernel.elf" "${2%:*}" "$trace" "$seed" $LUCK_LIMIT
        timeout 120 "$trapline" check "$trace" --only "$3" >"$trace.check" 2>&1
        [ -z "$(finding "$trace.check" "$3" "$4" "$5" "$6")" ] || {
            echo "$seed"
            return
        }
    done
}

by_check() { # NAME PROGRAM CHECK VALUE CULPRIT FIRST
    local name=$1 check=$3 start noticed=no status result option= limit=20000000 seed=0 only=
    local kernel=$work/$name/kernel.elf trace=$work/$name/run.tlt
    [ "$check" != stale ] || { option=--adversary limit=5000000; }
    case $2 in
    *:*)
        seed=$(lucky_seed "$@") limit=$LUCK_LIMIT only="--only $check"
        [ -n "$seed" ] || {
            fail "$name" "$check finds nothing with chaos 0 to $SEEDS_MAX"
            return
        }
        ;;
    esac
    record "$kernel" "${2%:*}" "$trace" "$seed" $limit $option || noticed=yes
    start=$EPOCHREALTIME
    timeout 120 "$trapline" check "$trace" $only --max 20 --junit "$trace.xml" --sarif "$trace.sarif" \
        >"$trace.check" 2>&1
    status=$?
    result=$(finding "$trace.check" "$check" "$4" "$5" "$6")
    if [ $status != 1 ] || [ -z "$result" ]; then
        fail "$name" "$check does not report $4 by $5: $(head -n 8 "$trace.check")" \
            "$trapline check $trace"
        return
    fi
    # The reports for machines say the same: a failed case, a result of that check.
    if ! grep -qE "<failure type=\"($check)\"" "$trace.xml" ||
        ! grep -qE "\"ruleId\": \"($check)\"" "$trace.sarif"; then
        fail "$name" "the JUnit or SARIF report lacks it" \
            "$trapline check $trace --junit $trace.xml --sarif $trace.sarif"
        return
    fi
    set -- $result
    [ -z "$only" ] || noticed="$noticed, chaos $seed"
    row "$name" "$check" "$2" \
        "$(awk "BEGIN { printf \"%.2f\", $EPOCHREALTIME - $start }")" "$noticed" "$3"
}

trim() {
    local text=$1
    text=${text#"${text%%[! ]*}"}
    echo "${text%"${text##*[! ]}"}"
}

row fault check insns seconds seen "the instruction is in"
while IFS='@' read -r name cpu program check value culprit first; do
    name=$(trim "$name") cpu=$(trim "$cpu") program=$(trim "$program") check=$(trim "$check")
    value=$(trim "$value") culprit=$(trim "$culprit") first=$(trim "$first")
    case $name in '#'* | '') continue ;; esac
    [ "$cpu" = "$arch" ] || [ "$cpu" = both ] || continue
    [ $# = 0 ] || case " $* " in *" $name "*) ;; *) continue ;; esac
    patch=$(zoo_patch "$name") || {
        fail "$name" "there is no patch for it"
        continue
    }
    rm -rf "${work:?}/$name"
    zoo_build "$name" "$patch" "$work/$name/kernel.elf" >"$work/build.log" 2>&1 || {
        fail "$name" "it does not build: $(tail -n 3 "$work/build.log")"
        continue
    }
    by_check "$name" "$program" "$check" "$value" "$culprit" "$first"
done <"$here/faults.list"
exit $failed
