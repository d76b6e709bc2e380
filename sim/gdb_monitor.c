/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/gdb_monitor.c - the `monitor` commands: what GDB has no word for.
 *
 * Each is a row of the table below. After one that moves the machine GDB still shows the registers
 * that it read before, so the answer says how to make it read them again.
 */
#include "sim/gdb_private.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "loader/array.h"
#include "sim/arch/arch.h"
#include "cpu/search.h"
#include "sim/who.h"

#define TRAPS_BEFORE 8u
#define TRAPS_AFTER  4u
#define WHO_LINKS_MAX 32u

void gdb_say(struct byte_buf *text, const char *fmt, ...)
{
    char line[1024];
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    if (n > 0)
        buf_put(text, line, (size_t)n < sizeof(line) ? (size_t)n : sizeof(line) - 1);
}

static void here(struct gdb_stub *g, struct byte_buf *text)
{
    struct cpu *cpu = gdb_cpu(g);
    struct place place = places_find(g->places, NULL, 0, cpu_pc(cpu));
    char where[160];

    place_text(&place, false, where, sizeof(where));
    gdb_say(text, "instruction %llu of %llu, %llu.%03u us, %s, at %s\n",
        (unsigned long long)timeline_now(g->timeline),
        (unsigned long long)timeline_end(g->timeline),
        (unsigned long long)(cpu_time_ns(cpu) / 1000), (unsigned)(cpu_time_ns(cpu) % 1000),
        cpu_in_user(cpu) ? "user mode" : "kernel", where);
}

static bool number(const char *args, uint64_t *value)
{
    char *end;

    if (!isdigit((unsigned char)*args))
        return false;
    *value = strtoull(args, &end, 0);
    return *end == '\0';
}

static void move_to(struct gdb_stub *g, insn_t n, struct byte_buf *text)
{
    if (timeline_seek(g->timeline, n)) {
        gdb_say(text, "%s\n", timeline_error(g->timeline));
        return;
    }
    here(g, text);
    gdb_say(text, "('maintenance flush register-cache' makes gdb look again)\n");
}

static void cmd_when(struct gdb_stub *g, const char *args, struct byte_buf *text)
{
    (void)args;
    here(g, text);
}

static void cmd_seek(struct gdb_stub *g, const char *args, struct byte_buf *text)
{
    uint64_t n;

    if (number(args, &n))
        move_to(g, n, text);
    else
        gdb_say(text, "seek wants an instruction number\n");
}

static void cmd_checkpoint(struct gdb_stub *g, const char *args, struct byte_buf *text)
{
    (void)args;
    if (g->checkpoint_count == GDB_CHECKPOINTS_MAX) {
        gdb_say(text, "there are %u checkpoints, no more\n", GDB_CHECKPOINTS_MAX);
        return;
    }
    g->checkpoint[g->checkpoint_count++] = timeline_now(g->timeline);
    gdb_say(text, "checkpoint %zu: ", g->checkpoint_count);
    here(g, text);
}

static void cmd_restart(struct gdb_stub *g, const char *args, struct byte_buf *text)
{
    uint64_t k;

    if (number(args, &k) && k >= 1 && k <= g->checkpoint_count)
        move_to(g, g->checkpoint[k - 1], text);
    else
        gdb_say(text, "there is no checkpoint %s\n", args);
}

static void keep_trap(void *ctx, struct sim *sim, const struct cpu_trap *trap)
{
    struct gdb_stub *g = ctx;
    struct cpu_trap *grown = array_room(g->traps, g->trap_count, &g->trap_room, sizeof(*grown));

    (void)sim;
    if (!grown)
        return;
    g->traps = grown;
    g->traps[g->trap_count++] = *trap;
}

/* All traps, from a replay of their own. */
static bool know_traps(struct gdb_stub *g, struct byte_buf *text)
{
    struct sim_watch watch = {.ctx = g, .trap = keep_trap};
    struct replay r;
    struct sim_end end;
    char err[256];
    int rc;

    if (g->traps_known)
        return true;
    if (replay_open(&r, g->trace, &watch, err, sizeof(err))) {
        gdb_say(text, "%s\n", err);
        return false;
    }
    rc = replay_run(&r, INSN_NONE, &end);
    if (rc)
        gdb_say(text, "the recording does not replay: %s\n", r.divergence.what);
    replay_close(&r);
    g->traps_known = rc == 0;
    return g->traps_known;
}

static size_t trap_after(const struct gdb_stub *g, insn_t n)
{
    return SEARCH_BEHIND(g->traps, g->trap_count, n, n);
}

static void say_trap(struct gdb_stub *g, size_t i, struct byte_buf *text)
{
    const struct cpu_trap *t = &g->traps[i];
    struct place place = places_find(g->places, NULL, 0, t->pc);
    struct trap_words w;
    char where[160];

    sim_arch_get(g->trace->machine.arch)->describe_trap(t, &w);
    place_text(&place, false, where, sizeof(where));
    gdb_say(text, "%s%12llu  %-10s %-46s %s\n",
        t->n == timeline_now(g->timeline) ? "*" : " ", (unsigned long long)t->n, w.vector,
        w.cause, where);
}

