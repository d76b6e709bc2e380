/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/kit/differ.c - what a machine is against what a test expects, as text to read.
 *
 * A value is printed as a number, most significant byte first. Nothing differs: no text.
 */
#include "sim/kit/private.h"

#include <stdarg.h>
#include <stdio.h>

#include "sim/host.h"
#include "sim/textdiff.h"

void kit_text(struct trapline *t, const char *fmt, ...)
{
    char line[512];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    buf_put(&t->text, line, strlen(line));
}

const char *kit_text_end(struct trapline *t)
{
    buf_put(&t->text, "", 1);
    if (t->text.failed || !t->text.data)
        return "out of memory for the text of a difference";
    t->text.used--;
    return (const char *)t->text.data;
}

static void number_text(const uint8_t *value, size_t bytes, char text[40])
{
    int at = snprintf(text, 40, "0x");

    while (bytes-- > 0)
        at += snprintf(text + at, 40 - (size_t)at, "%02x", value[bytes]);
}

static void line_for(struct trapline *t, const char *name, const uint8_t *want, const uint8_t *is,
                     size_t bytes)
{
    char text[40];

    number_text(want, bytes, text);
    kit_text(t, "  %-8s was %s\n", name, text);
    number_text(is, bytes, text);
    kit_text(t, "  %-8s is  %s\n", "", text);
}

static bool named_in(const char *list, const char *name)
{
    size_t len = strlen(name);

    for (const char *at = list; at && (at = strstr(at, name)) != NULL; at += len)
        if ((at == list || at[-1] == ' ') && (at[len] == ' ' || at[len] == 0))
            return true;
    return false;
}

static unsigned group_of(struct trapline *t, const struct cpu_reg_desc *d)
{
    if (d->group == CPU_REG_FP)
        return TRAPLINE_VECTORS;
    if (d->group == CPU_REG_SYSTEM)
        return TRAPLINE_SYSTEM;
    return t->a->is_integer(d->name) ? TRAPLINE_GENERAL : TRAPLINE_STATE;
}

const char *trapline_differ_regs(struct trapline *t, const struct trapline_regs *want,
                                 unsigned groups, const char *but)
{
    size_t count, found = 0;
    const struct cpu_reg_desc *table = cpu_reg_table(t->a->arch, &count);
    struct trapline_regs is;

    if (trapline_regs(t, &is) != 0)
        return t->error;
    t->text.used = 0;
    for (size_t i = 0; i < count; i++) {
        if (!(group_of(t, &table[i]) & groups) || named_in(but, table[i].name) ||
            memcmp(want->value[i], is.value[i], table[i].bytes) == 0)
            continue;
        if (found++ == 0)
            kit_text(t, "registers differ at %s, number %llu\n",
                     trapline_where(t, cpu_pc(t->cpu)), (unsigned long long)cpu_now(t->cpu));
        line_for(t, table[i].name, want->value[i], is.value[i], table[i].bytes);
    }
    return found ? kit_text_end(t) : NULL;
}

const char *trapline_differ_reg(struct trapline *t, const char *name, uint64_t want)
{
    size_t count;
    const struct cpu_reg_desc *table = cpu_reg_table(t->a->arch, &count);
    int id = cpu_reg_find(t->a->arch, name);
    uint8_t expected[16] = {0}, is[16] = {0};
    char text[40];

    if (trapline_get_bytes(t, name, is, id < 0 ? 0 : table[id].bytes) != 0)
        return t->error;
    memcpy(expected, &want, sizeof(want));
    if (memcmp(expected, is, sizeof(is)) == 0)
        return NULL;
    t->text.used = 0;
    kit_text(t, "a register differs at %s, number %llu\n", trapline_where(t, cpu_pc(t->cpu)),
             (unsigned long long)cpu_now(t->cpu));
    number_text(expected, table[id].bytes, text);
    kit_text(t, "  %-8s should be %s\n", name, text);
    number_text(is, table[id].bytes, text);
    kit_text(t, "  %-8s is        %s\n", "", text);
    return kit_text_end(t);
}

/* One word of a frame; false: there is no memory. */
static bool read_field(struct trapline *t, uint64_t va, const struct trapline_field *f, void *out)
{
    uint64_t base = va;

    if (f->via && trapline_read(t, va + f->via, &base, 8) != 0)
        return false;
    return trapline_read(t, base + f->offset, out, f->bytes) == 0;
}

