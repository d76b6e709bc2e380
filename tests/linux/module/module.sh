# SPDX-License-Identifier: GPL-2.0-or-later
#
# module.sh, sourced: modules of our own for Debian's Linux, without its headers. Of struct module they have
# what the loader reads, at the places of one of Debian's own modules; versions of symbols are left out, which
# CONFIG_MODULE_FORCE_LOAD allows (insmod taints the kernel).

# linux_module ARCH LINUX WAY OUT: tests/linux/module/ARCH.S with WAY, for the Linux of LINUX/modules
linux_module() {
    local arch=$1 model=$2/modules/mbcache.ko way=$3 out=$4 tools=x86_64-linux-gnu- size init vermagic
    [ "$arch" = x86_64 ] || tools=aarch64-linux-gnu-
    size=$("${tools}readelf" -SW "$model" | sed -n 's/.* \.gnu\.linkonce\.this_module *PROGBITS *\([0-9a-f ]*\) WA .*/\1/p' |
        awk '{ print $3 }')
    init=$("${tools}readelf" -rW "$model" | awk '/\.gnu\.linkonce\.this_module/ { on = 1 }
        on && /init_module/ { print $1; exit }')
    vermagic=$(tr '\0' '\n' <"$model" | sed -n 's/^vermagic=//p')
    [ -n "$size" ] && [ -n "$init" ] && [ -n "$vermagic" ] || return 1
    {
        echo "#define WAY_$way 1"
        cat "$(dirname "${BASH_SOURCE[0]}")/$arch.S"
        cat <<END
        .section .modinfo, "a"
        .asciz "license=GPL"
        .asciz "retpoline=Y"
        .asciz "vermagic=$vermagic"
        .section .gnu.linkonce.this_module, "aw"
        .balign 64
        .skip 24                // state, list
        .asciz "harm"           // name[56]
        .skip 0x$init - 29
        .quad init_module
        .skip 0x$size - 0x$init - 8
END
    } >"$out.S"
    "${tools}gcc" -c -x assembler-with-cpp -o "$out" "$out.S"
}
