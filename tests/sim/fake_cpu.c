/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tests/sim/fake_cpu.c - see fake_cpu.h. */
#include "tests/sim/fake_cpu.h"

#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>

#include "tests/loader/elf_build.h"

#define NAMED     100  /* numbers of fake_knobs.named from here on */
#define REGS      35u /* x0..x30, sp, pc, in_user, where user mode goes on */
#define REG_SP    31u
#define REG_PC    32u
#define REG_USER  33u
#define REG_BACK  34u
#define VECTOR    0xffff000000000000ull
#define FIFO_SIZE 16u
#define KERNEL_STEPS 20u

struct fake_knobs fake_knobs;

struct cpu {
    struct cpu_config config;
    uint8_t *ram;
    paddr_t ram_base;
    struct fake_program program;
    uint64_t reg[REGS];
    insn_t n;
    cycles_t skipped, timer_due;
    uint64_t timer_armed, kernel_left, input_read, fifo_used;
    uint8_t fifo[FIFO_SIZE];
    bool stop_asked, watch;
};

int cpu_create(const struct cpu_config *config, struct cpu **out, char *err, size_t err_len)
{
    struct cpu *c = calloc(1, sizeof(*c));

    (void)err;
    (void)err_len;
    c->config = *config;
    c->ram_base = config->arch == ARCH_ARM64 ? 0x40000000u : 0;
    c->ram = mmap(NULL, config->ram_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                  0);
    *out = c;
    return 0;
}

void cpu_destroy(struct cpu *c)
{
    munmap(c->ram, c->config.ram_bytes);
    free(c);
}

const char *cpu_error(const struct cpu *c)
{
    (void)c;
    return "the fake cpu has no errors";
}

enum arch cpu_arch(const struct cpu *c)
{
    return c->config.arch;
}

int cpu_reset(struct cpu *c, const struct cpu_entry *entry)
{
    memset(c->reg, 0, sizeof(c->reg));
    c->reg[REG_PC] = entry->pc;
    c->reg[REG_USER] = 1;
    return cpu_phys_read(c, elf_build_pa(c->config.arch), &c->program, sizeof(c->program));
}

static void trap(struct cpu *c, enum cpu_trap_kind kind, uint32_t vector)
{
    struct cpu_trap t = {.n = ++c->n, .kind = kind, .from_user = c->reg[REG_USER],
                         .vector = vector, .pc = c->reg[REG_PC], .syndrome = kind};

    t.cycles = c->n + c->skipped;
    if (c->reg[REG_USER])
        c->reg[REG_BACK] = c->reg[REG_PC];
    c->reg[REG_PC] = VECTOR + vector;
    c->reg[REG_USER] = 0;
    c->kernel_left = KERNEL_STEPS;
    if (c->config.host.trap)
        c->config.host.trap(c->config.host.ctx, &t);
}

static void arm_timer(struct cpu *c)
{
    struct cpu_host *h = &c->config.host;

    c->timer_due = c->n + c->skipped + c->program.timer_every;
    if (h->timer_delay)
        c->timer_due += h->timer_delay(h->ctx, c->n, c->timer_due);
    c->timer_armed = 1;
}

static void step(struct cpu *c)
{
    uint64_t *r = c->reg;
    unsigned d = c->n % 29;

    r[d] = (r[d] ^ c->n) * 0x9e3779b97f4a7c15ull + r[(d + 7) % 29];
    r[REG_PC] += 4;
    if (c->n % 512 == 0)
        c->ram[0x200000 + (r[d] >> 20) % 0x400000] ^= (uint8_t)r[d];
    c->n++;
    if (c->n == fake_knobs.flip_register_at)
        r[5] ^= 1;
    if (c->n == fake_knobs.flip_ram_at)
        c->ram[0x300000] ^= 1;
    if (c->kernel_left > 0 && --c->kernel_left == 0) {
        r[REG_USER] = 1;
        r[REG_PC] = r[REG_BACK];
        if (c->watch && c->config.host.user_return)
            c->config.host.user_return(c->config.host.ctx, c->n, r[REG_PC]);
    }
}

/* Reads input while it wants some; true when it has to wait. */
static bool wants_input(struct cpu *c)
{
    if (c->n < 100 || c->input_read >= c->program.input_wanted)
        return false;
    while (c->fifo_used > 0 && c->input_read < c->program.input_wanted) {
        c->reg[3] = c->reg[3] * 31 + c->fifo[0];
        if (c->program.echo && c->config.host.console_output)
            c->config.host.console_output(c->config.host.ctx, c->fifo, 1);
        memmove(c->fifo, c->fifo + 1, --c->fifo_used);
        c->input_read++;
    }
    return c->input_read < c->program.input_wanted;
}

static enum cpu_stop_reason run_one(struct cpu *c)
{
    const struct fake_program *p = &c->program;

