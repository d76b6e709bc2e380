/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tools/cmd_gdb.c - trapline gdb: a debugger on a recording.
 *
 * Without --listen it starts gdb-multiarch itself, with the recorded kernel's symbols, and is
 * gone when that is. With --listen it waits for one client; loopback unless another host is named.
 */
#include "tools/cmd.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/gdb_stub.h"
#include "tools/trace_options.h"

extern char **environ;

static const char help[] =
    "usage: trapline gdb RUN.tlt [--at N] [--listen HOST:PORT|stdio] [-- GDB ARGS]\n"
    "       trapline gdb --live RUN.tlt [machine] [-- ARGV]\n"
    "       trapline gdb --record RUN.tlt [machine] [-- ARGV]\n"
    "\n"
    "Debugs a recording: breakpoints, watchpoints, step, continue, and all of it backwards\n"
    "(reverse-step, reverse-continue, reverse-finish). The recording is never changed.\n"
    "Without --listen gdb-multiarch is started, with the symbols of the recorded kernel.\n"
    "\n"
    "With --live a run starts under gdb: it is recorded as far as gdb goes (and somewhat further,\n"
    "so the console may be ahead), without console input, and RUN.tlt is what was recorded.\n"
    "With --record the run is made first, with its console here, until it ends or Ctrl-C ends it;\n"
    "then gdb stands at its last instruction, and every instruction before is there to go back to.\n"
    "\n"
    "  --live               record a run as far as gdb goes\n"
    "  --record             record a run first\n"
    "  --at N               start at instruction N (default 0)\n"
    "  --listen HOST:PORT   wait for a gdb there instead; HOST may be left out (127.0.0.1)\n"
    "  --listen stdio       talk on standard input and output\n"
    TRACE_OPTIONS_HELP
    "\n"
    "In gdb, 'monitor help' lists what gdb has no word for: when, seek, traps, syscalls, who, ..;\n"
    "'user-symbols' loads the symbols of the user program that runs at this place.\n"
    "\n";

static const char examples[] =
    "\n"
    "examples:\n"
    "  trapline gdb run.tlt --at 8379251\n"
    "  trapline gdb run.tlt -- -batch -ex 'break trap_page_fault' -ex continue -ex backtrace\n"
    "  trapline gdb run.tlt --listen :1234        and elsewhere: target remote :1234\n";

#define WORDS_MAX 64

struct fds {
    int in, out;
};

static long fds_read(void *ctx, void *buf, size_t len)
{
    const struct fds *f = ctx;
    ssize_t n;

    do
        n = read(f->in, buf, len);
    while (n < 0 && errno == EINTR);
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

static int serve(struct gdb_stub *stub, int in, int out)
{
    struct fds f = {in, out};
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

static int serve_one(struct gdb_stub *stub, int listener)
{
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC), rc;

    close(listener);
    if (fd < 0)
        return complain(EXIT_GUEST, "no gdb came: %s", strerror(errno));
    rc = serve(stub, fd, fd);
    close(fd);
    return rc;
}

static int serve_listen(struct gdb_stub *stub, const char *where)
{
    const char *colon = strrchr(where, ':');
    char host[256] = "127.0.0.1";
    unsigned port;
    int fd;

    if (strcmp(where, "stdio") == 0)
        return serve(stub, STDIN_FILENO, STDOUT_FILENO);
    if (!colon || (size_t)(colon - where) >= sizeof(host))
        return complain(EXIT_USAGE, "--listen wants HOST:PORT or stdio, not '%s'", where);
    if (colon != where)
        snprintf(host, sizeof(host), "%.*s", (int)(colon - where), where);
    fd = listen_on(host, colon + 1, &port);
    if (fd < 0)
        return EXIT_GUEST;
    fprintf(stderr, "trapline: waiting for gdb: target remote %s:%u\n", host, port);
    return serve_one(stub, fd);
}

/* ---- files for gdb: the kernel, the program that runs, a script ---- */

struct gdb_files {
    char dir[32];                       /* "" when it could not be made */
    char kernel[48], program[48], script[48], symbols[48];
    bool has_program;
};

static bool write_file(const char *path, const void *bytes, size_t len)
{
    FILE *f = fopen(path, "we");
    bool good = f && fwrite(bytes, 1, len, f) == len;

    if (f)
        good &= fclose(f) == 0;
    return good;
}

/* gdb's command `user-symbols`: the stub writes a script, which gdb then reads. */
static bool write_script(const struct gdb_files *f)
{
    char text[512];
    int len = snprintf(text, sizeof(text),
                       "define user-symbols\n  monitor user-symbols\n  source %s\nend\n"
                       "document user-symbols\nSymbols of the user program that runs here, in place "
                       "of those of the one before.\nend\n",
                       f->symbols);

    return write_file(f->script, text, (size_t)len) && write_file(f->symbols, "", 0);
}

static int hand_symbols(void *ctx, const char *name, const void *elf, size_t bytes, vaddr_t base,
                        const char *args)
{
    struct gdb_files *f = ctx;
    char text[512];
    int len;

    (void)name;
    (void)args;
    if (!write_file(f->program, elf, bytes))
        return -EIO;
    len = snprintf(text, sizeof(text),
                   "set confirm off\n%s%s%sadd-symbol-file %s -o 0x%llx\n",
                   f->has_program ? "remove-symbol-file " : "", f->has_program ? f->program : "",
                   f->has_program ? "\n" : "", f->program, (unsigned long long)base);
    f->has_program = true;
    return write_file(f->symbols, text, (size_t)len) ? 0 : -EIO;
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
    snprintf(f->program, sizeof(f->program), "%s/program", f->dir);
    snprintf(f->script, sizeof(f->script), "%s/commands", f->dir);
    snprintf(f->symbols, sizeof(f->symbols), "%s/symbols", f->dir);
    if (m->kernel.bytes < 4 || memcmp(m->kernel.data, "\177ELF", 4) != 0 ||
        !write_file(f->kernel, m->kernel.data, m->kernel.bytes))
        f->kernel[0] = '\0';
    if (!write_script(f))
        f->script[0] = '\0';
}

static void files_close(struct gdb_files *f)
{
    if (!f->dir[0])
        return;
    unlink(f->kernel);
    unlink(f->program);
    unlink(f->script);
    unlink(f->symbols);
    rmdir(f->dir);
}

/* gdb as a child that connects to us. */
static int serve_child(struct gdb_stub *stub, const struct machine *m, char **args)
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
        rc = serve_one(stub, fd);
        waitpid(pid, &status, 0);
    }
    files_close(&files);
    return rc;
}

