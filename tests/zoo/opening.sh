# SPDX-License-Identifier: GPL-2.0-or-later
#
# opening.sh - how a test of a searching verb begins: sourced, with SOURCE BUILD ARCH WORK.
#
# The folder `top` is empty; `trapline` is the program, and zoo_build (build.sh) makes faulty
# kernels in `work`. fail() ends the test with the one command that repeats it.
source_dir=$(realpath "$1") build=$(realpath "$2") arch=$3
mkdir -p "$4"
top=$(realpath "$4")
here=$source_dir/tests/zoo work=$top/zoo
trapline=$build/trapline
rm -rf "${top:?}"/*
. "$here/build.sh"
zoo_init || exit 1

fail() { # TEXT [COMMAND]
    echo "FAIL: $arch: $1"
    [ -z "${2:-}" ] || echo "  again: $2"
    exit 1
}

# root PROGRAM [CPU [FOLDER]]: a root with this one program of tests/guest or tests/explore
root() {
    local cpu=${2:-$arch} folder=${3:-$top/root-$1} from
    mkdir -p "$folder/bin" "$folder/tmp"
    for from in tests explore; do
        [ -e "$build/guest/$cpu/$from/$1" ] && cp "$build/guest/$cpu/$from/$1" "$folder/bin/"
    done
    [ -e "$folder/bin/$1" ] || fail "there is no guest program $1"
}