    if (c->n >= p->insns && !p->idle_at_end)
        return CPU_STOP_POWEROFF;
    if (wants_input(c) || c->n >= p->insns)
        return CPU_STOP_IDLE;
    if (p->timer_every && !c->timer_armed &&
        (fake_knobs.delay_ask_late == 0 || c->n < fake_knobs.delay_ask_late || c->n % 2))
        arm_timer(c);
    if (c->timer_armed && c->n + c->skipped >= c->timer_due) {
        c->timer_armed = 0;
        trap(c, CPU_TRAP_IRQ, 0x480);
    } else if (p->trap_every && c->n % p->trap_every == p->trap_every - 1) {
        trap(c, CPU_TRAP_SYSCALL, 0x400);
    } else {
        step(c);
    }
    return CPU_STOP_TARGET;
}

int cpu_run(struct cpu *c, insn_t target, struct cpu_stop *stop)
{
    *stop = (struct cpu_stop){.reason = CPU_STOP_TARGET};
    while (c->n < target && stop->reason == CPU_STOP_TARGET) {
        stop->reason = run_one(c);
        if (c->stop_asked)
            stop->reason = CPU_STOP_REQUESTED;
        c->stop_asked = false;
    }
    stop->status = c->program.status;
    return 0;
}

void cpu_request_stop(struct cpu *c)
{
    c->stop_asked = true;
}

insn_t cpu_now(const struct cpu *c)
{
    return c->n;
}

cycles_t cpu_cycles(const struct cpu *c)
{
    return c->n + c->skipped;
}

uint64_t cpu_time_ns(const struct cpu *c)
{
    return c->n + c->skipped;
}

void cpu_idle_until(struct cpu *c, cycles_t cycles)
{
    if (cycles > c->n + c->skipped)
        c->skipped = cycles - c->n;
}

size_t cpu_console_room(const struct cpu *c)
{
    return FIFO_SIZE - c->fifo_used;
}

size_t cpu_console_input(struct cpu *c, const uint8_t *bytes, size_t len)
{
    size_t take = len < cpu_console_room(c) ? len : cpu_console_room(c);

    memcpy(c->fifo + c->fifo_used, bytes, take);
    c->fifo_used += take;
    return take;
}

bool cpu_net_input(struct cpu *c, const uint8_t *frame, size_t len)
{
    (void)c;
    (void)frame;
    (void)len;
    return false;
}

void cpu_watch_dma(struct cpu *c, cpu_dma_fn fn, void *ctx)
{
    (void)c;
    (void)fn;
    (void)ctx;
}

void cpu_set_horizon(struct cpu *c, cycles_t cycles)
{
    (void)c;
    (void)cycles;
}

bool cpu_waits(struct cpu *c)
{
    (void)c;
    return false;
}

void cpu_watch_returns(struct cpu *c, bool on)
{
    c->watch = on;
}

void cpu_unimplemented_each(const struct cpu *c,
                            void (*fn)(void *, const struct cpu_unimplemented *, uint64_t,
                                        uint64_t),
                            void *ctx)
{
    (void)c;
    (void)fn;
    (void)ctx;
}

const struct cpu_reg_desc *cpu_reg_table(enum arch arch, size_t *count)
{
    static const struct cpu_reg_desc table[] = {
        {"x0", 8, CPU_REG_GENERAL}, {"x1", 8, CPU_REG_GENERAL}, {"x2", 8, CPU_REG_GENERAL},
        {"x3", 8, CPU_REG_GENERAL}, {"x4", 8, CPU_REG_GENERAL}, {"x5", 8, CPU_REG_GENERAL},
    };

    (void)arch;
    *count = ARRAY_LEN(table);
    return table;
}

int cpu_reg_find(enum arch arch, const char *name)
{
    size_t count;
    const struct cpu_reg_desc *table = cpu_reg_table(arch, &count);

    for (size_t i = 0; i < count; i++)
        if (strcmp(table[i].name, name) == 0)
            return (int)i;
    for (size_t i = 0; i < FAKE_NAMED && fake_knobs.named[i].name; i++)
        if (strcmp(fake_knobs.named[i].name, name) == 0)
            return NAMED + (int)i;
    return -ENOENT;
}

static uint64_t *register_of(struct cpu *c, int id)
{
    return id >= NAMED ? &fake_knobs.named[id - NAMED].value : &c->reg[id];
}

int cpu_reg_read(struct cpu *c, int id, void *value)
{
    if (id < 0 || (id >= (int)REGS && id < NAMED)) /* it has no such register */
        return -ENOENT;
    memcpy(value, register_of(c, id), 8);
    return 0;
}

int cpu_reg_read_all(struct cpu *c, uint8_t (*values)[16])
{
    size_t count;

    cpu_reg_table(ARCH_ARM64, &count);
    for (size_t i = 0; i < count; i++) {
        memset(values[i], 0, 16);
        memcpy(values[i], &c->reg[i], 8);
    }
    return 0;
}

int cpu_reg_read_list(struct cpu *c, const int *ids, size_t count, uint8_t (*values)[16])
{
    memset(values, 0, count * sizeof(*values));
    for (size_t i = 0; i < count; i++) {
        int rc = cpu_reg_read(c, ids[i], values[i]);

        if (rc != 0)
            return rc;
    }
    return 0;
}

