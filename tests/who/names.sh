#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# names.sh TRAPLINE ARCH GUEST WORK
#
# User code has the name of the file that it is of: of a program that a child ran by a path that was
# not in memory, of Debian's dash, which is position independent, of its C library, of a script's
# interpreter that was run by a relative path; in a list of traps, in one trap at length, and in the chain of who.
set -uo pipefail
trapline=$1 arch=$2 guest=$3 work=$4
debian=$guest/debian/root lib=lib/x86_64-linux-gnu ld=lib64/ld-linux-x86-64.so.2 pc=rip
[ "$arch" = arm64 ] && lib=lib/aarch64-linux-gnu ld=lib/ld-linux-aarch64.so.1 pc=pc
failed=0
rm -rf "${work:?}"
mkdir -p "$work/root/bin" "$work/root/$lib" "$work/root/${ld%/*}"
cd "$work" || exit 1

fail() {
    echo "FAIL: $arch: $1"
    echo "  again: bash $0 $trapline $arch $guest $work"
    failed=1
}

same() { # WHAT GOT WANTED
    [ "$2" = "$3" ] || fail "$1: '$2', not '$3'"
}

record() { # NAME PROGRAM...
    local name=$1
    shift
    "$trapline" record -o "$name.tlt" --arch "$arch" --rootfs root -- "$@" </dev/null >log 2>&1 ||
        fail "$name does not run: $(tail -n 1 log)"
}

writer() { # NAME N: place and line of the last instruction before that which traps at N
    "$trapline" who "$1.tlt" --at $(($2 - 1)) "$pc" --json >link && head -n 1 link |
        jq -r '"\(.where) \(.source)"'
}

execs() { # NAME
    "$trapline" dump "$1.tlt" --syscalls --json |
        jq -r 'select(.name == "execve") | "\(.args[0]) \(.args[1])"'
}

mkdir root/tmp
cp "$guest/who/child_exec" "$guest/root/bin/busybox" "$debian/bin/true" root/bin/ && cp "$debian/bin/dash" root/bin/sh &&
    cp -L "$debian/$lib/libc.so.6" "root/$lib/" && cp -L "$debian/$ld" "root/$ld" || exit 1
printf '#!/bin/sh\n/bin/true\nexit $1\n' >root/bin/script
chmod +x root/bin/script

# ---- a path that was not in memory: it is told, and the program is known from then on ----
record child /bin/child_exec
same "the child's execve" "$(execs child | tail -n 1)" '"/bin/child_exec" ["child_exec", "again"]'
trap=$("$trapline" dump child.tlt --traps --json | jq -s 'map(select(.process == 3 and .from_user and
    (.at | startswith("child_exec:in_the_second")) and (.addr != .pc)))[0].n')
"$trapline" dump child.tlt --trap "$trap" >text || fail "dump --trap of the store in in_the_second()"
grep -q '^  => .*tests/who/child_exec.c:[0-9]*$' text ||
    fail "--trap: no code, or no line of the program: $(grep '=>' text)"
line=$(writer child "$trap")
[[ $line =~ ^child_exec:(main|in_the_second).*tests/who/child_exec.c:[0-9]+$ ]] ||
    fail "who in the child says '$line'"

# ---- position independent, with libraries; a script ----
record shell /bin/sh -c 'cd /bin; ./script 3; test $? = 3'
same "the script" "$(execs shell | sed -n 2p)" '"./script" ["./script", "3"]'
"$trapline" dump shell.tlt --traps --json | jq -r 'select(.from_user) | "\(.process) \(.at)"' >at
for want in '2 sh:' '3 sh:' '4 true:' '2 libc.so.6:[a-z_]' '3 libc.so.6:[a-z_]' '4 libc.so.6:[a-z_]' \
    '4 ld-linux-'; do
    grep -q "^$want" at || fail "no trap is at '$want'"
done
same "processes of vfork" "$("$trapline" dump shell.tlt --syscalls --json |
    jq -c 'select(.name == "exit_group") | [.process, .args[0]]' | tr '\n' ' ')" \
    '[4,"0"] [3,"3"] [2,"0"] [1,"0"] '
exit=$("$trapline" dump shell.tlt --syscalls --json |
    jq -s 'map(select(.name == "exit_group" and .process == 4))[0].n')
line=$(writer shell "$exit")
[[ $line =~ ^libc.so.6:_[eE]xit ]] || fail "who in the library says '$line'"

# ---- a program that is not in the initramfs has no name, least of all that of the one before ----
record copied /bin/sh -c '/bin/busybox cp /bin/child_exec /tmp/other; /tmp/other one; test $? = 5'
last=$("$trapline" dump copied.tlt --syscalls --json |
    jq -s 'map(select(.name == "exit_group" and .args[0] == "5"))[0].n')
line=$(writer copied "$last")
[[ $line =~ ^0x[0-9a-f]+\ $ ]] || fail "who in a program that is not known says '$line'"

# ---- gdb has them too, and drops them where the kernel alone runs ----
if command -v gdb-multiarch >/dev/null; then
    cat >gdb.script <<END
user-symbols
info symbol \$pc
monitor seek 1000
user-symbols
info symbol write
END
    timeout 100 "$trapline" gdb shell.tlt --at "$((exit - 1))" -- -batch -nx -x "$PWD/gdb.script" \
        </dev/null >gdb.log 2>&1
    grep -qE '^_[eE]xit( \+ [0-9]+)? in section .text of ' gdb.log ||
        fail "gdb does not know _exit: $(tail -n 5 gdb.log)"
    grep -q 'which program runs here is not known' gdb.log && grep -q 'No symbol "write"' gdb.log ||
        fail "gdb still has the library's symbols: $(tail -n 5 gdb.log)"
fi
exit $failed
