// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * linux_runner.c - runs contract tests on a real Linux, each in a world of its own.
 *
 *   contract-linux FOLDER NAME...    on a host, as root
 *   /init (process 1)                in a machine: every file of /tests, then power off
 *
 * Each test gets what it gets in Trapline: a root of its own on a tmpfs with /bin, /dev, /etc,
 * /proc and /tmp, process id 2 below an init that reaps, a session with a terminal on 0, 1 and 2,
 * and an up loopback. To that end the test's init lives in new namespaces. Prints, for each test,
 * "=== NAME", what the test wrote, "=== status N"; ends with "=== end".
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TIMEOUT_S 20
#define OUTPUT_MAX (256 << 10)
#define ROOT "/tmp/contract-root"

static void must(int ok, const char *what)
{
    if (ok)
        return;
    printf("contract-linux: %s: %s\n", what, strerror(errno));
    fflush(stdout);
    _exit(125);
}

static void copy_file(const char *from, const char *to)
{
    char bytes[65536];
    int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0755);
    ssize_t n;

    must(in >= 0 && out >= 0, from);
    while ((n = read(in, bytes, sizeof(bytes))) > 0)
        must(write(out, bytes, (size_t)n) == n, to);
    close(in);
    close(out);
}

static void copy_dir(const char *from, const char *to)
{
    char a[4096], b[4096];
    DIR *d = opendir(from);
    struct dirent *e;

    while (d && (e = readdir(d))) {
        if (e->d_name[0] == '.')
            continue;
        snprintf(a, sizeof(a), "%.3000s/%s", from, e->d_name);
        snprintf(b, sizeof(b), "%.3000s/%s", to, e->d_name);
        copy_file(a, b);
    }
    if (d)
        closedir(d);
}

static void make_root(const char *folder, const char *name)
{
    static const char *const dirs[] = {"bin", "dev", "etc", "proc", "tmp"};
    char path[4096], source[4096];

    must(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0, "private mounts");
    mkdir(ROOT, 0755);
    must(mount("tmpfs", ROOT, "tmpfs", 0, "mode=755") == 0, "mount tmpfs");
    must(chdir(ROOT) == 0, ROOT);
    for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
        must(mkdir(dirs[i], 0755) == 0, dirs[i]);
    must(mount("proc", "proc", "proc", 0, NULL) == 0, "mount proc");
    must(mount("devtmpfs", "dev", "devtmpfs", 0, NULL) == 0, "mount devtmpfs");
    mkdir("dev/pts", 0755);
    must(mount("devpts", "dev/pts", "devpts", MS_NOSUID | MS_NOEXEC,
               "newinstance,mode=620,ptmxmode=666") == 0, "mount devpts");
    must(mount("dev/pts/ptmx", "dev/ptmx", NULL, MS_BIND, NULL) == 0, "bind ptmx");
    snprintf(source, sizeof(source), "%s/%s", folder, name);
    snprintf(path, sizeof(path), "bin/%s", name);
    copy_file(source, path);
    if (strncmp(name, "programs.", 9) == 0) {
        snprintf(source, sizeof(source), "%s/files", folder);
        copy_dir(source, "bin");
    }
    must(mount(".", "/", NULL, MS_MOVE, NULL) == 0, "move the root");
    must(chroot(".") == 0 && chdir("/") == 0, "chroot");
}

static void loopback_up(void)
{
    struct ifreq ifr = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    int s = socket(AF_INET, SOCK_DGRAM, 0);

    if (s >= 0 && ioctl(s, SIOCSIFFLAGS, &ifr) != 0)
        must(0, "loopback");
    close(s);
}

