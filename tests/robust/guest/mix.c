// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mix SEED CHILDREN - a random program: what a process can do to be different in a replay.
 *
 * Each child does one thing at random: random instructions (stream.h, run in user mode, stepped
 * over where they fault), vector registers across faults and signals, memory that comes and goes
 * under a handler of SIGSEGV, threads, processes and pipes. It ends by itself, by a signal or by
 * force. The parent prints how each ended and, where that is a value, what it computed; then PASS.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include "tests/guest/simd.h"
#include "tests/robust/stream.h"

#define SIGNALS_MAX 60
#define MS_MAX      20
#define CODE_BYTES  (16u << 10)
#define DATA_BYTES  (64u << 10)

#if defined(__aarch64__)
#define STREAM     stream_arm64
#define CODE_AT    0u
#define PC(u)      ((u)->uc_mcontext.pc)
#define STEP_BYTES 4u
#else
#define STREAM     stream_x86_64
#define CODE_AT    0x10000u
#define PC(u)      ((u)->uc_mcontext.gregs[REG_RIP])
#define STEP_BYTES 1u
#endif

static struct stream s;
static uint8_t *result; /* shared with the parent */
static uint8_t *code, *data;
static volatile unsigned signals;
static volatile sig_atomic_t flag;
static sigjmp_buf back;
static uint8_t altstack[64 << 10];

static void mix_in(const void *from, size_t len)
{
    uint64_t hash;

    memcpy(&hash, result, 8);
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ ((const uint8_t *)from)[i]) * 0x100000001b3ull;
    memcpy(result, &hash, 8);
}

static void handle(int sig, void (*handler)(int, siginfo_t *, void *), int flags)
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags};

    sigaction(sig, &action, NULL);
}

static void alarm_in(unsigned us, bool again)
{
    struct itimerval t = {{0, again ? us : 0}, {0, us}};

    setitimer(ITIMER_REAL, &t, NULL);
}

/* ---- random instructions ---- */

static void step_over(int sig, siginfo_t *info, void *frame)
{
    ucontext_t *u = frame;
    uint64_t pc = (uint64_t)PC(u);

    mix_in(&sig, sizeof(sig));
    mix_in(&info->si_code, sizeof(info->si_code));
    if (++signals > SIGNALS_MAX || sig == SIGALRM)
        _exit(7);
    simd_clobber(sig);
    pc += STEP_BYTES;
    if (pc - (uint64_t)(uintptr_t)code >= CODE_BYTES - 64) /* anywhere, but there */
        pc = (uint64_t)(uintptr_t)code + stream_below(&s, (CODE_BYTES - 64) / 4) * 4;
    PC(u) = (__typeof__(PC(u)))pc;
}

static void run_code(void)
{
    stack_t stack = {.ss_sp = altstack, .ss_size = sizeof(altstack)};

    STREAM.make(&s);
    memcpy(code, s.image + CODE_AT, CODE_BYTES);
    __builtin___clear_cache((char *)code, (char *)code + CODE_BYTES);
    mprotect(code, CODE_BYTES, stream_chance(&s, 20) ? PROT_READ | PROT_WRITE | PROT_EXEC
                                                     : PROT_READ | PROT_EXEC);
    sigaltstack(&stack, NULL);
    for (int sig = 1; sig < 32; sig++)
        if (sig != SIGKILL && sig != SIGSTOP && sig != SIGCHLD)
            handle(sig, step_over, SA_ONSTACK | SA_NODEFER * (sig == SIGUSR1));
    alarm_in(3000, false);
    ((void (*)(void *, void *))(uintptr_t)code)(data, data + DATA_BYTES / 2);
}

/* ---- vector registers across faults, calls and signals ---- */

static void clobber(int sig, siginfo_t *info, void *frame)
{
    (void)info;
    (void)frame;
    flag = 1;
    signals++;
    simd_clobber(sig + 1);
}

