/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tests/bench/bench.c - Trapline's speed, as ratios and times measured in one go.
 *
 *     bench-run BUILD [--only ROW] [arm64|x86_64]     ROW: branchy sha256 syscall fault start
 *
 * What is measured, for each CPU, five times over, the sides of a ratio taking turns so that
 * a busy host hurts both; the median of the five is judged against its limit:
 *   - record against the bare engine (tests/bench/bare.c) on two bare programs. A machine's
 *     own start and end (a program of nothing) is taken off first;
 *   - record against run on the same;
 *   - a null system call and a demand fault in host time: N of them less none of them;
 *   - process start to the first thing user code does, against QEMU with the same
 *     kernel and initramfs: cold, where the machine boots, and warm, where it goes on from
 *     a boot that an earlier run of the same machine left in the boot cache.
 * It reports and does not judge. Exit 0: measured, over the limit or not; 2: something could
 * not be run, or the command line is wrong.
 */
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS       5
#define WORDS_MAX    48
#define PATH_BYTES   512
#define SYSCALLS     1000000
#define FAULTS       100000
#define RATIO_RECORD_RUN 1.05
#define SYSCALL_US   1.5
#define FAULT_US     3.0
#define START_MS     100.0
#define START_RATIO  0.2

extern char **environ;

struct bench {
    const char *build, *arch;
};

struct command {
    const char *words[WORDS_MAX];
    unsigned count;
    char paths[8][PATH_BYTES];
    unsigned paths_used;
};

static void die(const char *what, const char *name)
{
    fprintf(stderr, "bench: %s: %s\n", name, what);
    exit(2);
}

