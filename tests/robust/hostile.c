/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hostile ARCH FIRST COUNT [-v]: hostile kernels by seed.
 *
 * Each seed makes a kernel (stream.h), which runs up to INSNS_MAX three times: as it is, again, and
 * in pieces of random lengths under observation. All three must end in the same way at the same
 * number with the same digest of everything, and no run may stand still or end because the engine
 * refused. All of it happens in child processes, so that a crash of the
 * simulator is a finding, not the end.
 *
 * Two differences in pieces are known (QUIRKS.md), and counted apart:
 *   - A kernel that stores to its page tables as to any memory runs on by entries that it has
 *     changed and never invalidated, until the TLB forgets them.
 *   - Flags that an instruction leaves undefined follow from where the run was cut before it
 *     (undefined.h). That it is nothing else is proved: cut before each of these instructions, the
 *     run as a whole, the run in the same pieces and the run in single steps must be the same.
 *
 * Exit code: 0 nothing found, 1 something found, 2 usage.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/digest.h"
#include "tests/robust/stream.h"
#include "tests/robust/undefined.h"

#define INSNS_MAX   6000u
#define SECONDS_MAX 10 /* of processor time, without an instruction */
#define BATCH       50u
#define APART_MAX(count) (2 + (count) / 50) /* kernels that may be counted apart */

/* What the child tells its parent. */
struct progress {
    uint64_t seed;
    const char *doing; /* the same address in both: a literal */
    bool found;
    unsigned ends[16];
    unsigned stale; /* differ in pieces, and have changed their tables */
    unsigned flags; /* differ in pieces by undefined flags alone */
};

/* Where a run is cut beside its end. */
struct cutting {
    struct stream *pieces; /* makes their lengths; NULL: it is not */
    bool singly;           /* before each instruction; those with undefined flags are noted: */
    vaddr_t at[INSNS_MAX]; /* ascending; not singly: it is cut before them */
    size_t count;
};

struct result {
    struct cpu_stop stop;
    struct digest digest;
    uint64_t traps, console;
    unsigned trap_count;
    struct cpu_trap trap[INSNS_MAX + 2];
    char error[256];
};

static void on_trap(void *ctx, const struct cpu_trap *trap)
{
    struct result *r = ctx;

    r->traps = digest_fold_trap(r->traps, trap);
    if (r->trap_count < ARRAY_LEN(r->trap))
        r->trap[r->trap_count++] = *trap;
}

static void on_console(void *ctx, const uint8_t *bytes, size_t len)
{
    struct result *r = ctx;

    for (size_t i = 0; i < len; i++)
        r->console = r->console * 31 + bytes[i];
}

static void on_return(void *ctx, insn_t n, vaddr_t pc)
{
    (void)ctx;
    (void)n;
    (void)pc;
}

static struct cpu *prepare(const struct stream_arch *arch, const struct stream *s, struct result *r)
{
    struct cpu_config config = {.arch = arch->arch, .ram_bytes = STREAM_RAM_BYTES,
                                .wall_start_s = 1704067200,
                                .host = {.ctx = r, .trap = on_trap, .console_output = on_console,
                                         .user_return = on_return}};
    struct cpu *cpu;

    if (cpu_create(&config, &cpu, r->error, sizeof(r->error))) {
        fprintf(stderr, "hostile: %s\n", r->error);
        exit(2);
    }
    if (cpu_phys_write(cpu, arch->ram_base, s->image, STREAM_BYTES) || cpu_reset(cpu, &s->entry)) {
        fprintf(stderr, "hostile: %s\n", cpu_error(cpu));
        exit(2);
    }
    for (unsigned i = 0; i < s->regs; i++) {
        int id = cpu_reg_find(arch->arch, s->reg[i].name);
        uint8_t value[16] = {0};

        memcpy(value, &s->reg[i].value, 8);
        if (id < 0) {
            fprintf(stderr, "hostile: no register %s\n", s->reg[i].name);
            exit(2);
        }
        (void)!cpu_reg_write(cpu, id, value);
    }
    return cpu;
}

