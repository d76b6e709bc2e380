/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/kit/open.c - machines for tests: made, forked and closed.
 *
 * A kernel is laid out by the loader as for any other run. A machine without one has tables,
 * vectors and stacks of its own (arch/CPU/kit.c).
 */
#include "sim/kit/private.h"

#include <elf.h>
#include <stdarg.h>
#include <stdio.h>

#include "loader/fail.h"
#include "sim/host.h"
#include "sim/machine.h"

#define CODE_RAM_BYTES   (16ull << 20)
#define KERNEL_RAM_BYTES (64ull << 20)

int kit_fail(struct trapline *t, int rc, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(t->error, sizeof(t->error), fmt, ap);
    va_end(ap);
    return rc;
}

static void on_trap(void *ctx, const struct cpu_trap *trap)
{
    struct trapline *t = ctx;

    t->last = (struct trapline_trap){.n = trap->n,
                                     .pc = trap->pc,
                                     .syndrome = trap->syndrome,
                                     .addr = trap->addr,
                                     .vector = trap->vector,
                                     .from_user = trap->from_user};
    if (t->stop_at_trap)
        cpu_request_stop(t->cpu);
    if (t->trap_count == t->trap_room && t->trap_room < KIT_TRAPS_MAX) {
        size_t room = t->trap_room ? 4 * t->trap_room : 64;
        struct cpu_trap *grown = realloc(t->traps, room * sizeof(*grown));

        if (!grown)
            return;
        t->traps = grown;
        t->trap_room = room;
    }
    if (t->trap_count < t->trap_room)
        t->traps[t->trap_count++] = *trap;
}

static void on_console(void *ctx, const uint8_t *bytes, size_t len)
{
    struct trapline *t = ctx;

    buf_put(&t->console, bytes, len);
}

void kit_forget_history(struct trapline *t)
{
    t->trap_count = 0;
    t->console.used = 0;
}

int kit_create(const struct kit_arch *a, const struct cpu_config *config,
               const struct cpu_entry *entry, struct trapline **out, char *err, size_t err_len)
{
    struct trapline *t = calloc(1, sizeof(*t));
    int rc;

    *out = NULL;
    if (!t)
        return loader_fail(err, err_len, -ENOMEM, "out of memory for the machine");
    t->a = a;
    t->config = *config;
    t->config.host = (struct cpu_host){.ctx = t, .trap = on_trap, .console_output = on_console};
    t->entry = *entry;
    t->limit = KIT_LIMIT_DEFAULT;
    rc = cpu_create(&t->config, &t->cpu, err, err_len);
    if (rc == 0)
        *out = t;
    else
        trapline_close(t);
    return rc;
}

const struct kit_arch *kit_arch_of(enum trapline_arch arch)
{
    return arch == TRAPLINE_ARM64 ? &kit_arm64 : arch == TRAPLINE_X86_64 ? &kit_x86_64 : NULL;
}

static struct cpu_config config_of(const struct kit_arch *a, const struct trapline_options *o,
                                   uint64_t ram_bytes)
{
    return (struct cpu_config){.arch = a->arch,
                               .ram_bytes = o && o->ram_bytes ? o->ram_bytes : ram_bytes,
                               .hz = o ? o->hz : 0,
                               .gic = o ? o->gic : 0,
                               .wall_start_s = MACHINE_WALL_START_DEFAULT};
}

