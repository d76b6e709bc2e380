// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The vDSO's functions, looked up as a C library does: each is there with Linux's name and
 * version, agrees with its system call, and the C library's clock makes none.
 */
#include "contract.h"

#include <elf.h>
#include <sys/auxv.h>
#include <sys/ptrace.h>

#ifdef __aarch64__
#define PREFIX "__kernel_"
#define VERSION "LINUX_2.6.39"
static const char *const own[] = {"__kernel_rt_sigreturn"};
#else
#define PREFIX "__vdso_"
#define VERSION "LINUX_2.6"
static const char *const own[] = {"__vdso_time", "__vdso_getcpu", "clock_gettime", "gettimeofday",
                                  "time", "getcpu", "clock_getres"};
#endif

static const Elf64_Ehdr *image;
static const Elf64_Sym *symbols;
static const char *strings;
static const Elf64_Half *versions;
static const Elf64_Verdef *definitions;
static uint32_t symbol_count;

static void read_dynamic(const Elf64_Dyn *d)
{
    const char *base = (const char *)image;

    for (; d->d_tag; d++) {
        const void *at = base + d->d_un.d_ptr;

        if (d->d_tag == DT_SYMTAB)
            symbols = at;
        else if (d->d_tag == DT_STRTAB)
            strings = at;
        else if (d->d_tag == DT_VERSYM)
            versions = at;
        else if (d->d_tag == DT_VERDEF)
            definitions = at;
        else if (d->d_tag == DT_HASH)
            symbol_count = ((const uint32_t *)at)[1];
    }
}

static void read_image(void)
{
    const Elf64_Phdr *ph;

    image = (const Elf64_Ehdr *)getauxval(AT_SYSINFO_EHDR);
    CHECK(image && memcmp(image->e_ident, ELFMAG, SELFMAG) == 0);
    V(image->e_type == ET_DYN);
    ph = (const Elf64_Phdr *)((const char *)image + image->e_phoff);
    for (unsigned i = 0; i < image->e_phnum; i++)
        if (ph[i].p_type == PT_DYNAMIC)
            read_dynamic((const Elf64_Dyn *)((const char *)image + ph[i].p_vaddr));
    CHECK(symbols && strings && versions && definitions);
}

static const char *version_of(uint32_t i)
{
    const Elf64_Verdef *d = definitions;

    while (d->vd_ndx != (versions[i] & 0x7fff)) {
        if (!d->vd_next)
            return "none";
        d = (const Elf64_Verdef *)((const char *)d + d->vd_next);
    }
    return strings + ((const Elf64_Verdaux *)((const char *)d + d->vd_aux))->vda_name;
}

static void *lookup(const char *name)
{
    for (uint32_t i = 1; i < symbol_count; i++)
        if (symbols[i].st_shndx && strcmp(strings + symbols[i].st_name, name) == 0)
            return strcmp(version_of(i), VERSION) ? NULL : (char *)image + symbols[i].st_value;
    return NULL;
}

static int later(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec != b->tv_sec ? a->tv_sec > b->tv_sec : a->tv_nsec > b->tv_nsec;
}

static void clocks(void)
{
    static const int clock[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW,
                                CLOCK_BOOTTIME, CLOCK_TAI, CLOCK_PROCESS_CPUTIME_ID};
    long (*gettime)(int, struct timespec *) = lookup(PREFIX "clock_gettime");
    long (*getres)(int, struct timespec *) = lookup(PREFIX "clock_getres");
    struct timespec a, b, c, r;

    CHECK(gettime && getres);
    for (size_t i = 0; i < ARRAY_LEN(clock); i++) {
        int wrong = 0, real = 0;

        for (int k = 0; k < 50; k++) {
            syscall(SYS_clock_gettime, clock[i], &a);
            CHECK(gettime(clock[i], &b) == 0);
            syscall(SYS_clock_gettime, clock[i], &c);
            wrong += later(&a, &b) || later(&b, &c);
        }
        syscall(SYS_clock_getres, clock[i], &r);
        CHECK(getres(clock[i], &c) == 0);
        real = r.tv_sec == c.tv_sec && r.tv_nsec == c.tv_nsec;
        SAY("clock %d: %d wrong, resolution agrees: %d", clock[i], wrong, real);
    }
    V(gettime(CLOCK_REALTIME_COARSE, &a));
    V(getres(CLOCK_MONOTONIC_COARSE, &a) == 0 && a.tv_nsec > 100000);
    V(gettime(99, &a));
    V(gettime(-1, &a));
    V(getres(99, &a));
    V(getres(CLOCK_REALTIME, NULL));
    CHILD(gettime(CLOCK_MONOTONIC, (struct timespec *)8));
}

static void day(void)
{
    long (*gettimeofday_v)(struct timeval *, struct timezone *) = lookup(PREFIX "gettimeofday");
    struct timeval a, b, c;
    struct timezone z = {7, 7};

    syscall(SYS_gettimeofday, &a, NULL);
    V(gettimeofday_v(&b, &z));
    syscall(SYS_gettimeofday, &c, NULL);
    V(!timercmp(&a, &b, >) && !timercmp(&b, &c, >));
    SAY("zone %d %d", z.tz_minuteswest, z.tz_dsttime);
    V(gettimeofday_v(NULL, NULL));
}

/* System calls that a traced child makes while it reads clocks through the C library. */
static void count_calls(void)
{
    pid_t pid = fork();
    int status, stops = 0;
    struct timespec t;
    struct timeval tv;

    if (pid == 0) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        clock_gettime(CLOCK_MONOTONIC, &t); /* the library has found it after this */
        raise(SIGSTOP);
        for (int i = 0; i < 20; i++) {
            clock_gettime(CLOCK_MONOTONIC, &t);
            clock_gettime(CLOCK_REALTIME, &t);
            gettimeofday(&tv, NULL);
        }
        raise(SIGSTOP);
        _exit(0);
    }
    waitpid(pid, &status, 0);
    CHECK(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP);
    for (;;) {
        siginfo_t info;

        ptrace(PTRACE_SYSCALL, pid, 0, 0);
        waitpid(pid, &status, 0);
        if (!WIFSTOPPED(status) || WSTOPSIG(status) != SIGTRAP)
            break;
        CHECK(ptrace(PTRACE_GETSIGINFO, pid, 0, &info) == 0);
        stops++;
    }
    ptrace(PTRACE_CONT, pid, 0, 0);
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    /* What the stop itself needs: fewer than two stops for each of 60 readings. */
    V(stops < 30);
}

int main(void)
{
    int found = 0;

    read_image();
    clocks();
    day();
    for (size_t i = 0; i < ARRAY_LEN(own); i++)
        found += lookup(own[i]) != NULL;
    V(found == (int)ARRAY_LEN(own));
#ifndef __aarch64__
    long (*getcpu_v)(unsigned *, unsigned *, void *) = lookup("__vdso_getcpu");
    unsigned cpu = 77777, node = 77777;
    CHECK(getcpu_v(&cpu, &node, NULL) == 0 && cpu < 70000 && node < 70000);
    time_t (*time_v)(time_t *) = lookup("__vdso_time"), now = time(NULL), then = 0;
    CHECK(time_v(&then) >= now && then >= now);
#endif
    count_calls();
    return verdict();
}