/* The machine that runs, for on_time(). */
static struct cpu *running;
static unsigned runs;

/* Note the address of the next instruction, if it leaves flags undefined. */
static void note(const struct stream_arch *arch, struct cpu *cpu, struct cutting *c)
{
    vaddr_t pc = cpu_pc(cpu);
    uint8_t code[16] = {0};
    size_t i = 0;
    paddr_t pa;

    for (size_t b = 0; b < sizeof(code); b++)
        if (cpu_translate(cpu, pc + b, &pa) || cpu_phys_read(cpu, pa, code + b, 1))
            break;
    if (!(arch->arch == ARCH_X86_64 ? undefined_x86_64 : undefined_arm64)(code, sizeof(code)))
        return;
    while (i < c->count && c->at[i] < pc)
        i++;
    if (c->count == INSNS_MAX || (i < c->count && c->at[i] == pc))
        return;
    memmove(c->at + i + 1, c->at + i, (c->count - i) * sizeof(c->at[0]));
    c->at[i] = pc;
    c->count++;
}

/* How far the next piece goes. */
static insn_t next_cut(const struct stream_arch *arch, struct cpu *cpu, struct cutting *c)
{
    insn_t target = INSNS_MAX;

    if (c->singly) {
        note(arch, cpu, c);
        target = cpu_now(cpu) + 1;
    } else if (c->pieces) {
        target = cpu_now(cpu) + 1 +
                 stream_below(c->pieces, stream_chance(c->pieces, 50) ? 16 : 4000);
    }
    if (!c->singly && c->count)
        cpu_set_breaks(cpu, c->at, c->count);
    return target < INSNS_MAX ? target : INSNS_MAX;
}

static void run(const struct stream_arch *arch, const struct stream *s, struct cutting *c,
                struct result *r)
{
    struct cpu *cpu;
    insn_t target;

    memset(r, 0, sizeof(*r));
    running = cpu = prepare(arch, s, r);
    runs++;
    if (c->pieces)
        cpu_watch_returns(cpu, stream_chance(c->pieces, 50));
    do {
        target = next_cut(arch, cpu, c);
        if (cpu_run(cpu, target, &r->stop))
            r->stop.reason = CPU_STOP_ENGINE;
    } while ((r->stop.reason == CPU_STOP_TARGET && target < INSNS_MAX) ||
             r->stop.reason == CPU_STOP_BREAK);
    if (r->stop.reason == CPU_STOP_ENGINE)
        snprintf(r->error, sizeof(r->error), "%s", cpu_error(cpu));
    if (digest_take(cpu, r->traps, true, &r->digest))
        snprintf(r->error, sizeof(r->error), "no digest");
    running = NULL;
    cpu_destroy(cpu);
}

static const char *difference(const struct result *a, const struct result *b)
{
    if (a->stop.reason != b->stop.reason || a->stop.status != b->stop.status)
        return "the end";
    if (a->digest.n != b->digest.n || a->digest.cycles != b->digest.cycles)
        return "the number";
    if (a->traps != b->traps)
        return "the traps";
    if (a->digest.state != b->digest.state)
        return "registers or devices";
    if (a->digest.ram != b->digest.ram)
        return "RAM";
    return a->console != b->console ? "the console" : NULL;
}

static void on_table_store(void *ctx, const struct cpu_store *s)
{
    (void)s;
    *(bool *)ctx = true;
}

/* Does the kernel change its page tables: by stores, or by what an exception pushes? */
static bool changes_tables(const struct stream_arch *arch, const struct stream *s)
{
    static struct result r;
    static uint8_t map[STREAM_RAM_BYTES / 4096];
    struct cpu *cpu = prepare(arch, s, &r);
    bool stored = false;

    memset(map, 0, sizeof(map));
    memset(map + arch->tables / 4096, 1, STREAM_TABLES_BYTES / 4096);
    if (cpu_watch_pages(cpu, map, on_table_store, &stored) || cpu_run(cpu, INSNS_MAX, &r.stop))
        stored = false;
    cpu_destroy(cpu);
    return stored;
}