/* What this machine has not, or a field that is to come. */
static int check_options(const struct kit_arch *a, const struct trapline_options *o, bool is_kernel,
                         char *err, size_t err_len)
{
    bool later = false;

    for (size_t i = 0; o && i < ARRAY_LEN(o->later); i++)
        later |= o->later[i] != 0;
    if (later)
        return loader_fail(err, err_len, -EINVAL,
                           "struct trapline_options: `later` is not zero: begin with {0}");
    if (o && (o->el2 || o->gic) && a->arch != ARCH_ARM64)
        return loader_fail(err, err_len, -EINVAL, "`el2` and `gic` are options of arm64");
    if (o && o->gic && o->gic != 2 && o->gic != 3)
        return loader_fail(err, err_len, -EINVAL, "`gic` is 2 or 3 (0: 2), not %u", o->gic);
    if (o && o->el2 && (o->gic == 3 || !is_kernel))
        return loader_fail(err, err_len, -EINVAL, "%s",
                           is_kernel ? "EL2 has no GICv3 here: leave out `el2` or `gic`"
                                     : "`el2` is for a kernel: a machine without one is at EL1");
    return 0;
}

/* What makes all of `t` unusable ends it. */
static int give_up(struct trapline *t, int rc, char *err, size_t err_len)
{
    loader_fail(err, err_len, rc, "%s", t->error[0] ? t->error : cpu_error(t->cpu));
    trapline_close(t);
    return rc;
}

int trapline_open_code(enum trapline_arch arch, const void *code, size_t bytes,
                       const struct trapline_options *options, struct trapline **out, char *err,
                       size_t err_len)
{
    const struct kit_arch *a = kit_arch_of(arch);
    struct cpu_config config;
    struct cpu_entry entry;
    struct trapline *t;
    int rc;

    *out = NULL;
    if (!a)
        return loader_fail(err, err_len, -EINVAL, "there is no CPU number %d", (int)arch);
    if ((rc = check_options(a, options, false, err, err_len)) != 0)
        return rc;
    config = config_of(a, options, CODE_RAM_BYTES);
    if (bytes > KIT_VECTORS_AT || config.ram_bytes < (KIT_BLOCK_UNMAPPED + 1) * KIT_BLOCK_BYTES)
        return loader_fail(
            err, err_len, -EFBIG,
            "a machine without a kernel takes 1 MiB of code and needs 14 MiB of RAM");
    entry = a->entry();
    rc = kit_create(a, &config, &entry, &t, err, err_len);
    if (rc != 0)
        return rc;
    t->is_code = true;
    rc = a->set_up(t);
    if (rc == 0)
        rc = trapline_write(t, kit_block(a, KIT_BLOCK_KERNEL_CODE), code, bytes);
    if (rc != 0)
        return give_up(t, rc, err, err_len);
    *out = t;
    return 0;
}

/* The code of a 64-bit ELF file; a file of another kind has no returns that are known. */
static int note_kernel_code(struct trapline *t)
{
    const uint8_t *file = t->kernel.data;
    Elf64_Ehdr eh;
    int rc = 0;

    if (t->kernel.bytes < sizeof(eh))
        return 0;
    memcpy(&eh, file, sizeof(eh));
    if (memcmp(eh.e_ident, ELFMAG, SELFMAG) != 0 || eh.e_ident[EI_CLASS] != ELFCLASS64)
        return 0;
    for (unsigned i = 0; i < eh.e_phnum && rc == 0; i++) {
        uint64_t at = eh.e_phoff + (uint64_t)i * sizeof(Elf64_Phdr);
        Elf64_Phdr ph;

        if (at > t->kernel.bytes - sizeof(ph))
            break;
        memcpy(&ph, file + at, sizeof(ph));
        if (ph.p_type != PT_LOAD || !(ph.p_flags & PF_X) || ph.p_offset > t->kernel.bytes ||
            ph.p_filesz > t->kernel.bytes - ph.p_offset)
            continue;
        rc = kit_note_returns(t, ph.p_vaddr, file + ph.p_offset, ph.p_filesz);
        if (rc == 0 && ph.p_paddr != ph.p_vaddr)
            rc = kit_note_returns(t, ph.p_paddr, file + ph.p_offset, ph.p_filesz);
    }
    return rc;
}

