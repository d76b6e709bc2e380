// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sigreturn SEED CHILDREN [FIRST] - hostile signal frames, by seed, each given to rt_sigreturn in a
 * child.
 *
 * A child takes a valid frame and spoils one to four fields, or moves it, or calls
 * rt_sigreturn with a stack that holds no frame. Its way on is a function of the seed: it dies by a
 * signal, or goes on at landing(), where user mode must be as it should: flags, selectors, no
 * right to a privileged instruction, interrupts on. Prints a line for each, with what it did,
 * which is the same on Linux; PASS, if no child came out wrong.
 *
 * No frame returns into code other than landing(): nothing else of the program ever runs with
 * registers of chance. So it may run on a host as well.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/robust/sigreturn.h"
#include "random.h"

#define AREA ((uint8_t *)0x10000000)
#define AREA_BYTES (16 * 4096) /* may be written; nothing behind it */
#define CONSTANT ((uint8_t *)0x11000000) /* a page that may be read */
#define SEGV_STACK ((uint8_t *)0x12000000)
#define SEGV_STACK_BYTES 65536
#define WAIT_MS 3000
#define STORY_BYTES 4096
#define STATUS_SEGV 60
#define KERNEL_ADDRESS 0xffffffff80100000ull

uint8_t landing_stack[16384] __attribute__((aligned(16)));
static volatile int refused, alarmed;
static int looks_at_timer;
static char *story; /* what a child does to its frame, for the parent: STORY_BYTES, shared */

/* ---- values ---- */

static uint64_t pointer(void)
{
    static const uint64_t odd[] = {0,
                                   1,
                                   4096,
                                   0x7ffffffff000,
                                   0x7fffffffffff,
                                   0x800000000000,
                                   0xffff7fffffffffff,
                                   0xffff800000000000,
                                   0xffffff8000000000,
                                   KERNEL_ADDRESS,
                                   UINT64_MAX,
                                   UINT64_MAX - 15,
                                   1ull << 63,
                                   0x00ff000010000000};

    switch (below(6)) {
    case 0:
        return (uint64_t)(uintptr_t)AREA + AREA_BYTES - below(1200);
    case 1:
        return (uint64_t)(uintptr_t)AREA + (below(AREA_BYTES) & ~63u);
    case 2:
        return (uint64_t)(uintptr_t)AREA + below(AREA_BYTES);
    case 3:
        return (uint64_t)(uintptr_t)CONSTANT + (below(4096) & ~63u);
    default:
        return odd[below(sizeof(odd) / sizeof(odd[0]))];
    }
}

/* Never code, but landing(): data pages are not executable. */
static uint64_t program_counter(void)
{
    return below(4) ? pointer() : (uint64_t)(uintptr_t)landing;
}

static uint64_t selector(void)
{
    static const uint16_t odd[] = {0,    1,    2,    3,    0x08, 0x10, 0x13, 0x18, 0x1b, 0x20, 0x28,
                                   0x2b, 0x30, 0x33, 0x38, 0x3b, 0x40, 0x43, 0x4b, 0x7f, 0xffff};

    return odd[below(sizeof(odd) / sizeof(odd[0]))];
}

static uint64_t word(uint64_t old)
{
    static const uint64_t odd[] = {0,    1,    2,          4,          8,         16,
                                   528,  4080, 0x46508001, 0x45535201, 0x53564501, 0x45585401,
                                   4096, 512,  0x7fffffff, 0x80000000, UINT64_MAX};

    switch (below(3)) {
    case 0:
        return old ^ 1ull << below(64);
    case 1:
        return next() >> below(64);
    default:
        return odd[below(sizeof(odd) / sizeof(odd[0]))];
    }
}

static uint64_t value(enum kind kind, uint64_t old)
{
    switch (kind) {
    case KIND_PC:
        return program_counter();
    case KIND_POINTER:
        return pointer();
    case KIND_SELECTOR:
        return selector();
    case KIND_FLAGS:
        return below(2) ? old ^ 1ull << below(64) : next();
    default:
        return word(old);
    }
}

/* ---- in a child ---- */

static void tell(const char *name, uint64_t what)
{
    size_t at = strlen(story);

    snprintf(story + at, STORY_BYTES - at, " %s=0x%llx", name, (unsigned long long)what);
}

static void spoil(ucontext_t *uc)
{
    uint8_t *frame = frame_of(uc), *fp = frame_fp(uc);

    for (unsigned n = 1 + below(below(3) ? 1 : 4); n; n--) {
        const struct field *f = &fields[below(field_count)];
        uint8_t *at = (f->in_fp ? fp : frame) + f->offset;
        uint64_t old = 0, new;

        memcpy(&old, at, f->bytes);
        new = value(f->kind, old);
        memcpy(at, &new, f->bytes);
        tell(f->name, f->bytes < 8 ? new & ((1ull << 8 * f->bytes) - 1) : new);
    }
}

static void on_signal(int sig, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;
    unsigned how = below(8);
    uint8_t *to;

    (void)sig;
    (void)info;
    *frame_pc(uc) = (uint64_t)(uintptr_t)landing;
    if (how) {
        spoil(uc);
        if (how > 1)
            return;
    }
    /* Somewhere else: whole, in part, misaligned. */
    to = AREA + (below(2) ? below(AREA_BYTES - 8192) & ~15u : below(AREA_BYTES - 8192));
    if (!below(3))
        to = AREA + AREA_BYTES - below((unsigned)frame_bytes() + 64);
    memcpy(to, frame_of(uc),
           (size_t)(AREA + AREA_BYTES - to) < frame_bytes() ? (size_t)(AREA + AREA_BYTES - to)
                                                             : frame_bytes());
    tell("moved", (uint64_t)(uintptr_t)to);
    sigreturn_at((uint64_t)(uintptr_t)to);
}

