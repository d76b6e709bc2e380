#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# link.sh CC -o OUT WORD...
#
# Links twice: the second image holds a table of the functions of the first, for reports
# (report.c). The table stands behind the text, so no function is elsewhere in the second.
set -euo pipefail
cc=$1 out=$3
shift 3
work=$out.symbols
nm=${cc%gcc}nm
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"

# wrap.c has what these are instead.
for name in memcpy memmove memset copy_from_user copy_to_user strncpy_from_user context_switch; do
    set -- "$@" "-Wl,--wrap=$name"
done

# Standard input: addresses and names.
table() {
    awk '
        BEGIN { print ".section .rodata\n.balign 8\n.global kasan_symbols, kasan_symbols_end, kasan_names"
                print "kasan_symbols:" }
        { print ".long 0x" substr($1, 9) ", n" NR " - kasan_names"; name[NR] = $3 }
        END { print "kasan_symbols_end:\n.long 0, 0\nkasan_names:"
              for (i = 1; i <= NR; i++) print "n" i ": .asciz \"" name[i] "\""
              print ".section .note.GNU-stack, \"\", %progbits" }' >"$work/table.S"
    "$cc" -c "$work/table.S" -o "$work/table.o"
}

functions() {
    "$nm" -n "$1" | grep -E '^f{8}[0-9a-f]{8} [tT] [A-Za-z_][A-Za-z0-9_.]*$' || true
}

table </dev/null
"$cc" "$@" "$work/table.o" -o "$work/first.elf"
functions "$work/first.elf" >"$work/names"
table <"$work/names"
"$cc" "$@" "$work/table.o" -o "$out"
functions "$out" | cmp - "$work/names"
