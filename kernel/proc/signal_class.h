/* SPDX-License-Identifier: GPL-2.0-or-later */
/* signal_class.h - what signals do by default (signal(7)), inside proc/. */
#ifndef KERNEL_PROC_SIGNAL_CLASS_H
#define KERNEL_PROC_SIGNAL_CLASS_H

#include "kernel/include/sigqueue.h"

#define SIG_STOP_SET (sig_bit(SIGSTOP) | sig_bit(SIGTSTP) | sig_bit(SIGTTIN) | sig_bit(SIGTTOU))
#define SIG_IGNORE_SET (sig_bit(SIGCONT) | sig_bit(SIGCHLD) | sig_bit(SIGWINCH) | sig_bit(SIGURG))
#define SIG_CORE_SET                                                                              \
    (sig_bit(SIGQUIT) | sig_bit(SIGILL) | sig_bit(SIGTRAP) | sig_bit(SIGABRT) | sig_bit(SIGFPE) | \
     sig_bit(SIGSEGV) | sig_bit(SIGBUS) | sig_bit(SIGSYS) | sig_bit(SIGXCPU) | sig_bit(SIGXFSZ))
/* Raised by the instruction that runs: delivered before any other. */
#define SIG_SYNCHRONOUS_SET                                                                       \
    (sig_bit(SIGSEGV) | sig_bit(SIGBUS) | sig_bit(SIGILL) | sig_bit(SIGTRAP) | sig_bit(SIGFPE) |  \
     sig_bit(SIGSYS))

static inline bool signal_default_is_ignore(int signo)
{
    return sig_bit(signo) & SIG_IGNORE_SET;
}

#endif
