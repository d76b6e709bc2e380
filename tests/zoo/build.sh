# SPDX-License-Identifier: GPL-2.0-or-later
#
# build.sh - a faulty kernel: sourced by zoo.sh and notice.sh.
#
# The files that a patch changes are copied, patched, and compiled by the build's own commands
# with the copies first among the includes; all that includes a changed header as well. The rest
# is linked as it is. Wants source_dir, build, arch, work; here: the folder of the zoo. Of which
# build of the kernel: variant, as in kernel-ARCH$variant.elf; empty where it is not set.

zoo_init() {
    variant=${variant:-}
    sound=$build/kernel/kernel-$arch$variant.elf
    objects=$build/kernel/$arch$variant
    mkdir -p "$work"
    (cd "$build" && ninja -t commands "kernel/kernel-$arch$variant.elf") >"$work/commands" || return 1
    link=$(tail -n 1 "$work/commands")
}

# The patch of a fault on this CPU; nothing: not there.
zoo_patch() {
    local patch
    for patch in "$here/faults/$1.$arch.patch" "$here/faults/$1.patch"; do
        [ -f "$patch" ] && echo "$patch" && return 0
    done
    return 1
}

# The folder of the copies and objects: zoo_objects FOLDER FILE...: what must be compiled anew.
zoo_sources() {
    local folder=$1 file
    shift
    for file in "$@"; do
        case $file in
        *.h) (cd "$objects" && grep -lrF --include='*.o.d' "$source_dir/$file" . |
            sed 's#^\./##; s#\.o\.d$##') ;;
        *) echo "$file" ;;
        esac
    done | sort -u | grep -v '^kernel/init/'
}

# zoo_compile FOLDER FILE: its object is FOLDER/objects/FILE.o
zoo_compile() {
    local folder=$1 file=$2 object=$objects/$2.o command
    command=$(grep -F -- " -o $object" "$work/commands" | tail -n 1)
    [ -n "$command" ] || return 1
    command=${command% && *} # what CMake does with the dependencies
    [ -f "$folder/$file" ] && command=${command//-c $source_dir\/$file/-c $folder/$file}
    command=${command//-I$source_dir /-I$folder -I$source_dir }
    command=${command//-I$source_dir\/kernel/-I$folder/kernel/arch/$arch -I$source_dir\/kernel}
    command=${command//$object/$folder/objects/$file.o}
    mkdir -p "$folder/objects/$(dirname "$file")"
    (cd "$build" && eval "$command")
}

# zoo_build NAME PATCH OUT
zoo_build() {
    local folder=$work/$1 patch=$2 out=$3 file files command=$link
    files=$(sed -n 's#^+++ b/\([^\t]*\).*#\1#p' "$patch")
    for file in $files; do
        mkdir -p "$folder/$(dirname "$file")"
        cp "$source_dir/$file" "$folder/$file"
    done
    patch -s -p1 -d "$folder" <"$patch" || return 1
    for file in $(zoo_sources "$folder" $files); do
        zoo_compile "$folder" "$file" || return 1
        command=${command//$objects\/$file.o/$folder/objects/$file.o}
    done
    command=${command//-o $sound/-o $out}
    (cd "$build" && eval "$command")
}
