/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/divergence.c - what two digests that differ say.
 *
 * A recording keeps hashes, so the report names the parts that differ (short hash of
 * each state piece and RAM region) and shows what they are now, in the replay.
 */
#include "sim/replay.h"

#include <stdarg.h>

#define PIECE_SHOWN_BYTES 16u

struct lines {
    struct divergence *d;
    size_t used;
    const struct digest *want, *got;
    unsigned piece;
};

PRINTF_LIKE(2, 3) static void add(struct lines *l, const char *fmt, ...)
{
    size_t room = sizeof(l->d->details) - l->used;
    va_list ap;
    int len;

    va_start(ap, fmt);
    len = vsnprintf(l->d->details + l->used, room, fmt, ap);
    va_end(ap);
    l->used += len > 0 && (size_t)len < room ? (size_t)len : room - 1;
}

static int show_piece(void *ctx, const char *name, void *data, size_t len)
{
    struct lines *l = ctx;
    unsigned i = l->piece++;
    const uint8_t *bytes = data;

    if (i >= DIGEST_PIECES_MAX || i >= l->want->pieces || l->want->piece[i] == l->got->piece[i])
        return 0;
    add(l, "  state       %s", name);
    if (len <= PIECE_SHOWN_BYTES) {
        add(l, " = 0x");
        for (size_t b = len; b-- > 0;)
            add(l, "%02x", bytes[b]);
        add(l, " here");
    }
    add(l, "\n");
    return 0;
}

static void show_ram(struct lines *l, struct cpu *cpu)
{
    for (unsigned i = 0; i < DIGEST_REGIONS; i++) {
        paddr_t start, end;

        if (l->want->region[i] == l->got->region[i])
            continue;
        digest_region_range(cpu, i, &start, &end);
        add(l, "  RAM         differs in 0x%llx-0x%llx\n", (unsigned long long)start,
            (unsigned long long)end - 1);
    }
}

void divergence_explain(struct divergence *d, struct sim *sim, const struct digest *want,
                        const struct digest *got)
{
    struct lines l = {.d = d, .want = want, .got = got};
    struct cpu *cpu = sim_cpu(sim);

    d->n = want->n;
    d->details[0] = '\0';
    snprintf(d->what, sizeof(d->what), "the digest at instruction %llu differs in%s%s%s%s",
             (unsigned long long)want->n, want->cycles != got->cycles ? " clock" : "",
             want->traps != got->traps ? " traps" : "",
             want->state != got->state ? " state" : "", want->ram != got->ram ? " RAM" : "");
    add(&l, "  pc          0x%llx here\n", (unsigned long long)cpu_pc(cpu));
    if (want->cycles != got->cycles)
        add(&l, "  clock       %llu cycles here, %llu recorded\n",
            (unsigned long long)got->cycles, (unsigned long long)want->cycles);
    if (want->traps != got->traps)
        add(&l, "  traps       another trap, or one at another number\n");
    if (want->state != got->state && want->pieces != got->pieces)
        add(&l, "  state       recorded by a build with another list of state pieces\n");
    else if (want->state != got->state && cpu_state_visit(cpu, CPU_STATE_SAVE, show_piece, &l) != 0)
        add(&l, "  state       cannot be read\n");
    if (want->has_ram && want->ram != got->ram)
        show_ram(&l, cpu);
}
