/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tools/contract_linux.c - contract tests on a real Linux, to write the oracle.
 *
 * x86_64: the host's own kernel, in namespaces (root). Either CPU: a Linux kernel image in QEMU's
 * TCG, which is how arm64's oracle is made: a whole Linux, where a user-mode emulator would only
 * translate the host's. In both, contract-linux runs the tests and frames their output
 * (tests/contracts/linux_runner.c).
 */
#include "tools/contract.h"

#include "sim/cpio.h"

#include <errno.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#define QEMU_TIMEOUT "1500"
#define SHOWN_MAX 2000u /* bytes of the output of a test that fails on Linux */

/* Execute argv with stdout into a buffer. 0 or -errno. */
static int capture(char *const *argv, struct byte_buf *out)
{
    char bytes[65536];
    int fds[2], status;
    ssize_t n;
    pid_t pid;

    if (pipe(fds) != 0)
        return -errno;
    fflush(stdout);
    pid = fork();
    if (pid == 0) {
        dup2(fds[1], STDOUT_FILENO);
        close(fds[0]);
        close(fds[1]);
        execvp(argv[0], argv);
        _exit(127);
    }
    close(fds[1]);
    while ((n = read(fds[0], bytes, sizeof(bytes))) > 0 || (n < 0 && errno == EINTR))
        if (n > 0)
            buf_put(out, bytes, (size_t)n);
    close(fds[0]);
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        return -ECHILD;
    return WIFEXITED(status) && WEXITSTATUS(status) == 127 ? -ENOENT : 0;
}

static int run_on_host(const struct contract_options *o, const struct contract_list *list,
                       enum arch arch, struct byte_buf *out)
{
    char **argv = calloc(list->count + 3, sizeof(*argv)), dir[4096], runner[4200];
    size_t count = 2;
    int rc;

    if (!argv)
        return -ENOMEM;
    snprintf(dir, sizeof(dir), "%s/%s", o->dir, arch_name(arch));
    snprintf(runner, sizeof(runner), "%s/contract-linux", dir);
    argv[0] = runner;
    argv[1] = dir;
    for (size_t i = 0; i < list->count; i++)
        if (list->tests[i].arch == arch)
            argv[count++] = list->tests[i].name;
    rc = capture(argv, out);
    free(argv);
    return rc;
}

static int put_program(struct byte_buf *b, unsigned *ino, const char *dir, const char *name,
                       const char *to)
{
    char path[4608], target[512], err[ERR_LEN];
    struct blob program;
    int rc;

    snprintf(path, sizeof(path), "%s/%.400s", dir, name);
    snprintf(target, sizeof(target), "%s%.400s", to, strcmp(to, "init") == 0 ? "" : name);
    rc = host_read_file(path, &program, err, sizeof(err));
    if (rc != 0) {
        complain(EXIT_USAGE, "%s", err);
        return rc;
    }
    cpio_put(b, ino, target, S_IFREG | 0755, program.data, program.bytes);
    blob_free(&program);
    return 0;
}

/* An initramfs with the runner as /init and every test. */
static int build_archive(const struct contract_options *o, const struct contract_list *list,
                         enum arch arch, const char *path)
{
    struct byte_buf b = {0};
    char dir[4096], err[ERR_LEN];
    unsigned ino = 0;
    int rc;

    snprintf(dir, sizeof(dir), "%s/%s", o->dir, arch_name(arch));
    cpio_put(&b, &ino, "tests", S_IFDIR | 0755, NULL, 0);
    cpio_put(&b, &ino, "tests/files", S_IFDIR | 0755, NULL, 0);
    rc = put_program(&b, &ino, dir, "contract-linux", "init");
    if (rc == 0)
        rc = put_program(&b, &ino, dir, "files/busybox", "tests/");
    for (size_t i = 0; rc == 0 && i < list->count; i++)
        if (list->tests[i].arch == arch)
            rc = put_program(&b, &ino, dir, list->tests[i].name, "tests/");
    cpio_end(&b);
    if (rc == 0 && b.failed)
        rc = -ENOMEM;
    if (rc == 0)
        rc = host_write_file(path, b.data, b.used, err, sizeof(err));
    buf_free(&b);
    return rc;
}

static int run_in_qemu(const struct contract_options *o, const struct contract_list *list,
                       enum arch arch, struct byte_buf *out)
{
    char initrd[4096], image[4096];
    char *arm64[] = {"timeout", QEMU_TIMEOUT, "qemu-system-aarch64", "-M", "virt,gic-version=2",
                     "-cpu", "cortex-a72", "-m", "1G", "-nodefaults", "-display", "none",
                     "-serial", "stdio", "-no-reboot", "-kernel", image, "-initrd", initrd,
                     "-append", "console=ttyAMA0 quiet loglevel=0 panic=-1", NULL};
    char *x86_64[] = {"timeout", QEMU_TIMEOUT, "qemu-system-x86_64", "-M", "pc", "-cpu", "max",
                      "-m", "1G", "-nodefaults", "-display", "none", "-serial", "stdio",
                      "-no-reboot", "-kernel", image, "-initrd", initrd,
                      "-append", "console=ttyS0 quiet loglevel=0 panic=-1", NULL};
    int rc;

