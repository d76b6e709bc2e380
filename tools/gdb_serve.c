/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tools/gdb_serve.c - a debugger at the other end of a stub: one that connects, one on standard
 * input and output, or gdb-multiarch as a child, with the recorded kernel's symbols in files.
 */
#include "tools/gdb_serve.h"

#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "loader/boot.h"
#include "tools/cmd.h"

#define WORDS_MAX 64

extern char **environ;

struct fds {
    int in, out;
    bool until_signal; /* Ctrl-C here ends it, as if the client had gone */
};

static long fds_read(void *ctx, void *buf, size_t len)
{
    const struct fds *f = ctx;
    ssize_t n;

    do
        n = read(f->in, buf, len);
    while (n < 0 && errno == EINTR && !f->until_signal);
    if (n < 0 && errno == EINTR)
        return 0;
    return n < 0 ? -errno : n;
}

static long fds_write(void *ctx, const void *buf, size_t len)
{
    const struct fds *f = ctx;
    ssize_t n;

    do
        n = write(f->out, buf, len);
    while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : n;
}

static bool fds_ready(void *ctx)
{
    struct pollfd p = {.fd = ((const struct fds *)ctx)->in, .events = POLLIN};

    return poll(&p, 1, 0) == 1;
}

static int serve(struct gdb_stub *stub, int in, int out, bool until_signal)
{
    struct fds f = {in, out, until_signal};
    struct gdb_io io = {.ctx = &f, .read = fds_read, .write = fds_write, .ready = fds_ready};
    int rc = gdb_stub_serve(stub, &io);

    /* A client that goes away in the middle is no failure of ours. */
    return rc == 0 || rc == -EPIPE || rc == -ECONNRESET
               ? EXIT_OK
               : complain(EXIT_GUEST, "the connection to gdb failed: %s", strerror(-rc));
}

/* A listening socket; *port is what was given. Complains. */
static int listen_on(const char *host, const char *port, unsigned *bound)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_PASSIVE}, *list;
    struct sockaddr_storage at;
    socklen_t len = sizeof(at);
    char service[16];
    int one = 1, fd = -1, rc = getaddrinfo(host, port, &hints, &list);

    if (rc != 0) {
        complain(EXIT_USAGE, "--listen %s:%s: %s", host, port, gai_strerror(rc));
        return -1;
    }
    fd = socket(list->ai_family, list->ai_socktype | SOCK_CLOEXEC, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) ||
        bind(fd, list->ai_addr, list->ai_addrlen) || listen(fd, 1) ||
        getsockname(fd, (struct sockaddr *)&at, &len) ||
        getnameinfo((struct sockaddr *)&at, len, NULL, 0, service, sizeof(service),
                    NI_NUMERICSERV)) {
        complain(EXIT_GUEST, "cannot listen on %s:%s: %s", host, port, strerror(errno));
        if (fd >= 0)
            close(fd);
        fd = -1;
    }
    freeaddrinfo(list);
    if (fd >= 0)
        *bound = (unsigned)strtoul(service, NULL, 10);
    return fd;
}

static int serve_one(struct gdb_stub *stub, int listener, bool until_signal)
{
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC), rc;

    close(listener);
    if (fd < 0)
        return complain(EXIT_GUEST, "no gdb came: %s", strerror(errno));
    rc = serve(stub, fd, fd, until_signal);
    close(fd);
    return rc;
}

/* ---- files for gdb: the kernel, the program that runs and its libraries, a script ---- */

struct gdb_files {
    char dir[32];                       /* "" when it could not be made */
    char kernel[48], script[48], symbols[48];
    unsigned programs, programs_most;   /* as many files gdb was given last; and ever */
    struct byte_buf commands;           /* of `symbols` */
};

static bool write_file(const char *path, const void *bytes, size_t len)
{
    FILE *f = fopen(path, "we");
    bool good = f && fwrite(bytes, 1, len, f) == len;

    if (f)
        good &= fclose(f) == 0;
    return good;
}

static bool is_elf(const struct blob *file)
{
    return file->bytes >= 4 && memcmp(file->data, "\177ELF", 4) == 0;
}

/*
 * Where gdb has the kernel's names from: --symbols from its own place, which may be hundreds of
 * megabytes, or the file that was written. "": it has none.
 */
