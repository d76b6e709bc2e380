#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# installed.sh SOURCE BUILD WORK: install to a folder of its own, move that, and build and run the
# foreign projects beside this file from what is there alone.
set -euo pipefail
source=$1 build=$2 work=$3
here=$source/tests/kit
rm -rf "$work" && mkdir -p "$work/package"
cmake --install "$build" --prefix "$work/first" >"$work/install.log"
mv "$work/first" "$work/prefix" # nothing installed may know where it was installed to
prefix=$work/prefix
lib=$(dirname "$(find "$prefix" -name libtrapline.so)")
export PKG_CONFIG_PATH=$lib/pkgconfig LD_LIBRARY_PATH=$lib
fail() { echo "$1"; exit 1; }

# What a system shows of it.
for file in man/man1/trapline.1 man/man1/trapline-record.1 man/man3/trapline-kit.3 man/man5/trapline-trace.5 \
    bash-completion/completions/trapline zsh/site-functions/_trapline doc/trapline/FORMAT.md \
    doc/trapline/TUTORIAL.md \
    trapline/schema/dump.schema.json; do
    [ -s "$prefix/share/$file" ] || fail "share/$file is not installed"
done

# Public names, and only those.
exported=$(nm -D --defined-only "$lib/libtrapline.so" | awk '$2 == "T" { print $3 }' | sort)
declared=$(awk '/^TRAPLINE_API/ { on = 1 } on { print } /;/ { on = 0 }' "$prefix/include/trapline/kit.h" |
    grep -oE '\btrapline_[a-z_]+\(' | tr -d '(' | sort)
[ "$(sed 's/@.*//' <<<"$exported")" = "$declared" ] ||
    fail "exported and declared differ: tools/library/libtrapline.map, sim/kit/kit.h"
# The list is what programs that are linked already rely on: a line may come, none may go.
diff "$source/tools/library/exported.txt" - <<<"$exported" ||
    fail "what is exported is not what tools/library/exported.txt lists (> exported, < listed)"
others=$(nm --defined-only -g "$lib/libtrapline.a" | awk 'NF == 3 { print $3 }' | grep -v '^trapline_' || true)
[ -z "$others" ] || fail "the archive defines names that are not ours to give: $others"

# A kernel: its bug is named, its repair passes, with both libraries and under the command line.
kernel() { # CPU VECTOR-REGISTERS, one of which the compiler takes
    mkdir -p "$work/$1" && cd "$work/$1"
    make -f "$here/$1/Makefile" all >make.log 2>&1 || { cat make.log; exit 1; }
    timeout 60 ./test_traps kernel-fixed.elf >fixed.log 2>&1 || { cat fixed.log; exit 1; }
    if timeout 60 ./test_traps kernel.elf >bug.log 2>&1; then fail "$1: the bug is not found"; fi
    grep -EA1 "^ +($2) +was 0x[0-9a-f]*[1-9a-f][0-9a-f]*$" bug.log |
        grep -q 'is  0x00000000000000000000000000000000' || { cat bug.log; exit 1; }
    grep -qE '^( 1 FAILED TEST|\[  FAILED  \] pagefault|.*FAILED.*: 1 test)' bug.log || { cat bug.log; exit 1; }
    again=$(sed -n '$s/^again: //p' bug.log)
    if (eval "$again") >again.log 2>&1; then fail "$1: '$again' passes"; fi
    grep -q 'Running 1 test' again.log && tail -n 1 again.log | grep -qxF "again: $again" ||
        { cat bug.log again.log; fail "$1: what a failing test prints last does not repeat it"; }
    if (eval "${again/TRAPLINE_TEST=/TRAPLINE_TEST=no}") >none.log 2>&1; then fail "$1: no test passes"; fi
    grep -q 'no test here has that name' none.log ||
        { cat none.log; fail "$1: TRAPLINE_TEST with the name of no test"; }
    timeout 60 "$prefix/bin/trapline" run --kernel kernel-fixed.elf || fail "$1: the repaired kernel fails"
    if timeout 60 "$prefix/bin/trapline" run --kernel kernel.elf 2>run.log; then
        fail "$1: the bug does not show in a run"
    fi
    # shellcheck disable=SC2046
    cc -o test_static "$here/$1/test_traps.c" -I"$prefix/include" "$lib/libtrapline.a" \
        $(pkg-config --libs cmocka) $(pkg-config --static --libs-only-l trapline | sed s/-ltrapline//)
    timeout 60 ./test_static kernel-fixed.elf >static.log 2>&1 || { cat static.log; exit 1; }
}
(kernel arm64 'v0|v31')
(kernel x86_64 xmm0)

# Nothing is written beside an installed program.
(
    mkdir -p "$work/golden/mine" && cd "$work/golden"
    printf '# arch: x86_64\n# program: simd_memset\n\n' >mine/stores.golden
    "$prefix/bin/trapline" golden update --programs "$build/guest/ARCH/tests" mine >golden.log 2>&1 ||
        { cat golden.log; fail "golden, installed"; }
    [ -s golden/x86_64-stores.tlt ] || fail "golden keeps no recording in its folder"
    [ "$(ls "$prefix/bin")" = trapline ] || fail "golden writes to $prefix/bin: $(ls "$prefix/bin")"
)

# The recipes for CI: their form, and the workflow's own steps on a copy of the kernel's folder.
if python3 -c 'import yaml' 2>/dev/null; then
    cp -r "$here/arm64" "$work/ci"
    (
        cd "$work/ci"
        python3 "$here/ci.py" "$here/ci/Containerfile" >/dev/null
        python3 "$here/ci.py" "$here/ci/trap-tests.yml" >steps.sh
        PATH=$prefix/bin:$PATH timeout 120 sh -x steps.sh >steps.log 2>&1 || { cat steps.log; exit 1; }
        for made in run.tlt check.xml found/shard-1-of-1.jsonl; do
            [ -s $made ] || { cat steps.log; fail "the workflow made no $made"; }
        done
    )
fi

# The CMake project.
(
    cd "$work/package"
    cmake -S "$here/package" -B . -DCMAKE_PREFIX_PATH="$prefix" >cmake.log && cmake --build . >>cmake.log ||
        { cat cmake.log; exit 1; }
    ctest --timeout 60 --output-on-failure
)
