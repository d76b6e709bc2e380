/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/export/coverage.c - which instructions of the guest kernel ran, and which way its branches
 * went; over any number of traces. lcov.c writes it down.
 *
 * Exact: the blocks that a replay runs (cpu_watch_blocks) are counted where they begin and where
 * what ran of them ended; sums over these differences are the counts of every instruction.
 * A conditional branch was not taken as often as what follows it ran right after it.
 */
#include "sim/export/coverage.h"

#include <errno.h>
#include <gelf.h>

#include "loader/fail.h"

/* What the CPU last began to run. */
struct block {
    insn_t n;
    vaddr_t pc;
    uint32_t bytes;
    bool open;
};

struct collector {
    struct coverage *c;
    vaddr_t moved; /* so far above the addresses of its file the kernel runs */
    struct export_run *run;
    struct block last;
};

int coverage_open(struct coverage **out, char *err, size_t err_len)
{
    *out = calloc(1, sizeof(**out));
    return *out ? 0 : loader_fail(err, err_len, -ENOMEM, "out of memory");
}

void coverage_close(struct coverage *c)
{
    if (!c)
        return;
    free(c->begins);
    free(c->ends);
    free(c->falls);
    symbols_free(c->symbols);
    free(c->kernel);
    if (c->insn)
        cs_free(c->insn, 1);
    if (c->cs_open)
        cs_close(&c->cs);
    free(c);
}

static bool add_span(struct coverage *c, const GElf_Phdr *ph, unsigned shift)
{
    struct coverage_span *span = &c->span[c->spans];

    if (ph->p_type != PT_LOAD || !(ph->p_flags & PF_X) || ph->p_memsz == 0)
        return true;
    if (c->spans == COVERAGE_SPANS_MAX || ph->p_offset > c->kernel_bytes ||
        ph->p_filesz > c->kernel_bytes - ph->p_offset || ph->p_memsz >> 30)
        return false;
    span->begin = ph->p_vaddr;
    span->end = ph->p_vaddr + ph->p_memsz;
    span->slot = c->slots;
    span->code = c->kernel + ph->p_offset;
    span->bytes = ph->p_filesz;
    c->slots += (size_t)(ph->p_memsz >> shift) + 1;
    c->spans++;
    return true;
}

/* The kernel's code, by its program headers. */
static bool find_spans(struct coverage *c)
{
    Elf *elf = elf_memory((char *)c->kernel, c->kernel_bytes);
    bool good = elf != NULL;
    GElf_Phdr ph;
    size_t count;

    if (!elf || elf_getphdrnum(elf, &count) != 0)
        count = 0;
    for (size_t i = 0; i < count && good; i++)
        good = gelf_getphdr(elf, (int)i, &ph) && add_span(c, &ph, c->shift);
    elf_end(elf);
    return good && c->spans > 0;
}

static void ignore_line(void *ctx, vaddr_t va, vaddr_t end, const char *file, int line)
{
    (void)ctx;
    (void)va;
    (void)end;
    (void)file;
    (void)line;
}

/* The first trace decides which kernel it is. The file is that which has its lines. */
static int learn_kernel(struct coverage *c, const struct machine *m, char *err, size_t err_len)
{
    const struct blob *file = m->symbols.bytes > 0 ? &m->symbols : &m->kernel;
    bool arm = m->arch == ARCH_ARM64;
    int rc;

    c->arch = m->arch;
    c->shift = arm ? 2 : 0;
    c->kernel_hash = m->kernel_hash;
    c->kernel_bytes = file->bytes;
    c->kernel = malloc(file->bytes);
    if (!c->kernel)
        return loader_fail(err, err_len, -ENOMEM, "out of memory");
    memcpy(c->kernel, file->data, file->bytes);
    rc = symbols_load(c->kernel, c->kernel_bytes, "the trace's kernel", &c->symbols, err, err_len);
    if (rc)
        return rc;
    if (!find_spans(c) || symbols_each_line(c->symbols, ignore_line, c) != 0)
        return loader_fail(err, err_len, -ENOENT,
                           "the trace's kernel has no DWARF line tables: build it with -g, or name "
                           "its ELF file with them (vmlinux) with --symbols");
    c->begins = calloc(c->slots + 1, sizeof(*c->begins)); /* the last: for what is no code */
    c->ends = calloc(c->slots + 1, sizeof(*c->ends));
    c->falls = calloc(c->slots + 1, sizeof(*c->falls));
    if (!c->begins || !c->ends || !c->falls)
        return loader_fail(err, err_len, -ENOMEM, "out of memory");
    if (cs_open(arm ? CS_ARCH_ARM64 : CS_ARCH_X86, arm ? CS_MODE_ARM : CS_MODE_64, &c->cs))
        return loader_fail(err, err_len, -ENOMEM, "capstone does not open");
    cs_option(c->cs, CS_OPT_DETAIL, CS_OPT_ON);
    c->cs_open = true;
    c->insn = cs_malloc(c->cs);
    return c->insn ? 0 : loader_fail(err, err_len, -ENOMEM, "out of memory");
}

