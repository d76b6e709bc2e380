#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_banned_calls.sh ROOT: sim/, cpu/ and loader/ ask the host for time, randomness, environment
# and input in the gateway only (sim/host.h), so that nothing of the host reaches a guest unrecorded.

set -euo pipefail
cd "$1"
gateway='sim/host*.c'
# Signals that end a run, and the environment of whoever's test it is: none of it is a machine's.
others=(! -path cpu/engine_guard.c ! -path sim/kit/test.h)
banned='time|gettimeofday|clock_gettime|clock_getres|clock|timespec_get|times|getrusage'
banned+='|rand|rand_r|random|srand|srandom|drand48|lrand48|getrandom|getentropy|arc4random'
banned+='|getenv|secure_getenv|getpid|gettid|gethostname|uname|sysconf|getauxval'
banned+='|isatty|poll|ppoll|select|epoll_wait|getchar|getline|fgets|scanf|nanosleep|usleep|sleep'
banned+='|signal|sigaction|alarm|setitimer'

# The sources with strings and comments blanked, each line with its place.
code=$(find sim cpu loader -name '*.[ch]' ! -path "$gateway" "${others[@]}" | sort | while read -r file; do
    sed -E 's/"([^"\\]|\\.)*"/""/g; s:/\*[^*]*\*/: :g; s:^ *(/\*|\*).*$::; s:/\*.*$::; s://.*$::' "$file" |
        awk -v file="$file" 'NF { print file ":" NR ": " $0 }'
done)
found=$(grep -E "[^A-Za-z0-9_.>]($banned|rdtsc|__rdtsc|__builtin_ia32_rd[a-z]*) ?\(" <<<"$code" || true)
globals=$(grep -E '^[^:]+\.c:[0-9]+: (static )?(volatile )?(unsigned |struct )?[a-z_0-9]+ \**[a-z_0-9]+(\[[^]]*\])?( = [^(]*)?;$' <<<"$code" |
    grep -vE '\b(const|typedef|extern|return|goto)\b' || true)

status=0
if [ -n "$found" ]; then
    echo "$found"
    echo "These ask the host. Move the call to $gateway and let what it gives pass through sim/inputs.h,"
    echo "so that it is recorded; or, where it is only a name that looks like one, rename it."
    status=1
fi
if [ -n "$globals" ]; then
    echo "$globals"
    echo "These look like variables of a whole process. Put them into struct sim, struct cpu or what"
    echo "hangs off them, so that two machines can run side by side."
    status=1
fi
exit $status