static double now_s(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static void add(struct command *c, const char *word)
{
    if (c->count == WORDS_MAX - 1)
        die("too many words", word);
    c->words[c->count++] = word;
}

/* A word made of the build folder and up to two parts: BUILD/a, BUILD/aARCHb. */
static void add_path(struct command *c, const struct bench *b, const char *before,
                     const char *after)
{
    char *path = c->paths[c->paths_used++];

    snprintf(path, PATH_BYTES, "%s/%s%s%s", b->build, before, after ? b->arch : "",
             after ? after : "");
    add(c, path);
}

/*
 * Start the command and wait for its end, or, with a marker, for the marker in its output.
 * Seconds from start; the first `room` bytes of its output stay in `out`.
 */
static double run(const struct command *c, const char *marker, char *out, size_t room)
{
    posix_spawn_file_actions_t actions;
    size_t used = 0;
    double start, end;
    ssize_t n;
    int fds[2], status;
    pid_t pid;

    if (pipe(fds) != 0)
        die(strerror(errno), "pipe");
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", 0, 0);
    posix_spawn_file_actions_adddup2(&actions, fds[1], 1);
    posix_spawn_file_actions_addclose(&actions, fds[0]);
    start = now_s();
    if (posix_spawnp(&pid, c->words[0], &actions, NULL, (char **)c->words, environ) != 0)
        die("cannot be started", c->words[0]);
    posix_spawn_file_actions_destroy(&actions);
    close(fds[1]);
    end = start;
    while ((n = read(fds[0], out + used, room - 1 - used)) > 0) {
        used += (size_t)n;
        out[used] = '\0';
        if (marker && strstr(out, marker)) {
            end = now_s();
            kill(pid, SIGKILL);
            break;
        }
        if (used == room - 1)
            used = room / 2;
    }
    close(fds[0]);
    waitpid(pid, &status, 0);
    if (marker ? end == start : !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        die(marker ? "its output lacks the expected line" : "ended badly", c->words[0]);
    return marker ? end - start : now_s() - start;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

static double median(double *values)
{
    qsort(values, ROUNDS, sizeof(*values), compare_doubles);
    return values[ROUNDS / 2];
}

static void report(const struct bench *b, const char *what, double value, const char *unit,
                   double limit)
{
    printf("%-7s %-46s %8.2f %-3s", b->arch, what, value, unit);
    if (limit > 0)
        printf("  limit %6.2f  %s", limit, value > limit ? "OVER" : "ok");
    printf("\n");
    fflush(stdout);
}

/* trapline VERB [-o ...] --arch ARCH */
static void trapline(struct command *c, const struct bench *b, bool record)
{
    memset(c, 0, sizeof(*c));
    add_path(c, b, "trapline", NULL);
    add(c, record ? "record" : "run");
    if (record) {
        add(c, "-o");
        add_path(c, b, "tests/bench/run-", ".tlt");
    }
    add(c, "--arch");
    add(c, b->arch);
}

static double run_bare_image(const struct bench *b, const char *prefix, bool record)
{
    struct command c;
    char out[4096];

    trapline(&c, b, record);
    add(&c, "--kernel");
    add_path(&c, b, prefix, ".elf");
    return run(&c, NULL, out, sizeof(out));
}

static double run_engine(const struct bench *b, const char *prefix)
{
    struct command c = {0};
    char out[100];

    add_path(&c, b, "tests/bench-bare", NULL);
    add(&c, b->arch);
    add_path(&c, b, prefix, ".elf");
    run(&c, NULL, out, sizeof(out));
    return strtod(out, NULL);
}

static void measure_image(const struct bench *b, const char *name, double limit)
{
    double of_bare[ROUNDS], of_run[ROUNDS], engine_s[ROUNDS];
    char prefix[100], what[100];

    snprintf(prefix, sizeof(prefix), "tests/bench/%s-", name);
    for (int i = 0; i < ROUNDS; i++) {
        double nothing = run_bare_image(b, "tests/bench/nothing-", true);
        double nothing_run = run_bare_image(b, "tests/bench/nothing-", false);
        double engine = run_engine(b, prefix);
        double record = run_bare_image(b, prefix, true) - nothing;
        double plain = run_bare_image(b, prefix, false) - nothing_run;

        engine_s[i] = engine;
        of_bare[i] = record / engine;
        of_run[i] = record / plain;
    }
    snprintf(what, sizeof(what), "%s: engine alone", name);
    report(b, what, median(engine_s) * 1e3, "ms", 0);
    snprintf(what, sizeof(what), "%s: record / engine", name);
    report(b, what, median(of_bare), "x", limit);
    snprintf(what, sizeof(what), "%s: record / run", name);
    report(b, what, median(of_run), "x", RATIO_RECORD_RUN);
}

/* The kernel that ships, the bench program as its only file. */
static double run_user(const struct bench *b, const char *what, const char *n, const char *marker)
{
    struct command c;
    char out[4096];

    trapline(&c, b, false);
    add(&c, "--rootfs");
    add_path(&c, b, "tests/bench/", "");
    add(&c, "--");
    add(&c, "/bench");
    add(&c, what);
    add(&c, n);
    return run(&c, marker, out, sizeof(out));
}

static void measure_each(const struct bench *b, const char *what, const char *label, long count,
                         double limit_us)
{
    double us[ROUNDS];
    char n[20];

    snprintf(n, sizeof(n), "%ld", count);
    for (int i = 0; i < ROUNDS; i++)
        us[i] = (run_user(b, what, n, NULL) - run_user(b, what, "0", NULL)) / (double)count * 1e6;
    report(b, label, median(us), "us", limit_us);
}

static double run_qemu(const struct bench *b)
{
    bool arm64 = strcmp(b->arch, "arm64") == 0;
    struct command c = {0};
    char out[4096];

    add(&c, arm64 ? "qemu-system-aarch64" : "qemu-system-x86_64");
    add(&c, "-M");
    add(&c, arm64 ? "virt" : "microvm,pit=on,pic=on,rtc=on,isa-serial=on");
    add(&c, "-cpu");
    add(&c, arm64 ? "cortex-a72" : "SandyBridge,-x2apic,-tsc-deadline");
    add(&c, "-m");
    add(&c, "256");
    add(&c, "-nodefaults");
    add(&c, "-display");
    add(&c, "none");
    add(&c, "-serial");
    add(&c, "stdio");
    add(&c, "-no-reboot");
    add(&c, "-kernel");
    add_path(&c, b, arm64 ? "tests/bench/kernel-" : "kernel/kernel-", arm64 ? ".Image" : ".elf");
    add(&c, "-initrd");
    add_path(&c, b, "tests/bench/hello-", ".cpio");
    return run(&c, "first", out, sizeof(out));
}

/* QEMU hands an initrd on arm64 to Linux images only: the one inside of the ELF file. */
static void make_arm64_image(const struct bench *b)
{
    struct command c = {0};
    char out[100];

    add(&c, "aarch64-linux-gnu-objcopy");
    add(&c, "-O");
    add(&c, "binary");
    add_path(&c, b, "kernel/kernel-", ".elf");
    add_path(&c, b, "tests/bench/kernel-", ".Image");
    run(&c, NULL, out, sizeof(out));
}

static void make_initramfs(const struct bench *b)
{
    struct command c = {0};
    char out[100];

    add_path(&c, b, "tests/mkinitramfs", NULL);
    add_path(&c, b, "tests/bench/hello-", ".cpio");
    add_path(&c, b, "tests/bench/", "");
    add(&c, "/bench");
    add(&c, "hello");
    run(&c, NULL, out, sizeof(out));
}

static bool has_program(const char *name)
{
    char command[100];

    snprintf(command, sizeof(command), "command -v %s >/dev/null", name);
    return system(command) == 0;
}

/* A folder of the bench's own, or none: all other rows boot. */
static void use_boot_cache(const struct bench *b, bool on)
{
    char dir[PATH_BYTES];

    snprintf(dir, sizeof(dir), "%s/tests/bench/boot-cache", b->build);
    setenv("TRAPLINE_BOOT_CACHE", on ? dir : "off", 1);
}

static void measure_start(const struct bench *b)
{
    bool arm64 = strcmp(b->arch, "arm64") == 0;
    bool qemu = has_program(arm64 ? "qemu-system-aarch64" : "qemu-system-x86_64");
    double cold[ROUNDS], warm[ROUNDS], cold_ratio[ROUNDS], warm_ratio[ROUNDS];

    make_initramfs(b);
    if (qemu && arm64)
        make_arm64_image(b);
    use_boot_cache(b, true);
    run_user(b, "hello", "0", NULL); /* leaves its boot */
    for (int i = 0; i < ROUNDS; i++) {
        double qemu_s = qemu ? run_qemu(b) : 1;

        use_boot_cache(b, true);
        warm[i] = run_user(b, "hello", "0", "first") * 1e3;
        use_boot_cache(b, false);
        cold[i] = run_user(b, "hello", "0", "first") * 1e3;
        cold_ratio[i] = cold[i] / 1e3 / qemu_s;
        warm_ratio[i] = warm[i] / 1e3 / qemu_s;
    }
    report(b, "start to user code, cold", median(cold), "ms", START_MS);
    report(b, "start to user code, warm", median(warm), "ms", START_MS);
    if (qemu) {
        report(b, "start to user code, cold: Trapline / QEMU", median(cold_ratio), "x",
               START_RATIO);
        report(b, "start to user code, warm: Trapline / QEMU", median(warm_ratio), "x",
               START_RATIO);
    } else {
        printf("%-7s QEMU is not installed: its start was not measured\n", b->arch);
    }
}

static void measure_branchy(const struct bench *b)
{
    measure_image(b, "branchy", 1.9);
}

static void measure_sha256(const struct bench *b)
{
    measure_image(b, "sha256", 1.5);
}

static void measure_syscall(const struct bench *b)
{
    measure_each(b, "syscall", "null system call, there and back", SYSCALLS, SYSCALL_US);
}

static void measure_fault(const struct bench *b)
{
    measure_each(b, "fault", "demand fault", FAULTS, FAULT_US);
}

static const struct row {
    const char *name;
    void (*measure)(const struct bench *b);
} rows[] = {
    {"branchy", measure_branchy}, {"sha256", measure_sha256}, {"syscall", measure_syscall},
    {"fault", measure_fault},     {"start", measure_start},
};

static const char *const arches[] = {"arm64", "x86_64"};

#define ROWS   (sizeof(rows) / sizeof(rows[0]))
#define ARCHES (sizeof(arches) / sizeof(arches[0]))

static bool is_row(const char *name)
{
    for (size_t i = 0; i < ROWS; i++) {
        if (strcmp(name, rows[i].name) == 0)
            return true;
    }
    return false;
}

static bool is_arch(const char *name)
{
    return strcmp(name, arches[0]) == 0 || strcmp(name, arches[1]) == 0;
}

int main(int argc, char **argv)
{
    const char *only_row = NULL, *only_arch = NULL;

    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "--only") == 0 && i + 1 < argc && is_row(argv[i + 1]))
            only_row = argv[++i];
        else if (is_arch(argv[i]))
            only_arch = argv[i];
        else
            die("usage: bench [--only branchy|sha256|syscall|fault|start] [arm64|x86_64]", argv[i]);
    }
    if (argc < 2)
        die("usage: bench-run BUILD [--only ROW] [arm64|x86_64]", argv[0]);
    for (size_t i = 0; i < ARCHES; i++) {
        struct bench b = {.build = argv[1], .arch = arches[i]};

        use_boot_cache(&b, false);
        if (only_arch && strcmp(only_arch, b.arch) != 0)
            continue;
        for (size_t j = 0; j < ROWS; j++) {
            if (!only_row || strcmp(only_row, rows[j].name) == 0)
                rows[j].measure(&b);
        }
    }
    return 0;
}
