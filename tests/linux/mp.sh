#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# mp.sh TRAPLINE LINUX GUEST HERE WORK
#
# Debian's Linux on x86_64 with acpi=off finds processor, I/O APIC and interrupts by the MP tables, takes its time
# from the local APIC, and prints what it prints in QEMU's pc; its recording replays. Without ACPI it cannot
# switch off, and halts: the run ends as one that waits for ever.
set -uo pipefail
trapline=$1 arch=x86_64 linux=$2 guest=$3 here=$4 work=$5
. "$(dirname "$0")/common.sh"
again="bash tests/linux/mp.sh $*"

linux_init "$here/init-mp"
"$trapline" record -o "$work/run.tlt" --arch x86_64 --kernel "$kernel" --rootfs "$work/root" --mem 256M --strict \
    --append "console=ttyS0 quiet loglevel=0 acpi=off" --no-input --limit 20000000000 \
    >"$work/out" 2>"$work/err"
grep -q 'waits for input that will never come' "$work/err" || fail "it ends so: $(tail -n 3 "$work/out" "$work/err")"
sed -i 's/\r$//' "$work/out"
diff "$here/expected-mp" "$work/out" || fail "it prints something else than in QEMU"
"$trapline" replay "$work/run.tlt" >"$work/log" 2>&1 || fail "the replay: $(tail -n 3 "$work/log")"
rm -rf "$work"
