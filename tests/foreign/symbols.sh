#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# symbols.sh BUILD: names for a kernel without any: from its unstripped file and from nm's map, both the
# same as the unstripped kernel's own; what is neither is refused.
set -uo pipefail
build=$1
work=$build/tests/foreign/symbols
kernel=$build/tests/foreign/arm64.elf
mkdir -p "$work"
echo "again by hand: bash tests/foreign/symbols.sh $*"

fail() {
    echo "FAIL: $1"
    exit 1
}

aarch64-linux-gnu-strip -o "$work/stripped.elf" "$kernel"
aarch64-linux-gnu-nm "$kernel" >"$work/map"
for name in "$kernel" "$work/stripped.elf"; do
    "$build/trapline" record -o "$work/$(basename "$name").tlt" --arch arm64 --kernel "$name" \
        --no-input >/dev/null 2>"$work/err" || fail "$(cat "$work/err")"
done
traps() {
    "$build/trapline" dump --traps "$@" || fail "dump $* ended with $?"
}
traps "$work/arm64.elf.tlt" >"$work/own"
grep -q kernel:exception_now "$work/own" || fail "the kernel's own names: $(cat "$work/own")"
traps "$work/stripped.elf.tlt" >"$work/none"
grep -q exception_now "$work/none" && fail "a stripped kernel has names"
for symbols in "$kernel" "$work/map" "$work/map,0"; do
    diff "$work/own" <(traps "$work/stripped.elf.tlt" --symbols "$symbols") ||
        fail "--symbols $symbols: the kernel's own are the first"
done
traps "$work/stripped.elf.tlt" --symbols "$work/map,0x1000" >"$work/moved"
grep -q exception_now "$work/moved" && fail "a kernel that was moved has the names of one that was not"
"$build/trapline" dump --traps "$work/stripped.elf.tlt" --symbols "$build/CMakeCache.txt" \
    2>"$work/err" && fail "a file that is no map is taken for one"
grep -q "neither a readable ELF file nor a map" "$work/err" || fail "$(cat "$work/err")"

# gdb has them too, with lines, from where the file is; and where the kernel stands if it was moved.
if command -v gdb-multiarch >/dev/null; then
    stand() {
        "$build/trapline" gdb "$work/stripped.elf.tlt" --at 470 --symbols "$kernel$1" -- -nx -batch \
            -ex 'bt 1' -ex 'info address exception_now' >"$work/gdb" 2>&1 || fail "gdb ended with $?"
    }
    stand ""
    grep -qE '^#0 .* at .*\.[cS]:[0-9]+' "$work/gdb" ||
        fail "gdb knows no line: $(cat "$work/gdb")"
    grep 'is a function at address' "$work/gdb" >"$work/here"
    stand ,0x10000000
    grep 'is a function at address' "$work/gdb" | cmp -s - "$work/here" &&
        fail "gdb has a kernel that was moved where it was linked"
fi

# Coverage by line of a kernel without lines, from its file with them.
lcov() {
    "$build/trapline" export --format lcov "$@" 2>"$work/err" || fail "export $* ended with $?: $(cat "$work/err")"
}
lcov "$work/arm64.elf.tlt" >"$work/own.info"
grep -q '^DA:[0-9]*,[1-9]' "$work/own.info" || fail "the kernel's own lines: $(head "$work/own.info")"
diff "$work/own.info" <(lcov "$work/stripped.elf.tlt" --symbols "$kernel") ||
    fail "coverage by --symbols: the kernel's own is the first"
lcov "$work/stripped.elf.tlt" --symbols "$kernel,0x10000000" >"$work/moved.info"
grep -q '^DA:[0-9]*,[1-9]' "$work/moved.info" && fail "a kernel that was moved has the coverage of one that was not"
"$build/trapline" export --format lcov "$work/stripped.elf.tlt" --symbols "$work/map" \
    >/dev/null 2>"$work/err" && fail "a map has lines"
grep -q "no DWARF line tables: .*--symbols" "$work/err" || fail "$(cat "$work/err")"
true