/* Process 2 of the new world. */
static void run_test(const char *name, const char *tty)
{
    static char *const env[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "TERM=linux",
                                NULL};
    stack_t no_stack = {.ss_flags = SS_DISABLE};
    struct rlimit none = {0, RLIM_INFINITY}, files = {1024, 4096}, stack = {8 << 20, RLIM_INFINITY};
    char path[4096];
    char *argv[] = {path, NULL};
    sigset_t empty;
    int fd;

    setrlimit(RLIMIT_CORE, &none);
    setrlimit(RLIMIT_NOFILE, &files);
    setrlimit(RLIMIT_STACK, &stack);
    sigaltstack(&no_stack, NULL); /* exec keeps the flags of whoever came before */
    sigemptyset(&empty);
    sigprocmask(SIG_SETMASK, &empty, NULL);
    for (int signo = 1; signo < 32; signo++)
        signal(signo, SIG_DFL);
    umask(022);
    setsid();
    fd = open(tty, O_RDWR);
    must(fd >= 0, tty);
    ioctl(fd, TIOCSCTTY, 0);
    dup2(fd, 0);
    dup2(fd, 1);
    dup2(fd, 2);
    for (fd = 3; fd < 64; fd++)
        close(fd);
    snprintf(path, sizeof(path), "/bin/%s", name);
    execve(path, argv, env);
    _exit(127);
}

/* Process 1 of the new world: its own terminal, relayed to `out`; gives the test's status. */
static int run_world(const char *folder, const char *name, int out)
{
    char tty[64], bytes[4096];
    int master, status = 0, number, zero = 0;
    time_t start = time(NULL);
    long written = 0;
    pid_t test;

    make_root(folder, name);
    loopback_up();
    sethostname("trapline", 8);
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
    must(master >= 0 && ioctl(master, TIOCSPTLCK, &zero) == 0 &&
             ioctl(master, TIOCGPTN, &number) == 0, "ptmx");
    snprintf(tty, sizeof(tty), "/dev/pts/%d", number);
    test = fork();
    if (test == 0)
        run_test(name, tty);
    for (int done = 0;;) {
        struct pollfd p = {master, POLLIN, 0};
        ssize_t n = poll(&p, 1, done ? 20 : 50) > 0 && p.revents & POLLIN
                        ? read(master, bytes, sizeof(bytes)) : 0;
        pid_t got;

        for (ssize_t i = 0; i < n; i++)
            if (bytes[i] != '\r')
                must(write(out, bytes + i, 1) == 1, "output");
        if (done && n <= 0)
            break;
        while ((got = waitpid(-1, &number, WNOHANG)) > 0)
            if (got == test) {
                status = number;
                done = 1;
            }
        /* A closed terminal makes poll return at once. */
        if (n <= 0 && p.revents & POLLHUP)
            usleep(5000);
        written += n > 0 ? n : 0;
        if (time(NULL) - start > TIMEOUT_S || written > OUTPUT_MAX)
            return 124;
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static int run_isolated(const char *folder, const char *name)
{
    int status;
    pid_t outer = fork();

    if (outer == 0) {
        pid_t inner;

        must(unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET) == 0,
             "unshare (the oracle needs root)");
        inner = fork();
        if (inner == 0)
            _exit(run_world(folder, name, STDOUT_FILENO));
        waitpid(inner, &status, 0);
        _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 126);
    }
    waitpid(outer, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 126;
}

static void run_one(const char *folder, const char *name)
{
    int status;

    printf("=== %s\n", name);
    fflush(stdout);
    status = run_isolated(folder, name);
    printf("=== status %d\n", status);
    fflush(stdout);
}

static int run_as_init(void)
{
    struct dirent **names;
    int count;

    mkdir("/tmp", 0755);
    mkdir("/dev", 0755);
    mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
    mount("tmpfs", "/tmp", "tmpfs", 0, NULL);
    count = scandir("/tests", &names, NULL, alphasort);
    for (int i = 0; i < count; i++)
        if (names[i]->d_name[0] != '.' && strchr(names[i]->d_name, '.'))
            run_one("/tests", names[i]->d_name);
    puts("=== end");
    fflush(stdout);
    sleep(1);
    reboot(RB_POWER_OFF);
    return 0;
}

int main(int argc, char **argv)
{
    if (getpid() == 1)
        return run_as_init();
    if (argc < 3) {
        fprintf(stderr, "usage: contract-linux FOLDER NAME...\n");
        return 2;
    }
    /* Descriptors of whoever called would make the tests' tables larger. */
    for (int fd = 3; fd < 4096; fd++)
        close(fd);
    for (int i = 2; i < argc; i++)
        run_one(argv[1], argv[i]);
    puts("=== end");
    return 0;
}