static void run_vectors(void)
{
    struct simd_regs in, out;
    uint8_t *fresh =
        mmap(NULL, DATA_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    handle(SIGALRM, clobber, 0);
    alarm_in(20 + stream_below(&s, 300), true);
    for (unsigned i = 0; i < 12; i++) {
        simd_pattern(&in, stream_below(&s, 256));
        switch (stream_below(&s, 5)) {
        case 0:
            simd_memset(fresh, DATA_BYTES / 2, &in, &out);
            break;
        case 1:
            simd_touch(fresh, DATA_BYTES, &in, &out);
            break;
        case 2:
            flag = 0;
            simd_spin(&flag, &in, &out);
            break;
        case 3:
            simd_syscall(20, (long)stream_below(&s, 64), (long)(uintptr_t)data, &in, &out);
            break;
        default:
            madvise(fresh, DATA_BYTES, MADV_DONTNEED);
            simd_set_round_up(stream_chance(&s, 50));
            out = in;
        }
        mix_in(&out, sizeof(out));
    }
    mix_in(fresh, DATA_BYTES);
    mix_in((const void *)&signals, sizeof(signals));
}

/* ---- memory that comes and goes ---- */

static void jump_back(int sig, siginfo_t *info, void *frame)
{
    (void)frame;
    signals++;
    siglongjmp(back, sig + (info->si_code << 8));
}

static void run_memory(void)
{
    uint8_t *area =
        mmap(NULL, DATA_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    handle(SIGSEGV, jump_back, SA_NODEFER);
    handle(SIGBUS, jump_back, SA_NODEFER);
    for (volatile unsigned i = 0; i < 120; i++) {
        uint8_t *at = area + (stream_below(&s, DATA_BYTES) & ~4095u);
        size_t len = 4096u * (1 + stream_below(&s, 4));
        int got = sigsetjmp(back, 1);

        mix_in(&got, sizeof(got));
        if (got)
            continue;
        switch (stream_below(&s, 8)) {
        case 0:
            mprotect(at, len, (int)stream_below(&s, 4));
            break;
        case 1:
            munmap(at, len);
            break;
        case 2:
            mmap(at, len, PROT_READ | PROT_WRITE, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            break;
        case 3:
            madvise(at, len, MADV_DONTNEED);
            break;
        default:
            at[stream_below(&s, 4096)] = (uint8_t)i;
            mix_in(at, 64);
        }
    }
}

/* ---- threads ---- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static unsigned turns, order[256];

static void *thread(void *arg)
{
    unsigned me = (unsigned)(uintptr_t)arg;

    for (unsigned i = 0; i < 20; i++) {
        pthread_mutex_lock(&lock);
        order[turns++ % 256] = me;
        pthread_cond_broadcast(&changed);
        if (stream_chance(&s, 20)) {
            struct timespec till;

            clock_gettime(CLOCK_REALTIME, &till);
            till.tv_nsec = (till.tv_nsec + 100000) % 1000000000;
            pthread_cond_timedwait(&changed, &lock, &till);
        }
        pthread_mutex_unlock(&lock);
        if (stream_chance(&s, 30))
            sched_yield();
        for (volatile unsigned spin = stream_below(&s, 4000); spin; spin--)
            ;
    }
    return NULL;
}

static void run_threads(void)
{
    pthread_t id[6];
    unsigned count = 2 + stream_below(&s, 4);

    for (unsigned i = 0; i < count; i++)
        pthread_create(&id[i], NULL, thread, (void *)(uintptr_t)i);
    for (unsigned i = 0; i < count; i++)
        pthread_join(id[i], NULL);
    mix_in(order, sizeof(order));
}

/* ---- processes and pipes ---- */

static void run_processes(void)
{
    int to[2], from[2];
    uint8_t block[700];
    unsigned count = 1 + stream_below(&s, 4);

    if (pipe(to) || pipe(from))
        _exit(8);
    for (unsigned i = 0; i < count; i++) {
        stream_next(&s);
        if (fork() != 0)
            continue;
        close(to[1]);
        for (ssize_t n; (n = read(to[0], block, 1 + stream_below(&s, sizeof(block)))) > 0;) {
            block[0] ^= (uint8_t)i;
            data[stream_below(&s, DATA_BYTES)] = block[0]; /* copied on write */
            (void)!write(from[1], block, (size_t)n);
        }
        _exit((int)i);
    }
    close(from[1]);
    for (unsigned i = 0; i < 20; i++) {
        memset(block, (int)i, sizeof(block));
        (void)!write(to[1], block, 1 + stream_below(&s, sizeof(block)));
        if (stream_chance(&s, 10))
            usleep(stream_below(&s, 500));
    }
    close(to[1]);
    for (ssize_t n; (n = read(from[0], block, sizeof(block))) > 0;)
        mix_in(block, (size_t)n);
    for (int status; wait(&status) > 0;)
        mix_in(&status, sizeof(status));
}

static void child(uint64_t seed)
{
    static void (*const kind[])(void) = {run_code, run_code, run_code, run_vectors,
                                         run_memory, run_threads, run_processes};
    struct rlimit processes = {12, 12}, memory = {64 << 20, 64 << 20};

    s.state = seed;
    setsid();
    setrlimit(RLIMIT_AS, &memory);
    setrlimit(RLIMIT_NPROC, &processes);
    if (setuid(65534)) /* so that no chance call switches the machine off */
        _exit(9);
    kind[stream_below(&s, 7)]();
    _exit(0);
}

/* Its end, or its end by force. */
static int await(pid_t pid)
{
    int status = -1;

    for (int i = 0; i < MS_MAX; i++) {
        if (waitpid(pid, &status, WNOHANG) == pid)
            return status;
        usleep(1000);
    }
    kill(-pid, SIGKILL);
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    return status;
}

int main(int argc, char **argv)
{
    uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1, hash;
    int children = argc > 2 ? atoi(argv[2]) : 5;
    int both = MAP_SHARED | MAP_ANONYMOUS;

    result = mmap(NULL, 4096, PROT_READ | PROT_WRITE, both, -1, 0);
    code = mmap(NULL, CODE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    data = mmap(NULL, DATA_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < children; i++) {
        pid_t pid = fork();
        int status;

        if (pid == 0)
            child(seed * 1000003 + (uint64_t)i);
        if (pid < 0) {
            printf("no child %d\n", i);
            return 1;
        }
        status = await(pid);
        memcpy(&hash, result, 8);
        printf("%d: %x %016llx\n", i, (unsigned)status, (unsigned long long)hash);
    }
    puts("PASS");
    return 0;
}
