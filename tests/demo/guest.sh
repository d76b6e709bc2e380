#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What the demo runs inside of the machine, by Debian's own busybox.

echo "pipes:   $(printf 'three\none\ntwo\n' | sort | tr '\n' ' ')"
(
    echo "fork:    a child of the shell"
    exit 3
)
echo "fork:    it ended with $?"
trap 'echo "signal:  USR1 reached its handler"' USR1
kill -USR1 $$
echo "faults:  vector stores to pages that are not there yet"
/bin/page-faults | tail -n 1