static void symbols_command(const struct gdb_files *f, const struct machine *m, char *text,
                            size_t len)
{
    int used = 0;

    if (m->symbols_path && is_elf(&m->symbols))
        used = snprintf(text, len, "symbol-file -o 0x%llx \"%s\"\n",
                        (unsigned long long)m->symbols_moved, m->symbols_path);
    else if (f->kernel[0])
        used = snprintf(text, len, "symbol-file %s\n", f->kernel);
    if (used <= 0 || (size_t)used >= len)
        text[0] = '\0';
}

/* Gives gdb the kernel's names, and its command `user-symbols`: the stub writes a script, which
 * gdb then reads. */
static bool write_script(const struct gdb_files *f, const struct machine *m)
{
    char text[PATH_MAX + 512], kernel[PATH_MAX + 64];
    int len;

    symbols_command(f, m, kernel, sizeof(kernel));
    len = snprintf(text, sizeof(text),
                   "%sdefine user-symbols\n  monitor user-symbols\n  source %s\nend\n"
                   "document user-symbols\nSymbols of the user program that runs here and of its "
                   "libraries, in place of those before.\nend\n",
                   kernel, f->symbols);

    return write_file(f->script, text, (size_t)len) && write_file(f->symbols, "", 0);
}

static void program_path(const struct gdb_files *f, unsigned index, char path[64])
{
    snprintf(path, 64, "%s/program-%u", f->dir, index);
}

static void put_line(struct byte_buf *b, const char *fmt, const char *path, vaddr_t base)
{
    char text[160];
    int len = snprintf(text, sizeof(text), fmt, path, (unsigned long long)base);

    buf_put(b, text, (size_t)len);
}

static int hand_symbols(void *ctx, unsigned index, const void *elf, size_t bytes, vaddr_t base)
{
    struct gdb_files *f = ctx;
    char path[64];

    if (index == 0) {
        f->commands.used = 0;
        put_line(&f->commands, "set confirm off\n", "", 0);
        while (f->programs > 0) {
            program_path(f, --f->programs, path);
            put_line(&f->commands, "remove-symbol-file %s\n", path, 0);
        }
    }
    if (elf) {
        program_path(f, index, path);
        if (!write_file(path, elf, bytes))
            return -EIO;
        put_line(&f->commands, "add-symbol-file %s -o 0x%llx\n", path, base);
        f->programs = index + 1;
        f->programs_most = f->programs > f->programs_most ? f->programs : f->programs_most;
    }
    if (f->commands.failed || !write_file(f->symbols, f->commands.data, f->commands.used))
        return -EIO;
    return 0;
}

/* The kernel of the recording, or the names of a map; gdb knows no such file. */
static bool write_kernel(const struct gdb_files *f, const struct machine *m)
{
    struct symbols *symbols;
    char err[ERR_LEN];
    int rc;

    if (!m->symbols_path)
        return is_elf(&m->kernel) && write_file(f->kernel, m->kernel.data, m->kernel.bytes);
    if (is_elf(&m->symbols))
        return false;
    rc = machine_symbols(m, &symbols, err, sizeof(err));
    if (rc == 0) {
        rc = symbols_write(symbols, m->arch, f->kernel, err, sizeof(err));
        symbols_free(symbols);
    }
    if (rc != 0)
        complain(0, "gdb gets no names: %s", err);
    return rc == 0;
}

static void files_open(struct gdb_files *f, const struct machine *m)
{
    memset(f, 0, sizeof(*f));
    strcpy(f->dir, "/tmp/trapline-gdb-XXXXXX");
    if (!mkdtemp(f->dir)) {
        f->dir[0] = '\0';
        return;
    }
    snprintf(f->kernel, sizeof(f->kernel), "%s/kernel", f->dir);
    snprintf(f->script, sizeof(f->script), "%s/commands", f->dir);
    snprintf(f->symbols, sizeof(f->symbols), "%s/symbols", f->dir);
    if (!write_kernel(f, m))
        f->kernel[0] = '\0';
    if (!write_script(f, m))
        f->script[0] = '\0';
}

