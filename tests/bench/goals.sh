#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# goals.sh BUILD ARCH ROW: measures one row of the benchmark; fails where a goal is missed.
set -uo pipefail
out=$("$1/tests/bench-run" "$1" --only "$3" --rounds 3 "$2") || exit 1
echo "$out"
if grep -q ' MISSED' <<<"$out"; then
    echo "again: $1/tests/bench-run $1 --only $3 $2"
    exit 1
fi