    snprintf(image, sizeof(image), "%s", o->linux_image);
    snprintf(initrd, sizeof(initrd), "%s/%s/oracle.cpio", o->dir, arch_name(arch));
    rc = build_archive(o, list, arch, initrd);
    return rc == 0 ? capture(arch == ARCH_ARM64 ? arm64 : x86_64, out) : rc;
}

static void describe_source(const struct contract_options *o, enum arch arch, char *out,
                            size_t len)
{
    const char *slash = o->linux_image ? strrchr(o->linux_image, '/') : NULL;
    struct utsname u;

    if (o->linux_image)
        snprintf(out, len, "Linux on %s: %s in QEMU", arch_name(arch),
                 slash ? slash + 1 : o->linux_image);
    else if (uname(&u) == 0)
        snprintf(out, len, "Linux on %s: %.*s", u.machine, (int)strcspn(u.release, "-"),
                 u.release);
}

static const struct contract_test *find(const struct contract_list *list, enum arch arch,
                                        const char *name, size_t len)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->tests[i].arch == arch && strlen(list->tests[i].name) == len &&
            memcmp(list->tests[i].name, name, len) == 0)
            return &list->tests[i];
    return NULL;
}

/* One framed output, from behind its "=== NAME" to its "=== status". */
static int take_one(const struct contract_options *o, const struct contract_test *t,
                    const char *source, const char *text, size_t len, int status,
                    unsigned *changed)
{
    struct byte_buf out = {0};
    bool differs;
    int rc;

    for (size_t i = 0; i < len; i++)
        if (text[i] != '\r')
            buf_put(&out, text + i, 1);
    if (status != 0 || out.used < 5 || memcmp(out.data + out.used - 5, "PASS\n", 5) != 0) {
        printf("%s: no oracle, on Linux it ends with status %d:\n%.*s\n", t->name, status,
               (int)(out.used < SHOWN_MAX ? out.used : SHOWN_MAX), (const char *)out.data);
        buf_free(&out);
        return EXIT_GUEST;
    }
    rc = contract_oracle_write(o->dir, t->arch, t->name, source, &out, &differs);
    buf_free(&out);
    *changed += differs;
    return rc == 0 ? EXIT_OK : EXIT_GUEST;
}

static int take_all(const struct contract_options *o, const struct contract_list *list,
                    enum arch arch, const struct byte_buf *out)
{
    static const char mark[] = "=== ", status_mark[] = "=== status ";
    const char *at = (const char *)out->data, *end = at + out->used;
    unsigned written = 0, changed = 0;
    char source[160] = "Linux";
    int worst = EXIT_OK;

    describe_source(o, arch, source, sizeof(source));
    while (at && at < end && (at = memmem(at, (size_t)(end - at), mark, sizeof(mark) - 1))) {
        const char *name = at + sizeof(mark) - 1, *nl = memchr(name, '\n', (size_t)(end - name));
        const char *stop = nl ? memmem(nl, (size_t)(end - nl), status_mark, sizeof(status_mark) - 1)
                              : NULL;
        const struct contract_test *t;

        if (!stop)
            break;
        t = find(list, arch, name, (size_t)(nl - name) - (nl[-1] == '\r'));
        if (t) {
            int rc = take_one(o, t, source, nl + 1, (size_t)(stop - nl - 1),
                              atoi(stop + sizeof(status_mark) - 1), &changed);

            worst = rc != EXIT_OK ? rc : worst;
            written++;
        }
        at = stop + sizeof(status_mark) - 1;
    }
    printf("%s: %u oracles, %u changed (%s)\n", arch_name(arch), written, changed, source);
    if (written == 0 && worst == EXIT_OK)
        return complain(EXIT_GUEST, "Linux on %s ran no test: no oracle was written", arch_name(arch));
    return worst;
}

int contract_update_oracle(const struct contract_options *o, const struct contract_list *list,
                           enum arch arch)
{
    struct byte_buf out = {0};
    struct utsname u;
    int rc;

    if (!o->linux_image && (uname(&u) != 0 || strcmp(u.machine, arch_name(arch)) != 0))
        return complain(EXIT_USAGE, "this host is no %s; name a Linux image for QEMU with --linux",
                        arch_name(arch));
    rc = o->linux_image ? run_in_qemu(o, list, arch, &out) : run_on_host(o, list, arch, &out);
    if (rc != 0)
        rc = complain(EXIT_GUEST, "the tests could not be run on Linux: %s", strerror(-rc));
    else
        rc = take_all(o, list, arch, &out);
    buf_free(&out);
    return rc;
}
