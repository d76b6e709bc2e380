/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tools/progress.c - one line on a terminal: instructions, speed, guest time. Nothing in a pipe. */
#include "tools/cmd.h"

#define NS_PER_S        1000000000ull
#define FIRST_AFTER_NS  (NS_PER_S / 2)
#define EVERY_NS        (NS_PER_S / 5)

void progress_start(struct progress *p, bool wanted)
{
    memset(p, 0, sizeof(*p));
    p->on = wanted && host_is_terminal(stderr);
    if (p->on)
        p->start_ns = host_clock_ns();
    p->last_ns = p->start_ns + FIRST_AFTER_NS - EVERY_NS;
}

void progress_tick(struct progress *p, struct sim *sim)
{
    uint64_t now;
    double seconds, million;

    if (!p->on)
        return;
    now = host_clock_ns();
    if (now < p->last_ns + EVERY_NS)
        return;
    p->last_ns = now;
    p->shown = true;
    seconds = (double)(now - p->start_ns) / NS_PER_S;
    million = (double)cpu_now(sim_cpu(sim)) / 1e6;
    fprintf(stderr, "\r%10.1f million instructions  %6.0f MIPS  %8.3f s guest time ", million,
            million / seconds, (double)cpu_time_ns(sim_cpu(sim)) / NS_PER_S);
    fflush(stderr);
}

void progress_end(struct progress *p)
{
    if (p->shown)
        fputs("\r\033[K", stderr);
    p->on = p->shown = false;
}