static void cmd_traps(struct gdb_stub *g, const char *args, struct byte_buf *text)
{
    size_t middle, from, to;

    (void)args;
    if (!know_traps(g, text))
        return;
    middle = trap_after(g, timeline_now(g->timeline));
    from = middle > TRAPS_BEFORE ? middle - TRAPS_BEFORE : 0;
    to = middle + TRAPS_AFTER < g->trap_count ? middle + TRAPS_AFTER : g->trap_count;
    for (size_t i = from; i < to; i++) {
        if (i == middle)
            gdb_say(text, "---- here ----\n");
        say_trap(g, i, text);
    }
}

/* The next or the last trap from here. */
static void cmd_trap(struct gdb_stub *g, const char *args, struct byte_buf *text)
{
    insn_t now = timeline_now(g->timeline);
    size_t i;

    if (!know_traps(g, text))
        return;
    if (strcmp(args, "next") == 0) {
        i = trap_after(g, now);
    } else if (strcmp(args, "back") == 0) {
        i = now ? trap_after(g, now - 1) : 0;
        i = i ? i - 1 : g->trap_count;
    } else {
        gdb_say(text, "trap next, or trap back\n");
        return;
    }
    if (i >= g->trap_count)
        gdb_say(text, "there is none\n");
    else
        move_to(g, g->traps[i].n, text);
}

static void cmd_info(struct gdb_stub *g, const char *args, struct byte_buf *text)
{
    uint64_t va;
    paddr_t pa;

    if (strncmp(args, "mmu ", 4) != 0 || !number(args + 4, &va))
        gdb_say(text, "info mmu ADDRESS\n");
    else if (cpu_translate(gdb_cpu(g), va, &pa))
        gdb_say(text, "0x%llx is not mapped here\n", (unsigned long long)va);
    else
        gdb_say(text, "0x%llx is at physical address 0x%llx\n", (unsigned long long)va,
            (unsigned long long)pa);
}

static void say_link(void *ctx, const struct who_link *link)
{
    struct byte_buf *text = ctx;
    char value[40] = "0x";
    size_t used = 2;

    for (unsigned i = link->place.bytes; i-- > 0;)
        used += (size_t)snprintf(value + used, sizeof(value) - used, "%02x", link->value[i]);
    gdb_say(text, "%s is %s\n", link->what, value);
    if (link->kind == WHO_BEGINNING)
        gdb_say(text, "  since the recording began\n");
    else
        gdb_say(text, "  %llu %s  %s  %.60s  %s\n", (unsigned long long)link->n,
            who_kind_name(link->kind), link->where, link->code, link->source);
}

/* Afterwards the machine stands where it stood. */
static void cmd_who(struct gdb_stub *g, const char *args, struct byte_buf *text)
{
    insn_t n = timeline_now(g->timeline);
    struct value_place place;
    struct who *w;
    char err[256];

    if (who_parse(g->trace->machine.arch, args, &place, err, sizeof(err))) {
        gdb_say(text, "%s\n", err);
        return;
    }
    if (who_open(g->timeline, g->places, &g->trace->machine, &w)) {
        gdb_say(text, "out of memory\n");
        return;
    }
    w->code = &g->code;
    if (who_follow(w, n, &place, WHO_LINKS_MAX, say_link, text, err, sizeof(err)))
        gdb_say(text, "%s\n", err);
    who_close(w);
    if (timeline_seek(g->timeline, n))
        gdb_say(text, "%s\n", timeline_error(g->timeline));
}

static void cmd_help(struct gdb_stub *g, const char *args, struct byte_buf *text);

static const struct {
    const char *name;
    void (*run)(struct gdb_stub *g, const char *args, struct byte_buf *text);
    const char *help;
} commands[] = {
    {"when", cmd_when, "instruction number, guest time, place"},
    {"seek", cmd_seek, "N: stand at instruction number N"},
    {"traps", cmd_traps, "the traps around this place"},
    {"trap", cmd_trap, "next|back: stand at the vector of the next or last trap"},
    {"syscalls", gdb_monitor_syscalls, "the system calls around this place"},
    {"tasks", gdb_monitor_tasks, "processes and threads, what they run, and who runs here"},
    {"ktrace", gdb_monitor_ktrace, "the kernel's last trace points (--append ktrace=all)"},
    {"user-symbols", gdb_monitor_symbols, "used by gdb's command of that name"},
    {"checkpoint", cmd_checkpoint, "remember this place"},
    {"restart", cmd_restart, "K: back to checkpoint K"},
    {"info", cmd_info, "mmu ADDRESS: where a virtual address is"},
    {"who", cmd_who, "REG|ADDRESS[:BYTES]: where the value there came from"},
    {"help", cmd_help, "this list"},
};

static void cmd_help(struct gdb_stub *g, const char *args, struct byte_buf *text)
{
    (void)g;
    (void)args;
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        gdb_say(text, "monitor %-13s %s\n", commands[i].name, commands[i].help);
}

void gdb_monitor(struct gdb_stub *g, const char *command, struct byte_buf *text)
{
    size_t len = strcspn(command, " ");
    const char *args = command + len;

    while (*args == ' ')
        args++;
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        if (strlen(commands[i].name) == len && strncmp(command, commands[i].name, len) == 0) {
            commands[i].run(g, args, text);
            return;
        }
    gdb_say(text, "there is no command '%.*s'; 'monitor help' lists them\n", (int)len, command);
}
