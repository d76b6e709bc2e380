/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tools/contract_run.c - contract tests in Trapline: one machine each.
 *
 * Every test boots a machine of its own in a process of its own: nothing that a test leaves behind
 * reaches the next, and what breaks the engine breaks one test. A worker hands its result back in
 * an unlinked file: struct outcome, then the console's bytes.
 */
#include "tools/contract.h"

#include "loader/boot.h"
#include "sim/cpio.h"
#include "sim/textdiff.h"

#include <errno.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORKER_TIMEOUT_S 120u
#define JOBS_MAX 64u

struct outcome {
    bool ran;
    struct sim_end end;
    char why[ERR_LEN]; /* empty: nothing to complain about */
};

struct worker {
    pid_t pid; /* 0: free */
    struct contract_test *test;
    FILE *file;
    uint64_t start_ns;
};

struct console {
    struct byte_buf text;
};

static void on_console(void *ctx, const uint8_t *bytes, size_t len)
{
    buf_put(&((struct console *)ctx)->text, bytes, len);
}

static int put_file(struct byte_buf *b, unsigned *ino, const char *from, const char *name,
                    char *err, size_t err_len)
{
    struct blob program;
    char path[512];
    int rc = host_read_file(from, &program, err, err_len);

    if (rc != 0)
        return rc;
    snprintf(path, sizeof(path), "bin/%.400s", name);
    cpio_put(b, ino, path, S_IFREG | 0755, program.data, program.bytes);
    blob_free(&program);
    return 0;
}

/* Tests of the area `programs` find ARCH/files in /bin. */
static int put_programs(struct byte_buf *b, unsigned *ino, const char *dir, char *err,
                        size_t err_len)
{
    char folder[4200], path[4640], **names;
    int rc;

    snprintf(folder, sizeof(folder), "%s/files", dir);
    rc = host_list_dir(folder, "", &names, err, err_len);
    for (size_t i = 0; rc == 0 && names[i]; i++) {
        snprintf(path, sizeof(path), "%s/%.400s", folder, names[i]);
        if (names[i][0] != '.')
            rc = put_file(b, ino, path, names[i], err, err_len);
    }
    if (rc == 0)
        free(names);
    return rc;
}

static int build_initrd(const struct contract_options *o, const struct contract_test *t,
                        struct machine *m, char *err, size_t err_len)
{
    static const char *const dirs[] = {"bin", "dev", "etc", "proc", "tmp"};
    char dir[4096], path[4608], command[512];
    const char *argv[] = {command, NULL};
    struct byte_buf b = {0};
    struct blob initrd = {0};
    void *bytes = NULL;
    unsigned ino = 0;
    int rc;

    snprintf(dir, sizeof(dir), "%s/%s", o->dir, arch_name(t->arch));
    snprintf(path, sizeof(path), "%s/%.400s", dir, t->name);
    snprintf(command, sizeof(command), "/bin/%.400s", t->name);
    for (size_t i = 0; i < ARRAY_LEN(dirs); i++)
        cpio_put(&b, &ino, dirs[i], S_IFDIR | 0755, NULL, 0);
    rc = put_file(&b, &ino, path, t->name, err, err_len);
    if (rc == 0 && strncmp(t->name, "programs.", 9) == 0)
        rc = put_programs(&b, &ino, dir, err, err_len);
    cpio_end(&b);
    if (rc == 0 && (b.failed || machine_set_argv(m, argv) != 0))
        rc = -ENOMEM;
    if (rc == 0)
        rc = initramfs_add_argv(b.data, b.used, argv, &bytes, &initrd.bytes, err, err_len);
    buf_free(&b);
    initrd.data = bytes;
    if (rc == 0)
        machine_set_initrd(m, initrd);
    return rc;
}

static int build_machine(const struct contract_options *o, const struct contract_test *t,
                         struct machine *m, char *err, size_t err_len)
{
    char path[4096];
    struct blob kernel;
    int rc;

