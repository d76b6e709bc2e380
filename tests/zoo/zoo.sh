#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# zoo.sh SOURCE BUILD ARCH [FAULT...]
#
# The shipped kernel with exactly one fault, for each line of faults.list: the patch is applied
# to a copy of the one file that it changes, that is compiled by the build's own command and
# linked with the objects of the sound kernel. An ordinary program is recorded on it; `trapline
# check` must report what the list says, and nothing at all on the sound kernel. Prints a row
# for each fault: whether the program itself noticed, instructions from the trap to the culprit,
# seconds to the report.
set -uo pipefail
source_dir=$1 build=$2 arch=$3
shift 3
here=$source_dir/tests/zoo
work=$build/zoo/$arch
trapline=$build/trapline
sound=$build/kernel/kernel-$arch.elf
failed=0

mkdir -p "$work"
# Commands of the build, by the file that they make.
(cd "$build" && ninja -t commands "kernel/kernel-$arch.elf") >"$work/commands" || exit 1
link=$(tail -n 1 "$work/commands")

fail() {
    echo "FAIL: $arch $1: $2"
    [ -z "${3:-}" ] || echo "  again: $3"
    failed=1
}

# The kernel with the fault: build_fault NAME PATCH OUT
build_fault() {
    local name=$1 patch=$2 out=$3 file object command
    file=$(sed -n 's#^+++ b/\([^\t]*\).*#\1#p' "$patch")
    mkdir -p "$work/$name/$(dirname "$file")"
    cp "$source_dir/$file" "$work/$name/$file"
    patch -s -p1 -d "$work/$name" <"$patch" || return 1
    object=$build/kernel/$arch/$file.o
    command=$(grep -F -- " -o $object" "$work/commands" | tail -n 1)
    [ -n "$command" ] || return 1
    # The copy in place of the file, and an object of its own.
    command=${command//-c $source_dir\/$file/-c $work/$name/$file}
    command=${command//$object/$work/$name/patched.o}
    (cd "$build" && eval "$command") || return 1
    command=${link//$object/$work/$name/patched.o}
    command=${command//-o $sound/-o $out}
    (cd "$build" && eval "$command")
}

record() { # KERNEL PROGRAM TRACE
    local root=$work/root-$2
    mkdir -p "$root/bin"
    cp "$build/guest/$arch/tests/$2" "$root/bin/"
    timeout 120 "$trapline" record -o "$3" --arch "$arch" --kernel "$1" --rootfs "$root" \
        -- "/bin/$2" </dev/null >"$3.out" 2>&1
}

check_fault() {
    local name=$1 program=$2 check=$3 values=$4 story=$5 start noticed=no
    local kernel=$work/$name/kernel.elf trace=$work/$name/run.tlt
    rm -rf "${work:?}/$name"
    build_fault "$name" "$here/faults/$name.$arch.patch" "$kernel" >"$work/build.log" 2>&1 || {
        fail "$name" "it does not build: $(tail -n 3 "$work/build.log")"
        return
    }
    record "$kernel" "$program" "$trace" || noticed=yes
    start=$EPOCHREALTIME
    timeout 300 "$trapline" check "$trace" --max 5 --junit "$trace.xml" --sarif "$trace.sarif" \
        >"$trace.check" 2>&1
    if [ $? != 1 ] ||
        ! grep -qE "^[0-9]+\. ${check/any/(context|sigframe)}: (${values//,/|}) " \
            "$trace.check"; then
        fail "$name" "$check does not report $values: $(head -n 8 "$trace.check")" \
            "$trapline check $trace"
        return
    fi
    # The reports for machines say the same: a failed case, a result of that check.
    if ! grep -qE "<failure type=\"${check/any/(context|sigframe)}\"" "$trace.xml" ||
        ! grep -qE "\"ruleId\": \"${check/any/(context|sigframe)}\"" "$trace.sarif"; then
        fail "$name" "the JUnit or SARIF report lacks it" \
            "$trapline check $trace --junit $trace.xml --sarif $trace.sarif"
        return
    fi
    awk -v name="$name" -v noticed="$noticed" -v check="$check" \
        -v seconds="$(awk "BEGIN {print $EPOCHREALTIME - $start}")" '
        / trap +[0-9]/ && !trap { trap = $2 }
        / by +[0-9]/ && !by { by = $2; where = $3 }
        END { printf "%-30s %-9s %8s %7.2f  %-4s %s\n", name, check, by ? by - trap : "-", seconds,
              noticed, where }' "$trace.check"
}

printf '%-30s %-9s %8s %7s  %-4s %s\n' fault check insns seconds seen "the instruction is in"
while IFS='|' read -r name program check arm64 x86_64 story; do
    name=${name// /} program=${program// /} check=${check// /}
    case $name in '#'* | '') continue ;; esac
    [ $# = 0 ] || case " $* " in *" $name "*) ;; *) continue ;; esac
    values=${!arch}
    values=${values// /}
    [ "$values" = - ] || check_fault "$name" "$program" "$check" "$values" "$story"
done <"$here/faults.list"
exit $failed
