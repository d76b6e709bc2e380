# SPDX-License-Identifier: GPL-2.0-or-later
#
# common.sh, sourced by the scripts that boot Debian's Linux to a shell script. It wants $arch,
# $guest and $work, empties $work, and leaves $console, the name of the machine's serial line.

fail() { # WHAT [COMMAND]
    echo "FAIL: $arch: $1"
    [ -z "${2:-}" ] || echo "  again: $2"
    exit 1
}

console=ttyS0
[ "$arch" = x86_64 ] || console=ttyAMA0
rm -rf "$work"
mkdir -p "$work"/root/{bin,dev,proc,tmp}
cp "$guest/root/bin/busybox" "$work/root/bin/"

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