    machine_init(m, t->arch);
    m->seed = o->seed;
    m->chaos = o->chaos;
    m->cmdline = strdup("");
    if (!o->kernel && !find_kernel(t->arch, path, sizeof(path))) {
        snprintf(err, err_len, "the kernel that ships was not found; name one with --kernel");
        return -ENOENT;
    }
    rc = host_read_file(o->kernel ? o->kernel : path, &kernel, err, err_len);
    if (rc != 0)
        return rc;
    machine_set_kernel(m, kernel);
    return m->cmdline ? build_initrd(o, t, m, err, err_len) : -ENOMEM;
}

/* The recording again, against its digests. */
static void replay(const char *path, struct outcome *out)
{
    struct sim_watch watch = {0};
    struct trace *t;
    struct replay r;
    struct sim_end end;
    int rc = trace_read_file(path, &t, out->why, sizeof(out->why));

    if (rc != 0)
        return;
    rc = replay_open(&r, t, &watch, out->why, sizeof(out->why));
    if (rc == 0) {
        rc = replay_run(&r, INSN_NONE, &end);
        if (rc != 0)
            snprintf(out->why, sizeof(out->why), "the replay of %.200s: %.200s", path,
                     rc == -EILSEQ ? r.divergence.what : r.error);
        replay_close(&r);
    }
    trace_free(t);
}

/* In the worker's process. */
static void run_test(const struct contract_options *o, const struct contract_test *t, FILE *file)
{
    struct outcome out = {0};
    struct console console = {0};
    struct session s = {.limit = o->limit, .ctx = &console, .console = on_console};
    char trace[4096];
    struct machine m;
    int rc = build_machine(o, t, &m, out.why, sizeof(out.why));

    snprintf(trace, sizeof(trace), "%s/%s.%s.tlt", o->record ? o->record : "", arch_name(t->arch),
             t->name);
    s.trace_path = o->record ? trace : NULL;
    if (rc == 0) {
        rc = session_run(&m, &s, &out.end, out.why, sizeof(out.why));
        out.ran = rc == 0;
    }
    if (rc != 0 && !out.why[0])
        snprintf(out.why, sizeof(out.why), "out of memory");
    if (out.ran && o->record)
        replay(trace, &out);
    machine_free(&m);
    if (fwrite(&out, sizeof(out), 1, file) == 1)
        fwrite(console.text.data, 1, console.text.used, file);
    fflush(file);
}

/* The guest's output as Linux would show it: no carriage returns, no lines of the kernel's own. */
static void clean_output(struct byte_buf *raw, struct byte_buf *text, bool *panicked)
{
    size_t at = 0;

    while (at < raw->used) {
        const uint8_t *line = raw->data + at, *end = memchr(line, '\n', raw->used - at);
        size_t len = end ? (size_t)(end - line) + 1 : raw->used - at;
        bool own = len > 8 && memcmp(line, "kernel: ", 8) == 0;

        *panicked |= own && memmem(line, len, "panic", 5) != NULL;
        for (size_t i = 0; i < len && !own; i++)
            if (line[i] != '\r')
                buf_put(text, line + i, 1);
        at += len;
    }
}

static void set_why(struct contract_test *t, enum contract_verdict v, const char *why)
{
    t->verdict = v;
    free(t->why);
    t->why = strdup(why);
}

static bool ends_in_pass(const struct byte_buf *text)
{
    return text->used >= 5 && memcmp(text->data + text->used - 5, "PASS\n", 5) == 0 &&
           (text->used == 5 || text->data[text->used - 6] == '\n');
}

static void compare(const struct contract_options *o, struct contract_test *t,
                    const struct byte_buf *text)
{
    struct byte_buf want = {0}, diff = {0};
    char path[4096];

    if (contract_oracle_read(o->dir, t->arch, t->name, &want, path, sizeof(path)) != 0) {
        set_why(t, CONTRACT_FAIL, "there is no oracle; write one with --update-oracle");
    } else if (want.used != text->used ||
               (want.used > 0 && memcmp(want.data, text->data, want.used) != 0)) {
        struct text a = {"Linux", (const char *)want.data, want.used};
        struct text b = {"Trapline", (const char *)text->data, text->used};

        if (t->verdict == CONTRACT_PASS)
            set_why(t, CONTRACT_DIVERGE, "differs from Linux");
        if (textdiff_unified(&a, &b, &diff) == 0) {
            buf_put(&diff, "", 1);
            t->diff = (char *)diff.data;
        }
    }
    buf_free(&want);
}

