# SPDX-License-Identifier: GPL-2.0-or-later
#
# common.sh, sourced by the scripts that boot Debian's Linux. It wants $arch, $linux, $guest and $work, empties
# $work, and leaves $kernel, $console (the name of the machine's serial line) and $work/root with busybox in it.
# What a failure prints to repeat it is fail()'s second word, or else $again.

fail() { # WHAT [COMMAND]
    echo "FAIL: $arch: $1"
    [ -z "${2:-${again:-}}" ] || echo "  again: ${2:-$again}"
    exit 1
}

console=ttyS0
[ "$arch" = x86_64 ] || console=ttyAMA0
kernel=$(echo "$linux"/boot/vmlinuz-*)
[ -f "$kernel" ] || fail "no kernel in $linux/boot: run ./dev"
PATH=$PATH:/sbin:/usr/sbin
rm -rf "$work"
mkdir -p "$work"/root/{bin,dev,proc,sys,tmp}
cp "$guest/root/bin/busybox" "$work/root/bin/"

# FILE is the guest's first process.
linux_init() { # FILE
    cp "$1" "$work/root/init"
    chmod +x "$work/root/init"
}

# Stdin is what the guest runs, with busybox's commands, /dev and /proc there, on its console.
linux_runs() {
    {
        cat <<'END'
#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin
mount -t devtmpfs dev /dev
mount -t proc proc /proc
exec </dev/console >/dev/console 2>&1
END
        cat
    } >"$work/root/init"
    chmod +x "$work/root/init"
}
