// SPDX-License-Identifier: GPL-2.0-or-later
/* The vector registers stand in the signal frame, and what a handler writes there is loaded. */
#include "contract.h"

#include "traps/regs.h"

static uint8_t seen[16];

#if defined(__aarch64__)
/* The first record of the frame: FPSIMD_MAGIC, 528 bytes, fpsr, fpcr, v0 to v31. */
static uint8_t *vector0(ucontext_t *u)
{
    uint32_t *record = (uint32_t *)u->uc_mcontext.__reserved;

    X(record[0]);
    V(record[1]);
    return (uint8_t *)(record + 4);
}
#else
static uint8_t *vector0(ucontext_t *u)
{
    return (uint8_t *)u->uc_mcontext.fpregs + 160;
}
#endif

static void on_usr(int signo, siginfo_t *info, void *context)
{
    uint8_t *v = vector0(context);

    (void)signo;
    (void)info;
    clobber();
    memcpy(seen, v, 16);
    memset(v, 0x5a, 16);
}

int main(void)
{
    struct state in, out;
    long call[3] = {getpid(), SIGUSR1, SYS_kill};
    uint8_t want[16];

    memset(want, 0x5a, 16);
    on_signal(SIGUSR1, on_usr, 0);
    fill_state(&in, 3);
    run_with_state(&in, &out, OP_SYSCALL, call);
#if defined(__aarch64__)
    V(memcmp(seen, in.v[0], 16));
    V(memcmp(out.v[0], want, 16));
    V(memcmp(out.v[1], in.v[1], 31 * 16));
#else
    V(memcmp(seen, in.fx + 160, 16));
    V(memcmp(out.fx + 160, want, 16));
    V(memcmp(out.fx + 176, in.fx + 176, 15 * 16));
#endif
    return verdict();
}
