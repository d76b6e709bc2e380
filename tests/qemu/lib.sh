# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# lib.sh - starting QEMU as the machine that Trapline models. Sourced by the scripts beside it.
#
# Rules of use: a test that lacks something exits 77, which ctest shows as skipped.

skip()
{
    echo "skipped: $*"
    exit 77
}

# A build may lack one of the CPUs.
# need_trapline BUILD ARCH KERNEL
need_trapline()
{
    [ -x "$1/trapline" ] || skip "build/trapline is not built"
    case $(timeout 20 "$1/trapline" run --arch "$2" --kernel "$3" --limit 1 2>&1 </dev/null) in
    *"this build has no"*) skip "this build has no $2" ;;
    esac
}

# qemu_run ARCH SECONDS KERNEL [QEMU ARGUMENTS...]: console on stdout, 0 when the guest powered off
qemu_run()
{
    local arch=$1 seconds=$2 kernel=$3 status=0
    shift 3
    case $arch in
    arm64)
        timeout "$seconds" qemu-system-aarch64 -M virt -cpu cortex-a72 -m 256 -nodefaults \
            -display none -serial stdio -no-reboot -kernel "$kernel" "$@" </dev/null || status=$?
        ;;
    x86_64)
        # isa-debug-exit turns the guest's status v into (v << 1) | 1.
        timeout "$seconds" qemu-system-x86_64 -M pc -cpu SandyBridge,-x2apic,-tsc-deadline -m 256 \
            -nodefaults -display none -serial stdio -no-reboot \
            -device isa-debug-exit,iobase=0xf4,iosize=1 -kernel "$kernel" "$@" </dev/null ||
            status=$?
        [ "$status" -eq 124 ] || status=$((status >> 1))
        ;;
    esac
    return "$status"
}

# What QEMU is to load for a kernel's ELF file: for arm64 the Image inside of it, since QEMU hands
# an initrd and a device tree in x0 to Linux images only.
# qemu_kernel ARCH KERNEL.elf FOLDER
qemu_kernel()
{
    local objcopy=objcopy
    if [ "$1" = x86_64 ]; then
        echo "$2"
        return
    fi
    ! command -v aarch64-linux-gnu-objcopy >/dev/null || objcopy=aarch64-linux-gnu-objcopy
    $objcopy -O binary "$2" "$3/kernel.Image"
    echo "$3/kernel.Image"
}

qemu_name()
{
    case $1 in
    arm64) echo qemu-system-aarch64 ;;
    x86_64) echo qemu-system-x86_64 ;;
    esac
}