/* ---- a run that is recorded as far as gdb goes ---- */

#define LIVE_FIRST_INSNS (256ull << 10)
#define LIVE_TRACES_MAX  48u /* each twice as long as the one before */

struct live {
    struct machine_options options;
    const char *path;
    insn_t limit;
    size_t printed, seen;  /* bytes of the console, of all and of this recording */
    struct trace *trace[LIVE_TRACES_MAX];
    struct timeline *timeline[LIVE_TRACES_MAX];
    unsigned count;
};

/* A recording begins anew and says again what was printed: only the rest is shown. */
static void live_console(void *ctx, const uint8_t *bytes, size_t len)
{
    struct live *l = ctx;
    size_t known = l->printed > l->seen ? l->printed - l->seen : 0;

    l->seen += len;
    if (known < len) {
        fwrite(bytes + known, 1, len - known, stderr);
        l->printed = l->seen;
    }
}

/* The same run, recorded further. The guest's time knows nothing of it. */
static int live_record(struct live *l, char *err, size_t err_len)
{
    struct session s = {.trace_path = l->path, .ctx = l, .console = live_console};
    struct sim_end end;
    int rc;

    if (l->count == LIVE_TRACES_MAX)
        return -ENOENT;
    l->limit = l->count ? 2 * l->limit : LIVE_FIRST_INSNS;
    if (l->limit > l->options.limit)
        l->limit = l->options.limit;
    l->seen = 0;
    s.limit = l->limit;
    rc = session_run(&l->options.machine, &s, &end, err, err_len);
    if (rc == 0)
        rc = trace_read_file(l->path, &l->trace[l->count], err, err_len);
    if (rc == 0)
        rc = timeline_open(l->trace[l->count], &l->timeline[l->count], err, err_len);
    l->count += rc == 0;
    return rc;
}

static int live_more(void *ctx, const struct trace **trace, struct timeline **timeline)
{
    struct live *l = ctx;
    insn_t now = timeline_now(*timeline);
    char err[ERR_LEN];
    int rc;

    if (l->limit == l->options.limit)
        return -ENOENT;
    rc = live_record(l, err, sizeof(err));
    if (rc == 0)
        rc = timeline_seek(l->timeline[l->count - 1], now);
    if (rc) {
        complain(EXIT_GUEST, "%s", err);
        return rc;
    }
    *trace = l->trace[l->count - 1];
    *timeline = l->timeline[l->count - 1];
    return 0;
}

static int debug_live(struct live *l)
{
    struct gdb_stub *stub;
    char err[ERR_LEN], *none = NULL;
    int rc = live_record(l, err, sizeof(err));

    if (rc)
        return complain_file(rc, err);
    if (gdb_stub_create(l->trace[0], l->timeline[0], &stub) != 0)
        return complain(EXIT_GUEST, "out of memory");
    signal(SIGPIPE, SIG_IGN);
    gdb_stub_set_more(stub, live_more, l);
    rc = serve_child(stub, &l->trace[0]->machine, &none);
    gdb_stub_destroy(stub);
    return rc;
}