int cpu_reg_write(struct cpu *c, int id, const void *value)
{
    memcpy(register_of(c, id), value, 8);
    return 0;
}

uint64_t cpu_pc(struct cpu *c)
{
    return c->reg[REG_PC];
}

uint64_t cpu_sp(struct cpu *c)
{
    return c->reg[REG_SP];
}

bool cpu_in_user(struct cpu *c)
{
    return c->reg[REG_USER];
}

uint64_t cpu_asid_root(struct cpu *c)
{
    uint64_t turn = c->program.spaces ? c->n / 10000 % c->program.spaces : 0;

    return 0x1000 * (turn + 1);
}

uint64_t cpu_syscall_number(struct cpu *c)
{
    if (fake_knobs.syscall)
        return fake_knobs.syscall;
    return c->config.arch == ARCH_ARM64 ? 172 : 39; /* getpid */
}

uint64_t cpu_syscall_arg(struct cpu *c, int index)
{
    return c->reg[index];
}

uint64_t cpu_syscall_result(struct cpu *c)
{
    (void)c;
    return 7;
}

uint8_t *cpu_ram(struct cpu *c, paddr_t *base, size_t *bytes)
{
    *base = c->ram_base;
    *bytes = c->config.ram_bytes;
    return c->ram;
}

static bool outside(const struct cpu *c, paddr_t pa, size_t len)
{
    return pa < c->ram_base || len > c->config.ram_bytes ||
           pa - c->ram_base > c->config.ram_bytes - len;
}

int cpu_phys_read(struct cpu *c, paddr_t pa, void *buf, size_t len)
{
    if (outside(c, pa, len))
        return -EFAULT;
    memcpy(buf, c->ram + (pa - c->ram_base), len);
    return 0;
}

int cpu_phys_write(struct cpu *c, paddr_t pa, const void *buf, size_t len)
{
    if (outside(c, pa, len))
        return -EFAULT;
    memcpy(c->ram + (pa - c->ram_base), buf, len);
    return 0;
}

int cpu_translate(struct cpu *c, vaddr_t va, paddr_t *pa)
{
    (void)c;
    *pa = va;
    return -EFAULT;
}

int cpu_mem_read(struct cpu *c, vaddr_t va, void *buf, size_t len)
{
    const struct fake_knobs *k = &fake_knobs;

    (void)c;
    if (va < k->memory_va || va - k->memory_va > k->memory_bytes ||
        len > k->memory_bytes - (va - k->memory_va))
        return -EFAULT;
    memcpy(buf, k->memory + (va - k->memory_va), len);
    return 0;
}

int cpu_state_visit(struct cpu *c, enum cpu_state_op op, cpu_state_fn fn, void *ctx)
{
    struct {
        const char *name;
        void *data;
        size_t len;
    } pieces[] = {
        {"general", c->reg, sizeof(c->reg)},  {"clock", &c->n, 2 * 8},
        {"timer", &c->timer_due, 3 * 8},    {"uart", &c->input_read, 2 * 8 + FIFO_SIZE},
    };

    (void)op;
    for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
        int rc = fn(ctx, pieces[i].name, pieces[i].data, pieces[i].len);

        if (rc != 0)
            return rc;
    }
    return 0;
}

void fake_machine(struct machine *m, enum arch arch, const struct fake_program *program)
{
    struct blob kernel = {.data = malloc(ELF_BUILD_BYTES), .bytes = ELF_BUILD_BYTES};

    machine_init(m, arch);
    m->ram_bytes = 16u << 20;
    m->cmdline = strdup("quiet");
    elf_build(arch, kernel.data);
    memcpy(kernel.data + ELF_BUILD_CODE, program, sizeof(*program));
    machine_set_kernel(m, kernel);
}

/* ---- going back: a mark is everything, so no page needs to be put ---- */

struct cpu_mark {
    struct cpu cpu;
    uint8_t *ram;
};

int cpu_mark_take(struct cpu *c, struct cpu_mark **mark)
{
    struct cpu_mark *m = malloc(sizeof(*m));

    m->cpu = *c;
    m->ram = malloc(c->config.ram_bytes);
    memcpy(m->ram, c->ram, c->config.ram_bytes);
    *mark = m;
    return 0;
}

int cpu_mark_restore(struct cpu *c, const struct cpu_mark *mark)
{
    *c = mark->cpu;
    memcpy(c->ram, mark->ram, c->config.ram_bytes);
    return 0;
}

void cpu_mark_free(struct cpu *c, struct cpu_mark *mark)
{
    (void)c;
    free(mark->ram);
    free(mark);
}

/* ---- injected events: an interrupt that comes is a trap like the timer's ---- */

int cpu_timer_interrupt(struct cpu *c)
{
    (void)c;
    return 1;
}

int cpu_interrupt(struct cpu *c, unsigned number)
{
    (void)c;
    return number < 16 ? 0 : -EINVAL;
}
