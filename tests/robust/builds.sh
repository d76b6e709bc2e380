#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# builds.sh SOURCE BUILD WORK: a trace does not depend on what built the simulator, nor on which
# libunicorn is in it. gcc and clang, from -O0 to -O2, with the libunicorn of BUILD and the one that is to
# come (./dev unicorn-next), by its own headers and put under a program that was built for
# BUILD's: each records the same runs to the same files, byte for byte, and replays what BUILD
# recorded. The tests of the CPUs and the golden traces pass with the engine that is to come. All on
# both CPUs, with the kernels and guests of BUILD.
set -uo pipefail
source=$1 build=$2 work=$3
failed=0

fail() {
    failed=$((failed + 1))
    echo "FAIL: $1"
}

rm -rf "$work/out"
mkdir -p "$work/out"
export TRAPLINE_BOOT_CACHE=off
next=$(bash "$source/dev" unicorn-next 2>"$work/out/next.log") || { cat "$work/out/next.log"; next=; }

# simulator NAME COMPILER FLAGS [CMAKE ARGUMENTS]: a build in $work/NAME of the program alone
simulator() {
    local name=$1 compiler=$2 flags=$3
    shift 3
    cmake -S "$source" -B "$work/$name" -G Ninja -DCMAKE_BUILD_TYPE=None -DCMAKE_C_COMPILER="$compiler" \
        -DCMAKE_C_FLAGS="$flags" -DTRAPLINE_GUEST_DIR="$build/guest" "$@" >"$work/out/$name.log" 2>&1 &&
        cmake --build "$work/$name" -j 2 --target trapline >>"$work/out/$name.log" 2>&1 ||
        { tail -n 20 "$work/out/$name.log"; fail "$name does not build"; return; }
    made+=("$name")
    program[$name]=$work/$name/trapline
}

made=()
declare -A program=()
simulator gcc-O0 gcc -O0
simulator gcc-O1 gcc -O1
simulator clang-O2 clang -O2
if [ -n "$next" ]; then
    version=$(sed -n 's/^Version: //p' "$next"/lib/*/pkgconfig/unicorn.pc)
    simulator next-gcc-O2 gcc "-O2 -g" -DTRAPLINE_UNICORN_DIR="$next"
    simulator shared-gcc-O2 gcc "-O2 -g" -DTRAPLINE_ARCHIVES=OFF
    swapped=$work/shared-gcc-O2/on-next # the same program
    printf '#!/bin/sh\nLD_LIBRARY_PATH=%s exec %s "$@"\n' "$(dirname "$next"/lib/*/libunicorn.so.2)" \
        "$work/shared-gcc-O2/trapline" >"$swapped" && chmod +x "$swapped"
    LD_LIBRARY_PATH=$(dirname "$next"/lib/*/libunicorn.so.2) ldd "$work/shared-gcc-O2/trapline" |
        grep "unicorn.* => $next" >/dev/null ||
        fail "shared-gcc-O2 takes no other libunicorn"
    made+=(shared-on-next)
    program[shared-on-next]=$swapped
fi

# The runs: `run NAME TRACE OPTIONS` for each of one CPU.
runs() { # CPU COMMAND...
    local arch=$1 name seed
    shift
    for name in fault_signals fork_cow signal_nested simd_memset thread_churn timer_simd; do
        "$@" "$arch-$name" --rootfs "$work/out/$arch" --chaos 7 -- "/bin/$name"
    done
    for seed in 1 2 3; do
        "$@" "$arch-mix-$seed" --rootfs "$work/out/$arch" --seed $seed --chaos $seed -- /bin/mix $seed 6
    done
    "$@" "$arch-calls" --rootfs "$work/out/$arch" --seed 4 --adversary -- /bin/calls 4 4
    "$@" "$arch-shell" --rootfs "$build/guest/$arch/rootfs" -- sh -c 'ls -l /bin | sort | md5sum; ps; cat /proc/self/maps'
}

record() { # TRAPLINE CPU FOLDER NAME OPTIONS..
    local trapline=$1 arch=$2 folder=$3 name=$4
    shift 4
    "$trapline" record -o "$folder/$name.tlt" --arch "$arch" --kernel "$build/kernel/kernel-$arch.elf" \
        --limit 2000000000 "$@" </dev/null >"$folder/$name.out" 2>&1
    echo "ended with $?" >>"$folder/$name.out"
}

compare() { # BUILD'S NAME, CPU, FOLDER, NAME OPTIONS..
    local name=$1 arch=$2 folder=$3 run=$4
    shift 3
    record "${program[$name]}" "$arch" "$folder" "$@"
    cmp "$work/out/here/$run.tlt" "$folder/$run.tlt" ||
        fail "$name, $run: another trace; $build/trapline diff $work/out/here/$run.tlt $folder/$run.tlt"
    diff "$work/out/here/$run.out" "$folder/$run.out" || fail "$name, $run: another output"
    "${program[$name]}" replay "$work/out/here/$run.tlt" >"$folder/$run.log" 2>&1 ||
        fail "$name, $run: $(tail -n 3 "$folder/$run.log"); ${program[$name]} replay $work/out/here/$run.tlt"
}

mkdir -p "$work/out/here"
for arch in arm64 x86_64; do
    mkdir -p "$work/out/$arch"/{bin,tmp,dev,proc}
    cp "$build/guest/$arch/tests"/* "$build/guest/$arch/robust"/* "$work/out/$arch/bin"
    runs $arch record "$build/trapline" $arch "$work/out/here"
    for name in "${made[@]}"; do
        mkdir -p "$work/out/$name"
        runs $arch compare "$name" $arch "$work/out/$name"
    done
    count=$(ls "$work/out/here" | grep -c "^$arch.*tlt$")
    echo "$arch: $count runs, the same in ${made[*]}"
done

# What must be so with the engine that is to come.
if [ -n "$next" ] && [[ " ${made[*]} " = *" next-gcc-O2 "* ]]; then
    mapfile -t tests < <(ninja -C "$work/next-gcc-O2" -t targets all | sed -n 's/^\(test_cpu_[^:]*\): phony$/\1/p')
    cmake --build "$work/next-gcc-O2" -j 2 --target "${tests[@]}" >>"$work/out/next-gcc-O2.log" 2>&1 ||
        { tail -n 20 "$work/out/next-gcc-O2.log"; fail "the CPUs' tests do not build"; }
    (cd "$work/next-gcc-O2" && ctest -R '^cpu[._]' --output-on-failure >"$work/out/ctest.log" 2>&1) ||
        { tail -n 40 "$work/out/ctest.log"; fail "libunicorn $version: the CPUs' tests; cd $work/next-gcc-O2 && ctest -R '^cpu[._]'"; }
    grep -q "tests passed, 0 tests failed out of ${#tests[@]}$" "$work/out/ctest.log" ||
        fail "not all ${#tests[@]} tests of the CPUs ran"
    for arch in arm64 x86_64; do
        "$work/next-gcc-O2/trapline" golden check --programs "$build/guest/ARCH/tests" --keep "$work/out/golden" \
            --kernel "$build/kernel/kernel-$arch.elf" "$source/traces/$arch" || fail "libunicorn $version: golden traces"
    done
    echo "libunicorn $version: ${#tests[@]} tests of the CPUs, golden traces of both"
fi
[ $failed = 0 ] || { echo "$failed failed"; exit 1; }
[ -n "$next" ] || { echo "SKIP: no other libunicorn; gcc and clang agree"; exit 77; }
rm -rf "$work/out"
echo PASS
