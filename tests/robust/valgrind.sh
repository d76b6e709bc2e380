#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# valgrind.sh SOURCE BUILD WORK: memcheck finds no use of what is not there or not set, and no leak, in
# the tests of units that need no engine, and in the verbs on a small kernel of each CPU. (The tests of
# kernel code on the host have AddressSanitizer in them, always.)
set -uo pipefail
source=$1 build=$2 work=$3
rm -rf "$work" && mkdir -p "$work" && cd "$work" || exit 1
failed=0 count=0
memcheck() { # COMMAND...: with --smc-check, as the engine makes code
    local how=(--quiet --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite,indirect
        --smc-check=all-non-file --suppressions="$source/tests/robust/valgrind.supp")
    count=$((count + 1))
    valgrind "${how[@]}" "$@" >out 2>err </dev/null && return
    failed=$((failed + 1))
    grep '^==' err | head -n 30
    echo "FAIL: again: cd $work && valgrind ${how[*]} $*"
}

for test in "$build"/tests/test_{cpu_adversary,cpu_dev_*,cpu_*_devices,cpu_arm64_gic*,cpu_*_insn,loader_*} \
    "$build"/tests/test_sim_{cpio,textdiff}; do
    case $test in *loader_damage) continue ;; esac # minutes
    (cd "$build" && [ -x "$test" ]) || { echo "FAIL: there is no $test"; exit 1; }
    memcheck "$test"
done
for machine in arm64:arm64 x86_64:pvh; do
    arch=${machine%:*}
    memcheck "$build/trapline" record -o "$arch.tlt" --arch "$arch" --kernel "$build/tests/foreign/${machine#*:}.elf"
    for verb in replay check 'dump --traps' 'dump --json'; do
        # shellcheck disable=SC2086
        memcheck "$build/trapline" $verb "$arch.tlt"
    done
    memcheck "$build/trapline" diff "$arch.tlt" "$arch.tlt"
    memcheck "$build/trapline" report "$arch.tlt" -o "$arch.html"
done
echo "$count programs, $failed failed"
[ $failed = 0 ]
