// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A fault whose handler repairs the mapping and returns: the instruction runs again with all
 * registers.
 */
#include "contract.h"

#include "traps/regs.h"

static char *page;

static void on_segv(int signo, siginfo_t *info, void *context)
{
    (void)context;
    SAY("signal %d code %d there %d", signo, info->si_code, info->si_addr == page);
    clobber();
    CHECK(mprotect(page, PAGE, PROT_READ | PROT_WRITE) == 0);
}

int main(void)
{
    struct state in, out;

    page = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    on_signal(SIGSEGV, on_segv, 0);
    for (unsigned seed = 0; seed < 4; seed++) {
        CHECK(mprotect(page, PAGE, seed & 2 ? PROT_READ : PROT_NONE) == 0);
        fill_state(&in, seed);
        run_with_state(&in, &out, OP_STORE, page);
        compare("repaired", &in, &out);
        V(*page);
    }
    return verdict();
}