static void files_close(struct gdb_files *f)
{
    char path[64];

    buf_free(&f->commands);
    if (!f->dir[0])
        return;
    unlink(f->kernel);
    for (unsigned i = 0; i < f->programs_most; i++) {
        program_path(f, i, path);
        unlink(path);
    }
    unlink(f->script);
    unlink(f->symbols);
    rmdir(f->dir);
}

/* Ctrl-C ends waiting and reading once, so that files go; a second one ends all. */
static void on_signal(int signo)
{
    (void)signo;
}

static int listen_and_serve(struct gdb_stub *stub, const char *host, const char *port_text,
                            const struct gdb_files *files)
{
    unsigned port;
    int fd = listen_on(host, port_text, &port);

    if (fd < 0)
        return EXIT_GUEST;
    if (files->script[0])
        fprintf(stderr, "trapline: names for gdb: source %s\n", files->script);
    fprintf(stderr, "trapline: waiting for gdb: target remote %s:%u\n", host, port);
    return serve_one(stub, fd, true);
}

int gdb_serve_listen(struct gdb_stub *stub, const struct machine *m, const char *where)
{
    struct sigaction once = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    const char *colon = strrchr(where, ':');
    char host[256] = "127.0.0.1";
    struct gdb_files files;
    uint64_t wanted;
    int rc;

    if (strcmp(where, "stdio") == 0)
        return serve(stub, STDIN_FILENO, STDOUT_FILENO, false);
    if (!colon || (size_t)(colon - where) >= sizeof(host))
        return complain(EXIT_USAGE, "--listen wants HOST:PORT or stdio, not '%s'", where);
    if (colon != where)
        snprintf(host, sizeof(host), "%.*s", (int)(colon - where), where);
    if (!parse_number(colon + 1, &wanted) || wanted > 65535)
        return complain(EXIT_USAGE, "--listen wants a port from 0 (any) to 65535, not '%s'", colon + 1);
    files_open(&files, m);
    gdb_stub_set_symbols(stub, hand_symbols, &files);
    sigaction(SIGINT, &once, NULL);
    sigaction(SIGTERM, &once, NULL);
    rc = listen_and_serve(stub, host, colon + 1, &files);
    files_close(&files);
    return rc;
}

/* True: gdb connects. False: it has ended instead. */
static bool wait_for_child(int listener, pid_t pid, int *status)
{
    struct pollfd p = {.fd = listener, .events = POLLIN};

    while (poll(&p, 1, 50) < 1)
        if (waitpid(pid, status, WNOHANG) == pid)
            return false;
    return true;
}

int gdb_serve_child(struct gdb_stub *stub, const struct machine *m, char **args)
{
    char target[64], *words[WORDS_MAX];
    unsigned port, n = 0;
    struct gdb_files files;
    int fd = listen_on("127.0.0.1", "0", &port), rc, status;
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    pid_t pid;

    if (fd < 0)
        return EXIT_GUEST;
    files_open(&files, m);
    gdb_stub_set_symbols(stub, hand_symbols, &files);
    snprintf(target, sizeof(target), "target remote 127.0.0.1:%u", port);
    words[n++] = "gdb-multiarch";
    words[n++] = "-q";
    if (files.kernel[0])
        words[n++] = files.kernel;
    if (files.script[0]) {
        words[n++] = "-x";
        words[n++] = files.script;
    }
    words[n++] = "-ex";
    words[n++] = target;
    while (*args && n < WORDS_MAX - 1)
        words[n++] = *args++;
    words[n] = NULL;
    rc = posix_spawnp(&pid, words[0], NULL, NULL, words, environ);
    if (rc != 0) {
        close(fd);
        rc = complain(EXIT_GUEST, "cannot start gdb-multiarch (%s): install it, or use --listen",
                      strerror(rc));
    } else {
        sigaction(SIGINT, &ignore, NULL); /* Ctrl-C is gdb's; it tells us */
        if (wait_for_child(fd, pid, &status)) {
            rc = serve_one(stub, fd, false);
            waitpid(pid, &status, 0);
        } else {
            close(fd);
            rc = WIFEXITED(status) && WEXITSTATUS(status) == 0
                     ? EXIT_OK /* gdb --version */
                     : complain(EXIT_GUEST, "gdb ended before it came to the machine");
        }
    }
    files_close(&files);
    return rc;
}
