#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# faults.sh SOURCE BUILD ARCH [FAULT...]
#
# The kernel under its address sanitizer, with all the faults of faults/ at once: each is met by
# one command of the shell and by no other (faults.list), and the report says what it must.
set -uo pipefail
source_dir=$(realpath "$1") build=$(realpath "$2") arch=$3
shift 3
here=$source_dir/tests/kasan
work=$build/kasan/$arch
variant=-kasan
failed=0
. "$source_dir/tests/zoo/build.sh"
zoo_init || exit 1

trim() {
    local text=$1
    text=${text#"${text%%[! ]*}"}
    echo "${text%"${text##*[! ]}"}"
}

# Do lines match all the expressions, in this order? Says which does not.
says() { # REPORT EXPRESSIONS
    awk -v all="$2" '
        BEGIN { count = split(all, want, / *&& */); at = 1 }
        at <= count && $0 ~ want[at] { at++ }
        END { if (at <= count) { print want[at]; exit 1 } }' "$1"
}

run() { # COMMAND
    echo "$build/trapline run --arch $arch --kernel $work/kernel.elf" \
        "--rootfs $build/guest/$arch/rootfs --limit 3000000000 -- sh -c '$1'"
}

rm -rf "$work/faulty"
cat "$here"/faults/*.patch >"$work/all.patch"
zoo_build faulty "$work/all.patch" "$work/kernel.elf" >"$work/build.log" 2>&1 || {
    echo "FAIL: $arch: the faulty kernel does not build: $(tail -n 5 "$work/build.log")"
    exit 1
}
while IFS='@' read -r name command report; do
    name=$(trim "$name") command=$(trim "$command") report=$(trim "$report")
    case $name in '#'* | '') continue ;; esac
    [ $# = 0 ] || case " $* " in *" $name "*) ;; *) continue ;; esac
    eval "$(run "$command")" </dev/null 2>&1 | tr -d '\r' >"$work/$name.out"
    if missing=$(says "$work/$name.out" "$report"); then
        echo "$arch $name: $(grep -m 1 -E 'KASAN:|UBSAN:' "$work/$name.out")"
        continue
    fi
    echo "FAIL: $arch $name: the report does not say \"$missing\":"
    tail -n 12 "$work/$name.out"
    echo "  again: $(run "$command")"
    failed=1
done <"$here/faults.list"
exit $failed