static const struct coverage_span *find_span(const struct coverage *c, vaddr_t va)
{
    for (unsigned i = 0; i < c->spans; i++)
        if (va >= c->span[i].begin && va <= c->span[i].end)
            return &c->span[i];
    return NULL;
}

size_t coverage_slot(const struct coverage *c, vaddr_t va)
{
    const struct coverage_span *span = find_span(c, va);

    return span ? span->slot + (size_t)((va - span->begin) >> c->shift) : c->slots;
}

const uint8_t *coverage_code(const struct coverage *c, vaddr_t va, size_t *bytes)
{
    const struct coverage_span *span = find_span(c, va);

    if (!span || va - span->begin >= span->bytes)
        return NULL;
    *bytes = span->bytes - (size_t)(va - span->begin);
    return span->code + (va - span->begin);
}

/* The address behind the first `insns` instructions of a block. */
static vaddr_t after(struct coverage *c, const struct block *b, uint64_t insns)
{
    vaddr_t at = b->pc, end = b->pc + b->bytes;
    size_t left;
    const uint8_t *code = coverage_code(c, at, &left);

    if (c->arch == ARCH_ARM64)
        return insns < b->bytes / 4 ? b->pc + 4 * insns : end;
    if (code && c->whole.pc == b->pc && c->whole.bytes == b->bytes && insns >= c->whole.insns)
        return end;
    for (uint64_t i = 0; i < insns && at < end; i++) {
        if (!code || !cs_disasm_iter(c->cs, &code, &left, &at, c->insn))
            return end;
        if (at == end)
            c->whole = (struct coverage_block){b->pc, b->bytes, i + 1};
    }
    return at;
}

/*
 * What began last ended: at number `n`, with the CPU at `pc`. Most blocks ran to their end; the
 * numbers tell how much of one ran that was cut.
 */
static void close_block(struct collector *k, insn_t n, vaddr_t pc)
{
    struct coverage *c = k->c;
    struct block *b = &k->last;
    vaddr_t end = b->pc + b->bytes;

    if (!b->open)
        return;
    b->open = false;
    if (pc >= b->pc && pc < end) /* cut short, or a jump into itself */
        end = after(c, b, n - b->n);
    c->begins[coverage_slot(c, b->pc)]++;
    c->ends[coverage_slot(c, end)]++;
    if (pc == end)
        c->falls[coverage_slot(c, end)]++;
}

static void on_block(void *ctx, insn_t n, vaddr_t pc, uint32_t bytes)
{
    struct collector *k = ctx;

    pc -= k->moved;
    close_block(k, n, pc);
    if (coverage_slot(k->c, pc) == k->c->slots || coverage_slot(k->c, pc + bytes) == k->c->slots)
        return;
    k->last = (struct block){n, pc, bytes, true};
}

static void on_trap(void *ctx, struct sim *sim, const struct cpu_trap *trap)
{
    struct collector *k = ctx;

    (void)sim;
    close_block(k, trap->n - 1, trap->pc - k->moved);
}

static void on_tick(void *ctx, struct sim *sim)
{
    struct collector *k = ctx;

    if (k->run->tick)
        k->run->tick(k->run->ctx, sim);
}

int coverage_add(struct coverage *c, const struct trace *t, struct export_run *run)
{
    struct collector k = {.c = c, .run = run, .moved = t->machine.symbols_moved};
    struct sim_watch watch = {.ctx = &k, .trap = on_trap, .tick = on_tick};
    struct replay r;
    struct sim_end end;
    int rc;

    if (c->kernel && memcmp(&c->kernel_hash, &t->machine.kernel_hash, sizeof(c->kernel_hash)) != 0)
        return loader_fail(run->err, sizeof(run->err), -EINVAL,
                           "its kernel is not that of the traces before it; coverage is of one "
                           "kernel");
    rc = replay_open(&r, t, &watch, run->err, sizeof(run->err));
    if (rc)
        return rc;
    if (!c->kernel)
        rc = learn_kernel(c, &t->machine, run->err, sizeof(run->err));
    if (rc == 0) {
        cpu_watch_blocks(sim_cpu(r.sim), on_block, &k);
        rc = replay_run(&r, INSN_NONE, &end);
        close_block(&k, cpu_now(sim_cpu(r.sim)), cpu_pc(sim_cpu(r.sim)) - k.moved);
        if (rc == -EILSEQ)
            run->divergence = r.divergence;
        else if (rc)
            loader_fail(run->err, sizeof(run->err), rc, "%s", r.error);
    }
    replay_close(&r);
    return rc;
}
