// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fault_signals - every fault that a program can raise becomes the signal,
 * si_code and si_addr that Linux gives.
 */
#include "check.h"
#include "simd.h"
#include "uctx.h"

#include <setjmp.h>

static sigjmp_buf back;
static volatile sig_atomic_t signo_seen, code_seen;
static void *volatile addr_seen;

static void on_fault(int signo, siginfo_t *info, void *context)
{
    (void)context;
    signo_seen = signo;
    code_seen = info->si_code;
    addr_seen = info->si_addr;
    siglongjmp(back, 1);
}

static void expect(int signo, int code, void *addr, int check_addr)
{
    CHECK(signo_seen == signo);
    CHECK(code_seen == code);
    if (check_addr)
        CHECK(addr_seen == addr);
    signo_seen = 0;
}

static void store(volatile char *p)
{
    if (sigsetjmp(back, 1) == 0)
        *p = 1;
}

static void load(volatile char *p)
{
    if (sigsetjmp(back, 1) == 0)
        (void)*p;
}

int main(void)
{
    struct simd_regs in, out;
    const int anon = MAP_PRIVATE | MAP_ANONYMOUS;

    handle(SIGSEGV, on_fault, 0);
    handle(SIGBUS, on_fault, 0);
    handle(SIGILL, on_fault, 0);
    handle(SIGTRAP, on_fault, 0);
    handle(SIGFPE, on_fault, 0);
    char *p = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, anon, -1, 0);
    p[0] = 1;
    CHECK(munmap(p + 4096, 4096) == 0);

    STEP("store to an unmapped page");
    store(p + 4096 + 123);
    expect(SIGSEGV, SEGV_MAPERR, p + 4096 + 123, 1);
    STEP("load from the null page");
    load((char *)16);
    expect(SIGSEGV, SEGV_MAPERR, (void *)16, 1);
    STEP("store to a read-only page");
    CHECK(mprotect(p, 4096, PROT_READ) == 0);
    store(p + 77);
    expect(SIGSEGV, SEGV_ACCERR, p + 77, 1);
    STEP("load from a PROT_NONE page");
    CHECK(mprotect(p, 4096, PROT_NONE) == 0);
    load(p + 5);
    expect(SIGSEGV, SEGV_ACCERR, p + 5, 1);
    STEP("execute a data page");
    if (sigsetjmp(back, 1) == 0)
        ((void (*)(void))(p + 8192))();
    expect(SIGSEGV, SEGV_ACCERR, p + 8192, 1);
    STEP("a breakpoint");
    if (sigsetjmp(back, 1) == 0)
        simd_breakpoint(&in, &out);
    CHECK(signo_seen == SIGTRAP);
    signo_seen = 0;
    STEP("an undefined instruction");
    if (sigsetjmp(back, 1) == 0)
        simd_undefined(&in, &out);
    CHECK(signo_seen == SIGILL);
    return verdict();
}
