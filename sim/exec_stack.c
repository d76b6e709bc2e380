/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/exec_stack.c - argc, argv, environment, auxiliary vector; see exec_stack.h. */
#include "sim/exec_stack.h"

#define WORDS_MAX 4096u

bool exec_stack_aux(struct cpu *cpu, vaddr_t sp, uint64_t tag, uint64_t *value)
{
    vaddr_t at = exec_stack_argv(sp);
    uint64_t word[2];
    unsigned zeros = 0;

    for (unsigned i = 0; i < WORDS_MAX && zeros < 2; i++, at += 8) {
        if (cpu_mem_read(cpu, at, word, 8) != 0)
            return false;
        zeros += word[0] == 0;
    }
    for (unsigned i = 0; i < WORDS_MAX; i++, at += 16) {
        if (cpu_mem_read(cpu, at, word, 16) != 0 || word[0] == 0)
            return false;
        if (word[0] == tag) {
            *value = word[1];
            return true;
        }
    }
    return false;
}

bool exec_stack_path(struct cpu *cpu, vaddr_t sp, vaddr_t *va, char *path, size_t len)
{
    if (!exec_stack_aux(cpu, sp, EXEC_AUX_EXECFN, va))
        return false;
    for (size_t i = 0; i < len; i++) {
        if (cpu_mem_read(cpu, *va + i, path + i, 1) != 0)
            return false;
        if (path[i] == '\0')
            return i > 0;
    }
    return false;
}
