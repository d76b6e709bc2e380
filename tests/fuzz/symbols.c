/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Symbols, source lines and call frames of an ELF file, or a map of symbols (System.map). The CPU's
 * registers and its stack stand before the file, as in guest_cpu.h.
 */
#include <string.h>

#include "loader/boot.h"
#include "sim/unwind.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/guest_cpu.h"

#define STACK_BYTES 256u
#define FRAMES_MAX  16u
#define LOOKS_MAX   32u

struct look {
    struct symbols *symbols;
    unsigned left;
    volatile size_t sum;
};

static void one(struct look *l, vaddr_t va)
{
    const char *text;
    uint64_t offset;
    int line;

    if (symbols_find(l->symbols, va, &text, &offset) == 0)
        l->sum += strlen(text) + offset;
    if (symbols_line(l->symbols, va, &text, &line) == 0)
        l->sum += strlen(text) + (size_t)line;
}

static void on_symbol(void *ctx, const char *name, vaddr_t va, uint64_t bytes)
{
    struct look *l = ctx;
    uint64_t found;
    vaddr_t at;

    if (l->left == 0)
        return;
    l->left--;
    if (symbols_lookup(l->symbols, name, &at, &found) == 0)
        l->sum += at + found;
    one(l, va);
    one(l, va + bytes);
}

static void on_line(void *ctx, vaddr_t va, vaddr_t end, const char *file, int line)
{
    struct look *l = ctx;

    l->sum += va + end + strlen(file) + (size_t)line;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct look l = {.left = LOOKS_MAX};
    vaddr_t pc[FRAMES_MAX];
    struct unwinder *u;
    struct cpu cpu;
    char err[256];

    if (size < GUEST_HEAD + STACK_BYTES || !guest_cpu_open(&cpu, bytes, GUEST_HEAD + STACK_BYTES))
        return 0;
    bytes += GUEST_HEAD + STACK_BYTES;
    size -= GUEST_HEAD + STACK_BYTES;
    if (symbols_load(bytes, size, "fuzz", &l.symbols, err, sizeof(err)) == 0) {
        symbols_each(l.symbols, on_symbol, &l);
        (void)!symbols_each_line(l.symbols, on_line, &l);
        symbols_move(l.symbols, cpu.reg[4]);
        one(&l, cpu.reg[1]);
        symbols_free(l.symbols);
    }
    if (unwinder_open(bytes, size, 0, cpu.arch, &u) == 0) {
        l.sum += unwind(u, &cpu, pc, FRAMES_MAX);
        unwinder_close(u);
    }
    return 0;
}