static int load(struct trapline *t, const struct boot_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        const struct boot_segment *s = &plan->segments[i];
        int rc = cpu_phys_write(t->cpu, s->pa, s->data, s->bytes);

        if (rc != 0)
            return kit_fail(t, rc, "cannot place %zu bytes at 0x%llx: outside of RAM", s->bytes,
                            (unsigned long long)s->pa);
    }
    return cpu_reset(t->cpu, &plan->entry);
}

/* The plan of `kernel` and of the initrd, which is read; it borrows both. */
static int plan_kernel(const struct cpu_config *config, const struct blob *kernel, const char *path,
                       const struct trapline_options *o, struct blob *initrd,
                       struct boot_plan *plan, char *err, size_t err_len)
{
    struct boot_spec spec = {.arch = config->arch,
                             .kernel = kernel->data,
                             .kernel_bytes = kernel->bytes,
                             .kernel_name = path,
                             .cmdline = o && o->cmdline ? o->cmdline : "",
                             .ram_bytes = config->ram_bytes,
                             .entropy_seed = o ? o->seed : 0,
                             .gic = config->gic,
                             .el2 = o && o->el2,
                             .hz = config->hz ? config->hz : MACHINE_HZ_DEFAULT};
    int rc = 0;

    if (o && o->initrd)
        rc = host_read_file(o->initrd, initrd, err, err_len);
    spec.initrd = initrd->data;
    spec.initrd_bytes = initrd->bytes;
    return rc != 0 ? rc : boot_plan_build(&spec, plan, err, err_len);
}

int trapline_open_elf(enum trapline_arch arch, const char *path,
                      const struct trapline_options *options, struct trapline **out, char *err,
                      size_t err_len)
{
    const struct kit_arch *a = kit_arch_of(arch);
    struct blob kernel = {0}, initrd = {0};
    struct boot_plan plan;
    struct cpu_config config;
    struct trapline *t;
    char none[64];
    int rc;

    *out = NULL;
    if (!a)
        return loader_fail(err, err_len, -EINVAL, "there is no CPU number %d", (int)arch);
    if ((rc = check_options(a, options, true, err, err_len)) != 0)
        return rc;
    config = config_of(a, options, KERNEL_RAM_BYTES);
    rc = host_read_file(path, &kernel, err, err_len);
    if (rc == 0)
        rc = plan_kernel(&config, &kernel, path, options, &initrd, &plan, err, err_len);
    if (rc != 0) {
        blob_free(&kernel);
        blob_free(&initrd);
        return rc;
    }
    rc = kit_create(a, &config, &plan.entry, &t, err, err_len);
    if (rc == 0) {
        t->kernel = kernel;
        rc = load(t, &plan);
        if (rc == 0)
            rc = note_kernel_code(t);
        if (rc == 0 &&
            symbols_load(kernel.data, kernel.bytes, path, &t->symbols, none, sizeof(none)) != 0)
            t->symbols = NULL; /* an Image: addresses stay numbers */
        if (rc != 0)
            rc = give_up(t, rc, err, err_len);
        else
            *out = t;
    } else {
        blob_free(&kernel);
    }
    boot_plan_free(&plan);
    blob_free(&initrd);
    return rc;
}

void trapline_close(struct trapline *t)
{
    if (!t)
        return;
    trapline_snapshot_free(t, t->mark);
    snapshots_destroy(t->snapshots);
    cpu_destroy(t->cpu);
    if (t->symbols)
        symbols_free(t->symbols);
    blob_free(&t->kernel);
    free(t->returns);
    free(t->traps);
    buf_free(&t->console);
    buf_free(&t->text);
    free(t);
}

const char *trapline_error(const struct trapline *t)
{
    return t->error;
}

enum trapline_arch trapline_arch(const struct trapline *t)
{
    return t->a->arch == ARCH_ARM64 ? TRAPLINE_ARM64 : TRAPLINE_X86_64;
}

const char *trapline_version(void)
{
    return TRAPLINE_VERSION;
}
