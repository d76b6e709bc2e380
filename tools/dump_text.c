/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tools/dump_text.c - derived events as lines in columns. */
#include "tools/dump.h"

#define PLACE_LEN 160u
#define CALL_LEN  700u

/* Columns are wide enough for what is common, and one space parts them where it is not. */
#define TASK_COLUMNS   "%-7s"
#define VECTOR_COLUMNS "%-11s"

static void put_when(const struct dump *dump, insn_t n, uint64_t time_ns, unsigned process,
                     unsigned thread)
{
    char task[24] = "-";

    if (process)
        snprintf(task, sizeof(task), "%u.%u", process, thread);
    fprintf(dump->out, "%13llu %14llu.%03u  " TASK_COLUMNS " ", (unsigned long long)n,
            (unsigned long long)(time_ns / 1000), (unsigned)(time_ns % 1000), task);
}

void dump_text_title(const struct dump *dump)
{
    fprintf(dump->out, "%13s %18s  " TASK_COLUMNS " ", "instruction", "time us", "task");
    if (dump->sections == DUMP_TRAPS)
        fprintf(dump->out, VECTOR_COLUMNS " %-46s %-18s %s", "vector", "cause", "address", "at");
    else
        fprintf(dump->out, "event");
    fputc('\n', dump->out);
}

static void put_trap(const struct dump *dump, const struct derived *d)
{
    char at[PLACE_LEN], addr[24] = "";

    place_text(&d->at, false, at, sizeof(at));
    if (d->trap->addr || d->words->is_fault)
        snprintf(addr, sizeof(addr), "0x%016llx", (unsigned long long)d->trap->addr);
    fprintf(dump->out, VECTOR_COLUMNS " %-46s %-18s %s\n", d->words->vector, d->words->cause, addr, at);
}

static void put_syscall(const struct dump *dump, const struct derived *d)
{
    char call[CALL_LEN], result[64];

    syscall_call_text(d->call, false, call, sizeof(call));
    if (d->restarted)
        snprintf(result, sizeof(result), "? (runs again)");
    else if (!d->returned)
        snprintf(result, sizeof(result), "?");
    else
        syscall_result_text(d->call, d->result, false, result, sizeof(result));
    fprintf(dump->out, "%s = %s\n", call, result);
}

static void put_signal(const struct dump *dump, const struct derived *d)
{
    char handler[PLACE_LEN], at[PLACE_LEN];

    place_text(&d->at, false, handler, sizeof(handler));
    place_text(&d->interrupted, false, at, sizeof(at));
    fprintf(dump->out, "signal %s -> %s, interrupted %s%s", signal_name(d->signo), handler, at,
            d->interrupted_syscall ? " (system call)" : "");
    if (d->frame->has_info)
        fprintf(dump->out, ", si_code %d, si_addr/pid 0x%llx", d->frame->info_code,
                (unsigned long long)d->frame->info_addr);
    fputc('\n', dump->out);
}

void dump_text_event(const struct dump *dump, const struct derived *d)
{
    char at[PLACE_LEN];

    put_when(dump, d->n, d->time_ns, d->process, d->thread);
    place_text(&d->at, false, at, sizeof(at));
    switch (d->kind) {
    case DERIVED_TRAP:
        put_trap(dump, d);
        break;
    case DERIVED_SYSCALL:
        put_syscall(dump, d);
        break;
    case DERIVED_SIGNAL:
        put_signal(dump, d);
        break;
    case DERIVED_SIGRETURN:
        fprintf(dump->out, "sigreturn -> %s\n", at);
        break;
    case DERIVED_START:
        fprintf(dump->out, "starts at %s", at);
        if (d->parent)
            fprintf(dump->out, ", child of process %u", d->parent);
        fputc('\n', dump->out);
        break;
    case DERIVED_RETURN:
        fprintf(dump->out, "return to %s\n", at);
        break;
    }
}

static void put_bytes(FILE *out, const uint8_t *bytes, size_t len)
{
    fputc('"', out);
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] == '"' || bytes[i] == '\\')
            fprintf(out, "\\%c", bytes[i]);
        else if (bytes[i] >= ' ' && bytes[i] < 0x7f)
            fputc(bytes[i], out);
        else
            fprintf(out, "\\x%02x", bytes[i]);
    }
    fputs("\"\n", out);
}

/* A frame by its two addresses and its type (IEEE 802.3). */
static void put_frame(FILE *out, const struct trace_stop *s)
{
    const uint8_t *b = s->net.bytes;

    if (s->net.len == 0) {
        fprintf(out, "%13llu  waited until cycle %llu\n", (unsigned long long)s->n,
                (unsigned long long)s->cycles);
        return;
    }
    fprintf(out, "%13llu  frame of %u bytes", (unsigned long long)s->n, s->net.len);
    if (s->net.len >= 14)
        fprintf(out, ", %02x:%02x:%02x:%02x:%02x:%02x to %02x:%02x:%02x:%02x:%02x:%02x, type %04x",
                b[6], b[7], b[8], b[9], b[10], b[11], b[0], b[1], b[2], b[3], b[4], b[5],
                b[12] << 8 | b[13]);
    fputc('\n', out);
}

