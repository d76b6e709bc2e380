#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# kaslr.sh TRAPLINE ARCH LINUX GUEST WORK
#
# Where Debian's Linux puts itself follows --seed: one seed gives one address, two seeds give two.
set -uo pipefail
trapline=$1 arch=$2 linux=$3 guest=$4 work=$5
. "$(dirname "$0")/common.sh"
again="bash tests/linux/kaslr.sh $*"

linux_runs <<'END'
grep ' _stext$' /proc/kallsyms
poweroff -f
END
text() {
    "$trapline" run --arch "$arch" --kernel "$kernel" --rootfs "$work/root" --mem 256M \
        --seed "$1" --append "console=$console quiet loglevel=0" --no-input --limit 20000000000 \
        2>>"$work/err" | tr -d '\r'
}
first=$(text 1) again=$(text 1) second=$(text 2)
echo "seed 1: $first; again: $again; seed 2: $second"
if [[ ! $first =~ ^[0-9a-f]{16}\ T\ _stext$ ]] || [ "$first" != "$again" ] ||
    [ "$first" = "$second" ]; then
    fail "$(tail -n 3 "$work/err")"
fi
rm -rf "$work"
