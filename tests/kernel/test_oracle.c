/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_oracle.c - random name operations here and on the host's Linux, step by step.
 *
 * Each step makes the same call in the kernel's file system and, by syscall(2),
 * below a fresh directory of the host's tmpfs; results and the status of a random
 * path afterwards must agree. A failure names the seed, the step and the call:
 * ORACLE_SEED=N runs that seed alone.
 */
#include "tests/cmocka.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "tests/kernel/host_port.h"

/* The C library's errno; its header would collide with the kernel's. */
int *__errno_location(void);
#define HOST_ERRNO (*__errno_location())
char *strcpy(char *restrict dst, const char *restrict src);

#define SEEDS 40
#define STEPS 1500

static uint64_t random_state;
static char where[64]; /* the host's directory */
static char call_text[512];

static unsigned pick(unsigned n)
{
    random_state = random_state * 6364136223846793005ull + 1442695040888963407ull;
    return (unsigned)(random_state >> 33) % n;
}

static void random_path(char *path)
{
    static const char *const names[] = {"a", "b", "c", "d", "a", "b", "c", ".", "..", "l", "m"};
    unsigned parts = 1 + pick(4), depth = 0;
    path[0] = '\0';
    for (unsigned i = 0; i < parts; i++) {
        const char *name = names[pick(sizeof(names) / sizeof(names[0]))];
        if (!strcmp(name, "..")) { /* never above the top: there the two trees differ */
            if (!depth)
                name = "a";
            else
                depth--;
        }
        depth += strcmp(name, "..") && strcmp(name, ".");
        path += sprintf(path, "%s%s", i ? "/" : "", name);
    }
    if (!pick(8))
        strcpy(path, "/");
}

/* A target that cannot lead above the top either. */
static void random_target(char *path)
{
    static const char *const targets[] = {"a", "b", "a/b", "c/", "m", "l", "d/c/a",
                                          "nothing", "b/."};
    strcpy(path, targets[pick(sizeof(targets) / sizeof(targets[0]))]);
}

static long linux_call(long number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e)
{
    long r = syscall(number, a, b, c, d, e);
    return r < 0 ? -HOST_ERRNO : r;
}

