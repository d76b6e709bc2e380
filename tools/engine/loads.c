/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether the engine as it was linked loads from guest memory, on both CPUs: exit code 0.
 * archives.cmake runs it at configuration, before it takes libunicorn.a.
 */
#include <unicorn/unicorn.h>

#define CODE  0x10000ull
#define DATA  0x10800ull
#define VALUE 0x0123456789abcdefull

static int loads(uc_arch arch, uc_mode mode, const void *code, size_t bytes, int from, int to)
{
    uint64_t value = VALUE, at = DATA, seen = 0;
    uc_engine *uc;
    int same;

    if (uc_open(arch, mode, &uc))
        return 0;
    same = !uc_mem_map(uc, CODE, 0x1000, UC_PROT_ALL) && !uc_mem_write(uc, CODE, code, bytes) &&
           !uc_mem_write(uc, DATA, &value, sizeof(value)) && !uc_reg_write(uc, from, &at) &&
           !uc_emu_start(uc, CODE, CODE + bytes, 0, 0) && !uc_reg_read(uc, to, &seen) &&
           seen == value;
    uc_close(uc);
    return same;
}

int main(void)
{
    static const uint8_t arm64[] = {0x20, 0x00, 0x40, 0xf9}; /* ldr x0, [x1] */
    static const uint8_t x86_64[] = {0x48, 0x8b, 0x01};      /* mov rax, [rcx] */

    return !loads(UC_ARCH_ARM64, UC_MODE_ARM, arm64, sizeof(arm64), UC_ARM64_REG_X1,
                  UC_ARM64_REG_X0) ||
           !loads(UC_ARCH_X86, UC_MODE_64, x86_64, sizeof(x86_64), UC_X86_REG_RCX, UC_X86_REG_RAX);
}