/* Is where the run was cut before undefined flags all that it depends on? */
static bool differs_by_flags(const struct stream_arch *arch, const struct stream *s, uint64_t seed)
{
    static struct result steps, whole, cut;
    static struct stream cuts;
    static struct cutting c;

    memset(&c, 0, sizeof(c));
    c.singly = true;
    run(arch, s, &c, &steps);
    if (!c.count)
        return false;
    c.singly = false;
    run(arch, s, &c, &whole);
    memset(&cuts, 0, sizeof(cuts));
    cuts.state = seed;
    c.pieces = &cuts;
    run(arch, s, &c, &cut);
    return !difference(&steps, &whole) && !difference(&whole, &cut);
}

static void trap_text(const char *which, const struct result *r, unsigned i)
{
    const struct cpu_trap *t = &r->trap[i];

    if (i < r->trap_count)
        printf("  %-7s trap %u: %llu kind %d vector 0x%x pc 0x%llx syndrome 0x%llx addr 0x%llx\n",
               which, i, (unsigned long long)t->n, t->kind, t->vector, (unsigned long long)t->pc,
               (unsigned long long)t->syndrome, (unsigned long long)t->addr);
    else
        printf("  %-7s no more traps, ends at %llu\n", which, (unsigned long long)r->digest.n);
}

/* The last trap that two runs share, and where they part. */
static void show_difference(const struct result *a, const struct result *b)
{
    unsigned i = 0;

    while (i < a->trap_count && i < b->trap_count && a->trap[i].n == b->trap[i].n &&
           a->trap[i].vector == b->trap[i].vector && a->trap[i].pc == b->trap[i].pc &&
           a->trap[i].syndrome == b->trap[i].syndrome && a->trap[i].addr == b->trap[i].addr)
        i++;
    if (i)
        trap_text("both", a, i - 1);
    trap_text("whole", a, i);
    trap_text("pieces", b, i);
}

static const char *end_text(enum cpu_stop_reason reason)
{
    static const char *const text[] = {
        [CPU_STOP_TARGET] = "limit", [CPU_STOP_IDLE] = "waits forever",
        [CPU_STOP_POWEROFF] = "switched off", [CPU_STOP_RESET] = "reset",
        [CPU_STOP_SHUTDOWN] = "shutdown", [CPU_STOP_STRICT] = "strict",
        [CPU_STOP_REQUESTED] = "asked to stop", [CPU_STOP_BREAK] = "break",
        [CPU_STOP_ENGINE] = "the engine refused",
    };

    return text[reason];
}

static void found(struct progress *p, const char *arch, uint64_t seed, const char *what)
{
    p->found = true;
    printf("FAIL: %s kernel %llu: %s\n  again: build/tests/hostile %s %llu 1 -v\n", arch,
           (unsigned long long)seed, what, arch, (unsigned long long)seed);
    fflush(stdout);
}

static void one(const struct stream_arch *arch, const char *name, uint64_t seed, struct progress *p,
                bool verbose)
{
    static struct stream s, cuts;
    static struct result first, again, cut;
    static struct cutting none, pieces = {.pieces = &cuts};
    const char *what;
    char line[400];

    memset(&s, 0, sizeof(s));
    s.state = seed;
    arch->make(&s);
    p->doing = "running it";
    run(arch, &s, &none, &first);
    p->ends[first.stop.reason]++;
    if (verbose)
        printf("%s %llu: %s: %s at %llu %s\n", name, (unsigned long long)seed, s.kind,
               end_text(first.stop.reason), (unsigned long long)first.digest.n, first.error);
    if (first.error[0])
        found(p, name, seed, first.error);
    p->doing = "running it again";
    run(arch, &s, &none, &again);
    what = difference(&first, &again);
    if (what) {
        snprintf(line, sizeof(line), "a second run differs in %s", what);
        found(p, name, seed, line);
    }
    p->doing = "running it in pieces";
    memset(&cuts, 0, sizeof(cuts));
    cuts.state = seed;
    run(arch, &s, &pieces, &cut);
    what = difference(&first, &cut);
    if (what && changes_tables(arch, &s)) {
        p->stale++;
    } else if (what && differs_by_flags(arch, &s, seed)) {
        p->flags++;
    } else if (what) {
        snprintf(line, sizeof(line), "run in pieces it differs in %s (%llu, not %llu)", what,
                 (unsigned long long)cut.digest.n, (unsigned long long)first.digest.n);
        found(p, name, seed, line);
        if (verbose)
            show_difference(&first, &cut);
    }
}

