#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# linux.sh DEBIAN HERE CASE WORK PROGRAMS [--update]
#
# The judge: what Linux on this x86_64 host prints for HERE/cases/CASE, in the same root folder and
# as process 2 of namespaces of its own, is HERE/expected/CASE.txt. --update writes it instead.
# Ends with 77 (skipped) where the host allows no namespaces.
set -uo pipefail
debian=$1 here=$2 case=$3 work=$4 programs=$5 update=${6:-}

space=(unshare --mount --pid --uts --ipc --net --fork --kill-child)
[ "$(id -u)" -eq 0 ] || space+=(--map-root-user)
"${space[@]}" mount -t tmpfs none /proc 2>/dev/null ||
    { echo "SKIP: this host gives no namespaces (unshare --mount --pid)"; exit 77; }

rm -rf "$work"
mkdir -p "$work"
bash "$here/root.sh" x86_64 "$debian" "$here/cases/$case" "$programs" "$work/root" || exit 1
cat >"$work/inside" <<'END'
cd "$1" || exit 125
mount -t tmpfs -o mode=1777 none tmp
mount -t tmpfs none dev
mount -t proc none proc
for name in null zero full random urandom tty ptmx; do
    : >"dev/$name"
    mount --bind "/dev/$name" "dev/$name"
done
ln -s /proc/self/fd dev/fd
for n in 0:stdin 1:stdout 2:stderr; do ln -s "/proc/self/fd/${n%:*}" "dev/${n#*:}"; done
ip link set lo up 2>/dev/null
hostname trapline
env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=linux SHELL=/bin/sh \
    timeout -k 5 60 script -qec 'exec chroot . /case' /dev/null
END
# script(1) gives a terminal, as the guest has one, and a fifo a keyboard at which nobody types.
mkfifo "$work/keys"
exec 9<>"$work/keys"
"${space[@]}" bash "$work/inside" "$work/root" <&9 >"$work/out" 2>&1
status=$?
sed -i 's/\r$//' "$work/out"
[ $status -eq 0 ] || { echo "FAIL: $case ended with $status on Linux:"; tail -n 5 "$work/out"; exit 1; }
if [ "$update" ]; then
    cp "$work/out" "$here/expected/$case.txt"
fi
diff "$here/expected/$case.txt" "$work/out" || exit 1
rm -rf "$work"