void dump_text_inputs(const struct dump *dump, const struct trace *t)
{
    size_t delay = 0;
    char text[96];

    for (size_t i = 0; i <= t->stop_count; i++) {
        const struct trace_stop *s = i < t->stop_count ? &t->stops[i] : NULL;

        for (; delay < t->delay_count && (!s || t->delays[delay].n <= s->n); delay++)
            if (t->delays[delay].n >= dump->from && t->delays[delay].n <= dump->to)
                fprintf(dump->out, "%13llu  timer late by %llu cycles\n",
                        (unsigned long long)t->delays[delay].n,
                        (unsigned long long)t->delays[delay].delay);
        if (!s || s->kind == TRACE_STOP_DIGEST || s->n < dump->from || s->n > dump->to)
            continue;
        if (s->kind == TRACE_STOP_INJECT) {
            inject_text(&s->inject, text, sizeof(text));
            fprintf(dump->out, "%13llu  injected %s: %s\n", (unsigned long long)s->n,
                    inject_names[s->inject.kind], text);
            continue;
        }
        if (s->kind == TRACE_STOP_NET) {
            put_frame(dump->out, s);
            continue;
        }
        fprintf(dump->out, "%13llu  console", (unsigned long long)s->n);
        if (s->console.jump)
            fprintf(dump->out, " after %llu cycles of waiting",
                    (unsigned long long)s->console.jump);
        fputc(' ', dump->out);
        put_bytes(dump->out, s->console.bytes, s->console.len);
    }
}

static void put_image(FILE *out, const char *what, uint64_t bytes, const struct image_hash *h,
                      bool embedded)
{
    char text[33];

    if (bytes == 0) {
        fprintf(out, "%-12s none\n", what);
        return;
    }
    image_hash_text(h, text);
    fprintf(out, "%-12s %llu bytes, xxh3-128 %s%s\n", what, (unsigned long long)bytes, text,
            embedded ? "" : ", not in the trace");
}

void dump_text_header(const struct dump *dump, const struct trace *t)
{
    const struct machine *m = &t->machine;
    FILE *out = dump->out;
    char text[96];

    fprintf(out, "%-12s %u\n", "format", TRACE_VERSION);
    fprintf(out, "%-12s %s\n", "arch", arch_name(m->arch));
    fprintf(out, "%-12s %llu MiB\n", "memory", (unsigned long long)(m->ram_bytes >> 20));
    fprintf(out, "%-12s %llu\n", "cpu-hz", (unsigned long long)m->hz);
    fprintf(out, "%-12s %llu\n", "seed", (unsigned long long)m->seed);
    fprintf(out, "%-12s %llu\n", "chaos", (unsigned long long)m->chaos);
    fprintf(out, "%-12s %llu\n", "wall start", (unsigned long long)m->wall_start_s);
    fprintf(out, "%-12s %s\n", "strict", m->strict ? "yes" : "no");
    if (m->firmware)
        fprintf(out, "%-12s %s\n", "kernel is", "a firmware, in flash");
    if (m->el2)
        fprintf(out, "%-12s %s\n", "entered at", "EL2");
    if (m->adversary)
        fprintf(out, "%-12s yes\n", "adversary");
    fprintf(out, "%-12s %s\n", "append", m->cmdline);
    fprintf(out, "%-12s", "argv");
    for (size_t i = 0; m->argv && m->argv[i]; i++)
        fprintf(out, " %s", m->argv[i]);
    fputc('\n', out);
    put_image(out, "kernel", m->kernel_bytes, &m->kernel_hash, t->has_images);
    put_image(out, "initrd", m->initrd_bytes, &m->initrd_hash, t->has_images);
    for (unsigned i = 0; i < m->disk_count; i++)
        put_image(out, m->disk[i].read_only ? "disk, ro" : "disk", m->disk[i].bytes,
                  &m->disk[i].hash, t->has_images);
    if (m->net.data)
        fprintf(out, "%-12s a script of %zu bytes\n", "network", m->net.bytes);
    if (m->console)
        fprintf(out, "%-12s virtio\n", "console");
    if (m->gicv3)
        fprintf(out, "%-12s 3\n", "gic");
    if (m->entropy)
        fprintf(out, "%-12s from the seed\n", "entropy");
    fprintf(out, "%-12s %zu inputs and digests, %zu timer delays\n", "events", t->stop_count,
            t->delay_count);
    sim_end_text(&t->end, text, sizeof(text));
    fprintf(out, "%-12s %s, at instruction %llu\n", "end",
            t->cut ? "cut after the last whole chunk" : text, (unsigned long long)t->end.n);
}