/* By which code, as far as it is one of a fault. */
static void on_segv(int sig, siginfo_t *info, void *context)
{
    (void)sig;
    (void)context;
    _exit(STATUS_SEGV + (info->si_code > 0 && info->si_code < 10 ? info->si_code : 0));
}

static void on_refusal(int sig, siginfo_t *info, void *context)
{
    (void)sig;
    (void)info;
    refused = 1;
    *frame_pc(context) += privileged_bytes;
}

static void on_alarm(int sig)
{
    (void)sig;
    alarmed = 1;
}

static void handle(int sig, void (*fn)(int, siginfo_t *, void *), int flags)
{
    struct sigaction action = {.sa_sigaction = fn, .sa_flags = SA_SIGINFO | flags};

    sigaction(sig, &action, NULL);
}

void landed(uint64_t flags)
{
    const struct itimerval soon = {.it_value = {0, 300}};
    int wrong = flags_are_wrong(flags);
    sigset_t none;

    if (wrong)
        _exit(wrong);
    handle(SIGSEGV, on_refusal, 0);
    handle(SIGILL, on_refusal, 0);
    signal(SIGALRM, on_alarm);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    privileged();
    if (!refused)
        _exit(STATUS_PRIVILEGED);
    if (looks_at_timer) {
        setitimer(ITIMER_REAL, &soon, NULL);
        while (!alarmed)
            ;
    }
    _exit(0);
}

static const struct field *field_named(const char *name)
{
    for (unsigned i = 0; i < field_count; i++)
        if (!strcmp(fields[i].name, name))
            return &fields[i];
    return NULL;
}

static int read_area(uint64_t at, void *to, size_t bytes)
{
    if (at < (uintptr_t)AREA || at - (uintptr_t)AREA > AREA_BYTES - bytes)
        return 0;
    memcpy(to, (const void *)(uintptr_t)at, bytes);
    return 1;
}

/* x86_64: reserved bits of MXCSR in what chance has made a frame, as if they had been put there. */
static void tell_mxcsr(uint64_t frame)
{
    const struct field *fpstate = field_named("fpstate"), *mxcsr = field_named("mxcsr");
    uint32_t value;
    uint64_t fp;

    if (fpstate && mxcsr && read_area(frame + fpstate->offset, &fp, sizeof(fp)) &&
        read_area(fp + mxcsr->offset, &value, sizeof(value)) && value >> 16)
        tell("mxcsr", value);
}

static _Noreturn void child(void)
{
    const stack_t stack = {.ss_sp = SEGV_STACK, .ss_size = SEGV_STACK_BYTES};

    uint64_t w;

    looks_at_timer = !below(8);
    if (below(2)) {
        sigaltstack(&stack, NULL);
        handle(SIGSEGV, on_segv, SA_ONSTACK);
    }
    if (!below(8)) { /* no frame at all */
        for (unsigned i = 0; i < AREA_BYTES; i += 8) {
            w = below(2) ? pointer() : word(0);
            memcpy(AREA + i, &w, 8);
        }
        w = pointer();
        tell("no_frame", w);
        tell_mxcsr(w);
        sigreturn_at(w);
    }
    handle(SIGUSR1, on_signal, 0);
    raise(SIGUSR1);
    _exit(89); /* the frame must have led to landing() */
}

/* ---- the parent ---- */

/* 0: in time. */
static int await(pid_t pid, int *status)
{
    const struct timespec ms = {0, 1000000};

    for (int i = 0; i < WAIT_MS; i++) {
        if (waitpid(pid, status, WNOHANG) == pid)
            return 0;
        nanosleep(&ms, NULL);
    }
    kill(pid, SIGKILL);
    waitpid(pid, status, 0);
    return -1;
}

/* 0: well. */
static int one(uint64_t seed, unsigned i)
{
    int status, late;
    pid_t pid;

    state = seed * 1000003 + i;
    fflush(stdout);
    story[0] = '\0';
    pid = fork();
    if (pid == 0)
        child();
    if (pid < 0)
        return printf("%u: no child\n", i);
    late = await(pid, &status);
    printf("%u:%s:", i, story);
    if (late)
        return printf(" does not end\n");
    if (WIFSIGNALED(status))
        printf(" signal %d\n", WTERMSIG(status));
    else
        printf(" exit %d\n", WEXITSTATUS(status));
    return WIFEXITED(status) && WEXITSTATUS(status) >= 89;
}

static void map_at(void *at, size_t bytes, int prot)
{
    if (mmap(at, bytes, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != at) {
        puts("no memory where it is wanted");
        exit(1);
    }
}

int main(int argc, char **argv)
{
    uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
    unsigned count = argc > 2 ? (unsigned)atoi(argv[2]) : 100;
    unsigned first = argc > 3 ? (unsigned)atoi(argv[3]) : 0;
    int wrong = 0;

    story = mmap(NULL, STORY_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (story == MAP_FAILED)
        return 1;
    map_at(AREA, AREA_BYTES, PROT_READ | PROT_WRITE);
    map_at(CONSTANT, 4096, PROT_READ);
    map_at(SEGV_STACK, SEGV_STACK_BYTES, PROT_READ | PROT_WRITE);
    for (unsigned i = first; i < first + count; i++)
        wrong |= one(seed, i);
    puts(wrong ? "FAIL" : "PASS");
    return wrong != 0;
}
