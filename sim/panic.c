/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/panic.c - what the console says of a kernel that gave up, halted or had a fault; see panic.h.
 */
#include "sim/panic.h"

#include <stdio.h>
#include <string.h>

/* "[    0.760354] text" is text. */
static const char *without_time(const char *line)
{
    const char *end = line[0] == '[' ? strchr(line, ']') : NULL;

    if (!end || strspn(line + 1, " .0123456789") != (size_t)(end - line - 1))
        return line;
    return end + 1 + (end[1] == ' ');
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/*
 * Linux' die() numbers what it dies of: "Oops: 0002 [#1] PREEMPT SMP". The line before it, or a
 * few before, names the cause: arch/CPU/mm/fault.c, lib/bug.c. A soft lockup (kernel/watchdog.c)
 * has one line.
 */
static void look_for_oops(struct panic *p, const char *text, insn_t n)
{
    bool soft = begins(text, "watchdog: BUG: soft lockup");

    if (soft || begins(text, "BUG: ") || begins(text, "Unable to handle kernel ") ||
        begins(text, "kernel BUG at ")) {
        snprintf(p->cause.words, sizeof(p->cause.words), "%s", text);
        p->cause.n = n;
    }
    if (!soft && !strstr(text, " [#1]"))
        return;
    p->oops = p->cause;
    if (!p->cause.words[0]) {
        snprintf(p->oops.words, sizeof(p->oops.words), "%s", text);
        p->oops.n = n;
    }
}

static void take_line(struct panic *p, insn_t n)
{
    const char *text;

    p->line[p->used] = '\0';
    p->used = 0;
    text = without_time(p->line);
    p->over = begins(text, "---[ end Kernel panic");
    if (begins(text, "reboot: System halted")) {
        snprintf(p->halt.words, sizeof(p->halt.words), "%s", text);
        p->halt.n = n;
        p->over = true;
    }
    if (!p->oops.words[0])
        look_for_oops(p, text, n);
    if (p->words[0])
        return;
    if (p->next || (!p->over && begins(text, "Kernel panic"))) {
        snprintf(p->words, sizeof(p->words), "%s", text);
        p->n = n;
    }
    p->next = strstr(text, "kernel: panic") != NULL;
}

void panic_console(struct panic *p, insn_t n, const uint8_t *bytes, size_t len)
{
    p->quiet_n = n;
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] == '\n')
            take_line(p, n);
        else if (bytes[i] != '\r' && p->used + 1 < sizeof(p->line))
            p->line[p->used++] = (char)bytes[i];
    }
}

bool panic_spins(const struct panic *p, struct cpu *cpu)
{
    return p->over && (p->words[0] || p->halt.words[0]) && !cpu_in_user(cpu) &&
           cpu_now(cpu) >= p->quiet_n + PANIC_SPIN_INSNS;
}