#define BOTH(name, ...)                                                                           \
    compare(#name, CALL(name, __VA_ARGS__), linux_call(SYS_##name, ORACLE_ARGS(__VA_ARGS__)))
#define ORACLE_ARGS(...) ORACLE_PICK(__VA_ARGS__, 0, 0, 0, 0, 0)
#define ORACLE_PICK(a, b, c, d, e, ...) a, b, c, d, e

static long compare(const char *name, long ours, long theirs)
{
    if (ours != theirs)
        fail_msg("%s %s: here %ld, on Linux %ld", name, call_text, ours, theirs);
    return ours;
}

static void step_open(const char *path)
{
    static const unsigned flag_sets[] = {
        O_RDONLY, O_RDONLY | O_DIRECTORY, O_RDWR, O_WRONLY | O_CREAT, O_RDWR | O_CREAT | O_EXCL,
        O_WRONLY | O_TRUNC, O_RDONLY | O_NOFOLLOW, O_PATH | O_NOFOLLOW, O_RDWR | O_CREAT | O_TRUNC,
        O_WRONLY | O_APPEND | O_CREAT, O_RDONLY | O_CREAT, O_PATH, O_PATH | O_DIRECTORY,
        O_RDONLY | O_DIRECTORY | O_NOFOLLOW, O_RDWR | O_NOFOLLOW | O_CREAT,
    };
    /* Not to wait for the other side of a FIFO. */
    unsigned flags = O_NONBLOCK | flag_sets[pick(sizeof(flag_sets) / sizeof(flag_sets[0]))];
    unsigned bytes = pick(3) ? pick(9000) : 0, off = pick(2) ? pick(20000) : 0;
    static uint8_t data[9000];
    sprintf(call_text, "(\"%s\", 0%o) then pwrite %u at %u", path, flags, bytes, off);
    long here = CALL(openat, HERE, P(path), flags, 0640);
    long there = linux_call(SYS_openat, HERE, P(path), flags, 0640, 0);
    compare("openat", here < 0 ? here : 0, there < 0 ? there : 0);
    if (here < 0)
        return;
    compare("pwrite64", CALL(pwrite64, (uint64_t)here, P(data), bytes, off),
            linux_call(SYS_pwrite64, (uint64_t)there, P(data), bytes, off, 0));
    unsigned size = pick(15000);
    if (pick(2))
        compare("ftruncate", CALL(ftruncate, (uint64_t)here, size),
                linux_call(SYS_ftruncate, (uint64_t)there, size, 0, 0, 0));
    CALL(close, (uint64_t)here);
    close((int)there);
}

static void step_truncate(const char *path)
{
    unsigned size = pick(15000);
    sprintf(call_text, "(\"%s\", %u)", path, size);
    BOTH(truncate, P(path), size);
}

static void step_stat(const char *path)
{
    struct stat_k here, there;
    unsigned flags = pick(2) ? AT_SYMLINK_NOFOLLOW : 0;
    sprintf(call_text, "(\"%s\", 0x%x)", path, flags);
    memset(&here, 0, sizeof(here));
    memset(&there, 0, sizeof(there));
    long ours = CALL(newfstatat, HERE, P(path), P(&here), flags);
    compare("newfstatat", ours, linux_call(SYS_newfstatat, HERE, P(path), P(&there), flags, 0));
    if (ours)
        return;
    compare("st_mode", here.st_mode, there.st_mode);
    compare("st_nlink", (long)here.st_nlink, (long)there.st_nlink);
    compare("st_size", here.st_size, there.st_size);
    if ((here.st_mode & S_IFMT_) == S_IFREG_)
        compare("st_blocks", here.st_blocks, there.st_blocks);
}

static void step_two(unsigned what, const char *from, const char *to)
{
    static const unsigned flags[] = {0, 0, 0, 0, 1, 2, 3};
    unsigned f = flags[pick(7)];
    sprintf(call_text, "(\"%s\", \"%s\", %u)", from, to, f);
    if (what == 0)
        BOTH(renameat2, HERE, P(from), HERE, P(to), f);
    else
        BOTH(linkat, HERE, P(from), HERE, P(to), f & 1 ? AT_SYMLINK_FOLLOW : 0);
}

static void step(void)
{
    char path[128], other[128], here[64] = "", there[64] = "";
    random_path(path);
    sprintf(call_text, "(\"%s\")", path);
    switch (pick(12)) {
    case 0:
    case 1:
        BOTH(mkdirat, HERE, P(path), 0755);
        break;
    case 2:
        BOTH(unlinkat, HERE, P(path), AT_REMOVEDIR);
        break;
    case 3:
        BOTH(unlinkat, HERE, P(path), 0);
        break;
    case 4:
    case 5:
        step_open(path);
        break;
    case 6:
        random_path(other);
        step_two(0, path, other);
        break;
    case 7:
        random_path(other);
        step_two(1, path, other);
        break;
    case 8:
        random_target(other);
        BOTH(symlinkat, P(other), HERE, P(path));
        break;
    case 9:
        compare("readlinkat", CALL(readlinkat, HERE, P(path), P(here), sizeof(here)),
                linux_call(SYS_readlinkat, HERE, P(path), P(there), sizeof(there), 0));
        assert_string_equal(here, there);
        break;
    case 10:
        step_truncate(path);
        break;
    default:
        BOTH(mknodat, HERE, P(path), S_IFIFO_ | 0600, 0);
    }
    random_path(path);
    step_stat(path);
}

static void remove_all(void)
{
    char command[128];
    if (chdir("/"))
        abort();
    snprintf(command, sizeof(command), "rm -rf %s", where);
    if (system(command))
        abort();
}

static void run_seed(uint64_t seed)
{
    strcpy(where, "/dev/shm/oracle-XXXXXX");
    if (!mkdtemp(where) || chdir(where))
        abort();
    host_boot();
    host.uid = geteuid();
    host.gid = getegid();
    CALL(fchmodat, HERE, P("/"), 0700);
    random_state = seed * 0x9e3779b97f4a7c15ull + 1;
    printf("seed %lu\n", (unsigned long)seed);
    for (int i = 0; i < STEPS; i++)
        step();
    remove_all();
    host_halt();
    assert_int_equal(host.pages, 0);
}

static void test_same_results_as_linux(void **state)
{
    (void)state;
    struct statfs fs;
    const char *only = getenv("ORACLE_SEED");
    if (statfs("/dev/shm", &fs) || fs.f_type != MAGIC_TMPFS || geteuid() != 0)
        skip(); /* needs a tmpfs to compare with, and uid 0 for the same permissions */
    syscall(SYS_umask, 022); /* host_boot()'s */
    if (only) {
        run_seed(strtoul(only, NULL, 10));
        return;
    }
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        run_seed(seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_same_results_as_linux)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
