#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tidy.sh SOURCE BUILD [deep]: clang reads all host code, tests too. Its warnings, with the options that
# the build has, and those of .clang-tidy are errors; `deep` adds its analyzer, which takes many minutes, for
# all but the tests: it does not know that cmocka's asserts end one.
set -uo pipefail
source=$1 build=$2
checks=(--checks=-clang-analyzer-*)
folders='cpu|loader|sim|tools|tests'
[ "${3:-}" != deep ] || { checks=() folders='cpu|loader|sim|tools'; }
cd "$source" || exit 1
mapfile -t files < <(sed -n 's/^ *"file": "\(.*\)",\{0,1\}$/\1/p' "$build/compile_commands.json" |
    grep -E "^$source/($folders)/.*\.c$" | sort -u)
[ ${#files[@]} -gt 200 ] || { echo "FAIL: $build/compile_commands.json lists ${#files[@]} files"; exit 1; }
if ! printf '%s\0' "${files[@]}" | xargs -0 -n 8 -P "$(nproc)" clang-tidy -p "$build" --quiet \
    "${checks[@]}" --extra-arg=-Wno-unknown-warning-option 2>"$build/tidy.err"; then
    grep -v 'warnings\? generated' "$build/tidy.err" | tail -n 20
    echo "again: clang-tidy -p $build --quiet ${checks[*]} FILE"
    exit 1
fi
echo "${#files[@]} files are clean"