static void judge(const struct contract_options *o, struct contract_test *t,
                  const struct outcome *out, struct byte_buf *raw)
{
    struct byte_buf text = {0};
    bool panicked = false;
    char end[96];

    t->verdict = CONTRACT_PASS;
    t->insns = out->end.n;
    clean_output(raw, &text, &panicked);
    if (out->why[0]) {
        set_why(t, CONTRACT_FAIL, out->why);
    } else if (panicked) {
        set_why(t, CONTRACT_FAIL, "the kernel panicked");
    } else if (out->end.reason != SIM_END_POWEROFF || out->end.status != 0) {
        sim_end_text(&out->end, end, sizeof(end));
        set_why(t, CONTRACT_FAIL, end);
    } else if (!ends_in_pass(&text)) {
        set_why(t, CONTRACT_FAIL, "the last line is not PASS");
    }
    compare(o, t, &text);
    buf_free(&text);
    if (t->known && t->verdict == CONTRACT_PASS)
        set_why(t, CONTRACT_XPASS, "agrees with Linux; take it out of known-divergences.json");
    else if (t->known)
        set_why(t, CONTRACT_XFAIL, t->known);
}

static void collect(const struct contract_options *o, struct worker *w, int status)
{
    struct outcome out = {0};
    struct byte_buf raw = {0};
    char bytes[4096];
    size_t n;

    w->test->host_ns = host_clock_ns() - w->start_ns;
    rewind(w->file);
    if (fread(&out, sizeof(out), 1, w->file) != 1) {
        memset(&out, 0, sizeof(out));
        if (WIFSIGNALED(status))
            snprintf(out.why, sizeof(out.why), "trapline itself ended by signal %d",
                     WTERMSIG(status));
        else
            snprintf(out.why, sizeof(out.why), "trapline gave no result");
    }
    while ((n = fread(bytes, 1, sizeof(bytes), w->file)) > 0)
        buf_put(&raw, bytes, n);
    fclose(w->file);
    judge(o, w->test, &out, &raw);
    buf_free(&raw);
    contract_print(w->test, o->json);
    w->pid = 0;
}

static int start(const struct contract_options *o, struct worker *w, struct contract_test *t)
{
    w->test = t;
    w->start_ns = host_clock_ns();
    w->file = tmpfile();
    if (!w->file)
        return complain(EXIT_GUEST, "no temporary file: %s", strerror(errno));
    fflush(stdout);
    w->pid = fork();
    if (w->pid == 0) {
        alarm(WORKER_TIMEOUT_S);
        run_test(o, t, w->file);
        _exit(0);
    }
    if (w->pid < 0)
        return complain(EXIT_GUEST, "no process for a test: %s", strerror(errno));
    return EXIT_OK;
}

static void wait_for_one(const struct contract_options *o, struct worker *workers, unsigned jobs)
{
    int status;
    pid_t pid = waitpid(-1, &status, 0);

    for (unsigned i = 0; i < jobs; i++)
        if (pid > 0 && workers[i].pid == pid)
            collect(o, &workers[i], status);
}

int contract_run_all(const struct contract_options *o, struct contract_list *list)
{
    struct worker workers[JOBS_MAX] = {{0}};
    unsigned jobs = o->jobs > JOBS_MAX ? JOBS_MAX : o->jobs, running = 0;
    int rc = EXIT_OK;

    for (size_t next = 0; (rc == EXIT_OK && next < list->count) || running > 0;) {
        for (unsigned i = 0; i < jobs && rc == EXIT_OK && next < list->count; i++)
            if (workers[i].pid == 0)
                rc = start(o, &workers[i], &list->tests[next++]);
        wait_for_one(o, workers, jobs);
        running = 0;
        for (unsigned i = 0; i < jobs; i++)
            running += workers[i].pid > 0;
    }
    return rc;
}