static size_t frame_lines(struct trapline *t, uint64_t va, const struct trapline_field *fields,
                          size_t count, const struct trapline_regs *want, const char *what)
{
    size_t found = 0;

    for (size_t i = 0; i < count; i++) {
        const struct trapline_field *f = &fields[i];
        int id = cpu_reg_find(t->a->arch, f->name);
        uint8_t is[16] = {0};
        bool readable = f->bytes <= sizeof(is) && read_field(t, va, f, is);

        if (id >= 0 && readable && memcmp(is, want->value[id], f->bytes) == 0)
            continue;
        if (found++ == 0)
            kit_text(t, "the %s at 0x%llx differs\n", what, (unsigned long long)va);
        if (id < 0)
            kit_text(t, "  %-8s there is no such register\n", f->name);
        else if (!readable)
            kit_text(t, "  %-8s its place is not mapped (%u bytes at +%u)\n", f->name, f->bytes,
                     f->offset);
        else
            line_for(t, f->name, want->value[id], is, f->bytes);
    }
    return found;
}

const char *trapline_differ_frame(struct trapline *t, uint64_t va,
                                  const struct trapline_field *fields, size_t count,
                                  const struct trapline_regs *want)
{
    t->text.used = 0;
    return frame_lines(t, va, fields, count, want, "frame") ? kit_text_end(t) : NULL;
}

const char *trapline_differ_signal(struct trapline *t, uint64_t sp, int signo,
                                   const struct trapline_regs *want)
{
    size_t found;
    int32_t is = 0;

    t->text.used = 0;
    found = frame_lines(t, sp, t->a->signal_fields, t->a->signal_field_count, want, "signal frame");
    if (trapline_read(t, sp + t->a->signo_at, &is, sizeof(is)) != 0 || is != signo) {
        if (found++ == 0)
            kit_text(t, "the signal frame at 0x%llx differs\n", (unsigned long long)sp);
        kit_text(t, "  %-8s should be %d\n  %-8s is        %d\n", "si_signo", signo, "", is);
    }
    return found ? kit_text_end(t) : NULL;
}

const char *trapline_traps_text(struct trapline *t)
{
    const struct sim_arch *a = sim_arch_get(t->a->arch);

    t->text.used = 0;
    for (size_t i = 0; i < t->trap_count; i++) {
        struct trap_words w = {0};

        a->describe_trap(&t->traps[i], &w);
        kit_text(t, "%s: %s at %s\n", w.vector, w.stable, trapline_where(t, t->traps[i].pc));
    }
    return kit_text_end(t);
}

/* NULL: they are the same. `head`: the text's first line, where they are not. */
static const char *differ_texts(struct trapline *t, const char *head, const struct text *a,
                                const struct text *b)
{
    struct byte_buf diff = {0};
    const char *text = NULL;

    if (textdiff_unified(a, b, &diff) != 0) {
        text = "out of memory for the text of a difference";
    } else if (diff.used) {
        t->text.used = 0; /* `b` may stand there */
        kit_text(t, "%s\n", head);
        buf_put(&t->text, diff.data, diff.used);
        text = kit_text_end(t);
    }
    buf_free(&diff);
    return text;
}

const char *trapline_differ_traps(struct trapline *t, const char *want)
{
    const char *is = trapline_traps_text(t);
    struct text a = {"expected", want, strlen(want)}, b = {"traps", is, strlen(is)};

    return differ_texts(t, "the traps differ", &a, &b);
}

const char *trapline_differ_golden(struct trapline *t, const char *text, const char *path,
                                   bool update)
{
    struct text a = {path, "", 0}, b = {"now", text, strlen(text)};
    char err[400], head[480];
    struct blob file = {0};
    const char *differs;
    int rc = 0;

    if (!update || host_file_exists(path))
        rc = host_read_file(path, &file, err, sizeof(err));
    if (rc != 0) {
        kit_fail(t, rc, "%s (TRAPLINE_UPDATE=1 in the environment writes it)", err);
        return t->error;
    }
    if (file.bytes > 0)
        a = (struct text){path, (const char *)file.data, file.bytes};
    snprintf(head, sizeof(head), "the text is not that of %s", path);
    if (update && (a.len != b.len || memcmp(a.bytes, text, b.len) != 0)) {
        rc = host_write_file(path, text, b.len, err, sizeof(err));
        if (rc != 0)
            kit_fail(t, rc, "%s", err);
        differs = rc != 0 ? t->error : NULL;
    } else {
        differs = differ_texts(t, head, &a, &b);
    }
    blob_free(&file);
    return differs;
}
