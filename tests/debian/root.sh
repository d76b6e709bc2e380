#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# root.sh ARCH DEBIAN CASE PROGRAMS ROOT
#
# Makes ROOT, the smallest root folder in which CASE runs: what its "# needs:" lines name, out of the
# Debian root DEBIAN, with the libraries that those need; the case itself as /case. Files are hard links where the file system allows it, so a whole Debian costs nothing.
#
# A need is a program's name, the path of a file or folder that begins with "/" ("?" before it: only
# if it is there), or tests/NAME, a file of PROGRAMS, which goes to /tests. @TRIPLET@ is the CPU's name in Debian's library paths.
set -euo pipefail
arch=$1 debian=$2 case=$3 programs=$4 root=$5
case $arch in
arm64) triplet=aarch64-linux-gnu loader=lib/ld-linux-aarch64.so.1 ;;
x86_64) triplet=x86_64-linux-gnu loader=lib64/ld-linux-x86-64.so.2 ;;
esac

# put PATH...: out of the Debian root, paths without the first "/"; what a link points to as well.
put() {
    local path target
    (cd "$debian" && { cp -alf --parents -t "$root" -- "$@" 2>/dev/null ||
        cp -af --parents -t "$root" -- "$@"; })
    for path in "$@"; do
        [ -L "$debian/$path" ] || continue
        target=$(readlink "$debian/$path")
        case $target in
        /*) target=${target#/} ;;
        *) target=$(dirname "$path")/$target ;;
        esac
        target=$(cd "$debian" && realpath -sm --relative-to=. "$target")
        put "$(merged "$target")"
    done
}

# /bin, /sbin and /lib are links into /usr.
merged() {
    case $1 in
    bin/* | sbin/* | lib/* | lib64/*) echo "usr/$1" ;;
    *) echo "$1" ;;
    esac
}

need() {
    local name=${1//@TRIPLET@/$triplet} path
    case $name in
    '?'*) [ ! -e "$debian/$(merged "${name#?/}")" ] || need "${name#?}" ;;
    /*) put "$(merged "${name#/}")" ;;
    tests/*) cp -t "$root/tests" -- "$programs/${name#tests/}" ;;
    *)
        for path in usr/bin usr/sbin; do
            if [ -e "$debian/$path/$name" ] || [ -L "$debian/$path/$name" ]; then
                put "$path/$name"
                return
            fi
        done
        echo "root.sh: $case needs $name, which is not in $debian" >&2
        exit 1
        ;;
    esac
}

# The libraries that the files of the root ask for, until nothing new comes.
add_libraries() {
    local name found=1
    declare -A seen=()
    while [ $found = 1 ]; do
        found=0
        while read -r name; do
            [ -z "${seen[$name]:-}" ] || continue
            seen[$name]=1
            if [ -e "$debian/usr/lib/$triplet/$name" ]; then
                put "usr/lib/$triplet/$name"
                found=1
            fi
        done < <(find "$root/usr" "$root/tests" -type f \( -perm -100 -o -name '*.so*' \) -print0 |
            xargs -0 -r readelf -d 2>/dev/null |
            sed -n 's/.*(NEEDED).*\[\(.*\)\]$/\1/p' | sort -u)
    done
    [ -z "${seen[libc.so.6]:-}" ] || put "usr/$loader"
}

rm -rf "$root"
mkdir -p "$root"/{usr/bin,usr/sbin,usr/lib,usr/lib64,dev,proc,tmp,root,etc,run,var,tests}
root=$(cd "$root" && pwd)
for name in bin sbin lib lib64; do
    ln -s "usr/$name" "$root/$name"
done
# shellcheck disable=SC2046
for name in dash $(sed -n 's/^# needs: *//p' "$case"); do
    need "$name"
done
add_libraries
ln -sf dash "$root/usr/bin/sh"
chmod 1777 "$root/tmp"
echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
echo 'root:x:0:' >"$root/etc/group"
cp "$case" "$root/case"
chmod 755 "$root/case"
