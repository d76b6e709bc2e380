#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# kaslr.sh TRAPLINE ARCH LINUX GUEST WORK
#
# Where Debian's Linux puts itself follows --seed: one seed gives one address, two seeds give two.
set -uo pipefail
trapline=$1 arch=$2 linux=$3 guest=$4 work=$5

console=ttyS0
[ "$arch" = x86_64 ] || console=ttyAMA0
rm -rf "$work"
mkdir -p "$work"/root/{bin,dev,proc}
cp "$guest/root/bin/busybox" "$work/root/bin/"
cat >"$work/root/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox mount -t devtmpfs dev /dev
/bin/busybox mount -t proc proc /proc
exec </dev/console >/dev/console 2>&1
/bin/busybox grep ' _stext$' /proc/kallsyms
/bin/busybox poweroff -f
INIT
chmod +x "$work/root/init"
text() {
    "$trapline" run --arch "$arch" --kernel "$linux"/boot/vmlinuz-* --rootfs "$work/root" --mem 256M \
        --seed "$1" --append "console=$console quiet loglevel=0" --no-input --limit 20000000000 \
        2>>"$work/err" | tr -d '\r'
}
first=$(text 1) again=$(text 1) second=$(text 2)
echo "seed 1: $first; again: $again; seed 2: $second"
if [[ ! $first =~ ^[0-9a-f]{16}\ T\ _stext$ ]] || [ "$first" != "$again" ] ||
    [ "$first" = "$second" ]; then
    echo "FAIL: $arch: $(tail -n 3 "$work/err")"
    echo "  again: bash tests/linux/kaslr.sh $trapline $arch $linux $guest $work"
    exit 1
fi
rm -rf "$work"