/* A child that has come no further since the last look ends by this signal. */
static void on_time(int sig)
{
    static insn_t last;
    static unsigned last_run;
    insn_t now = running ? cpu_now(running) : 0;

    if (running && runs == last_run && now <= last) {
        signal(sig, SIG_DFL);
        raise(sig);
    }
    last = now;
    last_run = runs;
}

static void work(const struct stream_arch *arch, const char *name, uint64_t from, uint64_t to,
                 struct progress *p, bool verbose)
{
    struct itimerval limit = {{SECONDS_MAX, 0}, {SECONDS_MAX, 0}};

    signal(SIGPROF, on_time);
    setitimer(ITIMER_PROF, &limit, NULL);
    for (uint64_t seed = from; seed < to; seed++) {
        p->seed = seed;
        one(arch, name, seed, p, verbose);
    }
    fflush(stdout);
    _exit(0);
}

/* One child for a batch, and another one behind a crash. */
static void batch(const struct stream_arch *arch, const char *name, uint64_t from, uint64_t to,
                  struct progress *p, bool verbose)
{
    while (from < to) {
        char line[120];
        int status;
        pid_t pid;

        fflush(stdout);
        pid = fork();
        if (pid < 0) {
            perror("hostile: fork");
            exit(2);
        }
        if (pid == 0)
            work(arch, name, from, to, p, verbose);
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
            ;
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
            return;
        if (WIFSIGNALED(status) && WTERMSIG(status) == SIGPROF)
            snprintf(line, sizeof(line), "%s, it stands still", p->doing);
        else if (WIFSIGNALED(status))
            snprintf(line, sizeof(line), "%s: %s", p->doing, strsignal(WTERMSIG(status)));
        else
            snprintf(line, sizeof(line), "%s: exit code %d", p->doing, WEXITSTATUS(status));
        found(p, name, p->seed, line);
        from = p->seed + 1;
    }
}

int main(int argc, char **argv)
{
    const struct stream_arch *arch = argc > 1 && !strcmp(argv[1], "x86_64")  ? &stream_x86_64
                                     : argc > 1 && !strcmp(argv[1], "arm64") ? &stream_arm64
                                                                             : NULL;
    struct progress *p = mmap(NULL, sizeof(*p), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                              -1, 0);
    uint64_t first, count;

    if (!arch || argc < 4 || p == MAP_FAILED) {
        fprintf(stderr, "usage: hostile arm64|x86_64 FIRST COUNT [-v]\n");
        return 2;
    }
    first = strtoull(argv[2], NULL, 0);
    count = strtoull(argv[3], NULL, 0);
    for (uint64_t at = first; at < first + count; at += BATCH)
        batch(arch, argv[1], at, at + BATCH < first + count ? at + BATCH : first + count, p,
              argc > 4);
    printf("%s: %llu kernels", argv[1], (unsigned long long)count);
    for (unsigned i = 0; i <= CPU_STOP_ENGINE; i++)
        if (p->ends[i])
            printf(", %u %s", p->ends[i], end_text(i));
    if (p->stale)
        printf("; %u not judged in pieces: they change page tables in use", p->stale);
    if (p->flags)
        printf("; %u differ in pieces by undefined flags alone", p->flags);
    printf("\n");
    return p->found || p->stale + p->flags > APART_MAX(count) ? 1 : 0;
}