/* trapline gdb --live RUN.tlt [machine] [-- ARGV] */
static int run_live(int argc, char **argv)
{
    static const struct option options[] = {MACHINE_OPTIONS, {0}};
    struct live l = {.path = argc > 2 ? argv[2] : NULL};
    int c, rc = EXIT_OK;

    if (!l.path)
        return complain(EXIT_USAGE, "--live wants the name of the trace");
    machine_options_init(&l.options);
    optind = 3;
    while (rc == EXIT_OK && (c = getopt_long(argc, argv, "", options, NULL)) != -1)
        rc = machine_options_take(&l.options, c, optarg);
    if (rc == EXIT_OK)
        rc = machine_options_load(&l.options, optind < argc ? (const char *const *)argv + optind
                                                            : NULL);
    if (rc == EXIT_OK)
        rc = debug_live(&l);
    while (l.count--) {
        timeline_close(l.timeline[l.count]);
        trace_free(l.trace[l.count]);
    }
    machine_options_free(&l.options);
    return rc;
}

static int debug(struct trace *t, insn_t at, const char *where, char **args)
{
    struct timeline *timeline;
    struct gdb_stub *stub;
    char err[ERR_LEN];
    int rc = timeline_open(t, &timeline, err, sizeof(err));

    if (rc != 0)
        return complain_file(rc, err);
    signal(SIGPIPE, SIG_IGN);
    rc = timeline_seek(timeline, at);
    if (rc != 0) {
        rc = complain(rc == -EILSEQ ? EXIT_DIVERGENCE : EXIT_GUEST, "%s",
                      timeline_error(timeline));
    } else if (gdb_stub_create(t, timeline, &stub) != 0) {
        rc = complain(EXIT_GUEST, "out of memory");
    } else {
        rc = where ? serve_listen(stub, where) : serve_child(stub, &t->machine, args);
        gdb_stub_destroy(stub);
    }
    timeline_close(timeline);
    return rc;
}

/*
 * trapline gdb --record RUN.tlt ...: `record -o RUN.tlt ...`, and then gdb at the end of that. The
 * guest may have failed, or been stopped: that is why one looks.
 */
static int record_and_debug(int argc, char **argv)
{
    struct trace_options files = {0};
    struct trace *t;
    int rc;

    if (argc < 3)
        return complain(EXIT_USAGE, "--record wants the name of the trace");
    argv[0] = (char *)"record";
    argv[1] = (char *)"-o";
    rc = cmd_record(argc, argv);
    if (rc != EXIT_OK && rc != EXIT_GUEST && rc != EXIT_LIMIT)
        return rc;
    rc = trace_options_open(&files, argv[2], &t);
    if (rc != EXIT_OK)
        return rc;
    rc = debug(t, t->end.n, NULL, argv + argc);
    trace_free(t);
    return rc;
}

int cmd_gdb(int argc, char **argv)
{
    enum { OPT_AT = 1, OPT_LISTEN };
    static const struct option options[] = {
        {"help", no_argument, NULL, 'h'},
        {"at", required_argument, NULL, OPT_AT},
        {"listen", required_argument, NULL, OPT_LISTEN},
        TRACE_OPTIONS,
        {0},
    };
    struct trace_options files = {0};
    const char *where = NULL;
    bool separated = false;
    insn_t at = 0;
    struct trace *t;
    int c, rc;

    if (argc > 1 && strcmp(argv[1], "--record") == 0)
        return record_and_debug(argc, argv);
    if (argc > 1 && strcmp(argv[1], "--live") == 0)
        return run_live(argc, argv);
    for (int i = 1; i < argc; i++)
        separated |= strcmp(argv[i], "--") == 0;
    while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (c == 'h') {
            fputs(help, stdout);
            fputs(machine_options_help, stdout);
            fputs(examples, stdout);
            return EXIT_OK;
        } else if (c == OPT_LISTEN) {
            where = optarg;
        } else if (c == OPT_AT) {
            if (!parse_number(optarg, &at))
                return complain(EXIT_USAGE, "--at wants a number, not '%s'", optarg);
        } else if (!trace_options_take(&files, c, optarg)) {
            return complain_usage(argv[0]);
        }
    }
    if (optind >= argc || (argc - optind != 1 && !separated))
        return complain(EXIT_USAGE, "gdb wants one trace; arguments for gdb stand behind '--'");
    if (where && argc - optind != 1)
        return complain(EXIT_USAGE, "with --listen no gdb is started, so it takes no arguments");
    rc = trace_options_open(&files, argv[optind], &t);
    if (rc != EXIT_OK)
        return rc;
    rc = debug(t, at, where, argv + optind + 1);
    trace_free(t);
    return rc;
}
