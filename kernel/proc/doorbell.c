// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * doorbell.c - signals from the machine itself; see doorbell.h.
 *
 * The interrupt side sets a bit, thread context takes the whole set with interrupts masked.
 */
#include "kernel/include/doorbell.h"
#include "kernel/include/arch.h"
#include "kernel/include/process.h"
#include "kernel/include/sched.h"
#include "kernel/include/signal.h"
#include "kernel/proc/signal_class.h"

static volatile uint64_t rung;      /* bit S - 1 */
static volatile bool rung_for_any;  /* S = 0 */

void doorbell_ring(unsigned signo)
{
    if (signo)
        rung |= sig_bit((int)signo);
    else
        rung_for_any = true;
    leave_work = true;
}

bool doorbell_pending(void)
{
    return rung || rung_for_any;
}

/* The lowest signal that does not come from an instruction and has a handler; 0: none. */
static int handled_signal(const struct process *p)
{
    for (int signo = 1; signo <= (int)DOORBELL_SIGNALS - 1; signo++) {
        uint64_t handler = p->sighand->action[signo - 1].handler;

        if (handler != SIG_DFL && handler != SIG_IGN && !(sig_bit(signo) & SIG_SYNCHRONOUS_SET))
            return signo;
    }
    return 0;
}

void doorbell_run(void)
{
    unsigned long irq = arch_irq_save();
    sigset_k set = rung;
    bool any = rung_for_any;
    int chosen;

    rung = 0;
    rung_for_any = false;
    arch_irq_restore(irq);
    chosen = any ? handled_signal(current->process) : 0;
    if (chosen)
        set |= sig_bit(chosen);
    for (int signo = 1; signo <= (int)DOORBELL_SIGNALS - 1; signo++)
        if (set & sig_bit(signo))
            signal_send_process(current->process, signo, NULL);
}
