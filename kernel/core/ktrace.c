// SPDX-License-Identifier: GPL-2.0-or-later
/* ktrace.c - writing the ring of trace records (ktrace.h). */
#include "kernel/include/ktrace.h"
#include "kernel/include/cmdline.h"
#include "kernel/include/printk.h"
#include "kernel/include/process.h"
#include "kernel/include/string.h"
#include "kernel/include/thread.h"

struct ktrace_ring ktrace_ring;

static const char *const names[] = {
#define X(kind, a, b) #kind,
    KTRACE_POINTS(X)
#undef X
};

/* The record first, its number last: a reader between two instructions sees whole ones. */
void ktrace_write(enum ktrace_kind kind, uint64_t a, uint64_t b)
{
    unsigned long irq = arch_irq_save();
    struct ktrace_record *r = &ktrace_ring.records[ktrace_ring.written % KTRACE_RECORDS];

    r->time_ns = arch_clock_ns();
    r->pid = current->process ? current->process->pid : 0;
    r->tid = current->tid;
    r->kind = kind;
    r->a = a;
    r->b = b;
    __asm__ volatile("" : : : "memory");
    ktrace_ring.written++;
    arch_irq_restore(irq);
}

static uint32_t mask_of(const char *name, size_t len)
{
    if (len == 3 && !strncmp(name, "all", len))
        return (1u << KTRACE_KINDS) - 1;
    for (unsigned i = 0; i < KTRACE_KINDS; i++)
        if (strlen(names[i]) == len && !strncmp(names[i], name, len))
            return 1u << i;
    printk("ktrace: no trace point of that name in the command line");
    return 0;
}

void ktrace_init(const char *cmdline)
{
    size_t left;
    const char *at = cmdline_value(cmdline, "ktrace", &left);
    uint32_t mask = 0;

    ktrace_ring.magic = KTRACE_MAGIC;
    ktrace_ring.version = KTRACE_VERSION;
    ktrace_ring.capacity = KTRACE_RECORDS;
    while (at && left > 0) {
        const char *comma = memchr(at, ',', left);
        size_t len = comma ? (size_t)(comma - at) : left;

        mask |= mask_of(at, len);
        len += comma != NULL;
        at += len;
        left -= len;
    }
    ktrace_ring.mask = mask;
}
