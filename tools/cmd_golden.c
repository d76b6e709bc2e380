/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tools/cmd_golden.c - trapline golden: derived text traces against the ones in a folder. */
#include "tools/cmd.h"

#include "sim/golden.h"
#include "sim/textdiff.h"
#include "tools/json_out.h"

#include <errno.h>
#include <sys/stat.h>

static const char help[] =
    "usage: trapline golden check|update [options] DIR [NAME...]\n"
    "\n"
    "DIR holds *.golden files: a header that names a guest program, then what that program does,\n"
    "one line per trap, system call, signal and return. check records each again and prints a\n"
    "diff and the command that replays the recording where they differ (exit code 3); update\n"
    "rewrites the files that differ. NAME picks files by their name without .golden.\n"
    "\n"
    "  --programs DIR       guest programs; ARCH in it stands for the CPU\n"
    "                       (default: guest/ARCH/tests beside this program)\n"
    "  --kernel FILE        kernel (default: the one that ships for each CPU)\n"
    "  --keep DIR           where recordings are kept (default: golden, in the build folder where this\n"
    "                       program is in one)\n"
    "  --json               a JSON object for each file, and one for all\n"
    "\n"
    "Header lines: '# arch:', '# program:', '# args:', '# seed:', '# chaos:', '# about:',\n"
    "'# keep: traps syscalls signals interrupts' (default: the first three),\n"
    "'# within: FUNCTION...' (page faults and interrupts in these functions are kept).\n"
    "See traces/FORMAT.md.\n"
    "\n"
    "examples:\n"
    "  trapline golden check traces/arm64\n"
    "  trapline golden update traces/x86_64 signal_nested\n";

struct golden_run {
    bool update, json;
    const char *programs, *kernel, *keep;
    const char *dir;
    unsigned files, differ;
};

/* `pattern` with each ARCH replaced. */
static void expand(const char *pattern, enum arch arch, char *out, size_t len)
{
    size_t used = 0;

    while (*pattern && used + 1 < len) {
        if (strncmp(pattern, "ARCH", 4) == 0) {
            used += (size_t)snprintf(out + used, len - used, "%s", arch_name(arch));
            pattern += 4;
        } else {
            out[used++] = *pattern++;
        }
        if (used >= len)
            used = len - 1;
    }
    out[used] = '\0';
}

static void default_dir(const char *below, char *out, size_t len)
{
    char dir[3072];

    if (host_program_dir(dir, sizeof(dir)) != 0)
        snprintf(dir, sizeof(dir), ".");
    snprintf(out, len, "%s/%s", dir, below);
}

/* An installed program writes nothing beside itself. */
static void default_keep(char *out, size_t len)
{
    char kernels[4096];

    default_dir("kernel", kernels, sizeof(kernels));
    if (host_file_exists(kernels))
        default_dir("golden", out, len);
    else
        snprintf(out, len, "golden");
}

static int load_files(const struct golden_run *g, const struct golden_spec *spec,
                      struct machine *m)
{
    char dir[4096], path[4600], pattern[4096], err[ERR_LEN];
    struct blob program, kernel;
    int rc;

    if (g->programs)
        snprintf(pattern, sizeof(pattern), "%s", g->programs);
    else
        default_dir("guest/ARCH/tests", pattern, sizeof(pattern));
    expand(pattern, spec->arch, dir, sizeof(dir));
    snprintf(path, sizeof(path), "%s/%.400s", dir, spec->program);
    if (host_read_file(path, &program, err, sizeof(err)) != 0)
        return complain(EXIT_USAGE, "%s%s", err,
                        g->programs ? "" : "; --programs says where guest programs are");
    rc = golden_machine(spec, &program, m, err, sizeof(err));
    blob_free(&program);
    if (rc != 0)
        return complain(EXIT_GUEST, "%s", err);
    if (!g->kernel && !find_kernel(spec->arch, path, sizeof(path)))
        rc = complain(EXIT_USAGE, "the kernel for %s that ships was not found; name one with "
                                  "--kernel", arch_name(spec->arch));
    else if (host_read_file(g->kernel ? g->kernel : path, &kernel, err, sizeof(err)) != 0)
        rc = complain(EXIT_USAGE, "%s", err);
    else
        machine_set_kernel(m, kernel);
    if (rc != 0)
        machine_free(m);
    return rc;
}

/* Record, and derive the text. */
static int record_text(const struct golden_run *g, const struct golden_spec *spec,
                       const char *trace_path, struct byte_buf *text)
{
    struct session s = {.trace_path = trace_path, .limit = INSN_NONE};
    struct divergence divergence;
    char err[ERR_LEN], why[96];
    struct machine m;
    struct sim_end end;
    struct trace *t;
    int rc = load_files(g, spec, &m);

    if (rc != EXIT_OK)
        return rc;
    rc = session_run(&m, &s, &end, err, sizeof(err));
    machine_free(&m);
    if (rc != 0)
        return complain(EXIT_GUEST, "%s", err);
    rc = trace_read_file(trace_path, &t, err, sizeof(err));
    if (rc != 0)
        return complain_file(rc, err);
    rc = golden_derive(t, spec, text, &divergence, err, sizeof(err));
    trace_free(t);
    if (rc == -EILSEQ)
        return complain(EXIT_DIVERGENCE, "the replay diverged: %s", divergence.what);
    if (rc != 0)
        return complain_file(rc, err);
    sim_end_text(&end, why, sizeof(why));
    buf_put(text, "\nend: ", 6);
    buf_put(text, why, strlen(why));
    buf_put(text, "\n", 1);
    return EXIT_OK;
}

/* --json: what became of a file; `diff` may be NULL. */
static void put_json(const char *verdict, const char *path, const char *trace_path,
                     const struct byte_buf *diff)
{
    json_t *o = json_pack("{s:s,s:o,s:s,s:o}", "event", "golden", "file", json_text(path),
                          "verdict", verdict, "trace", json_text(trace_path));

    if (diff)
        json_object_set_new(o, "diff", json_stringn((const char *)diff->data, diff->used));
    json_line(stdout, o);
}

static int show_difference(struct golden_run *g, const char *path, const char *trace_path,
                           const struct blob *file, size_t body, const struct byte_buf *text)
{
    struct text want = {path, (const char *)file->data + body, file->bytes - body};
    struct text got = {"recorded now", (const char *)text->data, text->used};
    struct byte_buf out = {0};
    struct shell_word word;
    char program[3072];

    if (textdiff_unified(&want, &got, &out) != 0)
        return complain(EXIT_GUEST, "out of memory");
    if (host_program_dir(program, sizeof(program)) != 0)
        program[0] = '\0';
    if (g->json) {
        put_json("differs", path, trace_path, &out);
    } else {
        fwrite(out.data, 1, out.used, stdout);
        printf("replay it: %s/trapline dump %s\n", program, shell_word(trace_path, &word));
    }
    buf_free(&out);
    g->differ++;
    return EXIT_OK;
}

static int rewrite(struct golden_run *g, const char *path, const char *trace_path,
                   const struct blob *file, size_t body, const struct byte_buf *text)
{
    struct byte_buf whole = {0};
    char err[ERR_LEN];
    int rc;

    buf_put(&whole, file->data, body);
    buf_put(&whole, text->data, text->used);
    rc = whole.failed ? complain(EXIT_GUEST, "out of memory")
         : host_write_file(path, whole.data, whole.used, err, sizeof(err)) != 0
             ? complain(EXIT_GUEST, "%s", err)
             : EXIT_OK;
    if (rc == EXIT_OK && g->json)
        put_json("updated", path, trace_path, NULL);
    else if (rc == EXIT_OK)
        printf("updated %s\n", path);
    buf_free(&whole);
    g->differ++;
    return rc;
}

static int one_file(struct golden_run *g, const char *name)
{
    char path[4096], keep[4096], trace_path[4600], err[ERR_LEN];
    struct byte_buf text = {0};
    struct golden_spec spec;
    struct blob file;
    size_t body;
    int rc;

    snprintf(path, sizeof(path), "%s/%s", g->dir, name);
    rc = host_read_file(path, &file, err, sizeof(err));
    if (rc == 0) {
        rc = golden_parse(path, &file, &spec, &body, err, sizeof(err));
        if (rc != 0)
            blob_free(&file);
    }
    if (rc != 0)
        return complain(EXIT_USAGE, "%s", err);
    if (g->keep)
        snprintf(keep, sizeof(keep), "%s", g->keep);
    else
        default_keep(keep, sizeof(keep));
    mkdir(keep, 0777); /* there already: fine; a real failure shows when the trace is written */
    snprintf(trace_path, sizeof(trace_path), "%s/%s-%.*s.tlt", keep, arch_name(spec.arch),
             (int)strcspn(name, "."), name);
    rc = record_text(g, &spec, trace_path, &text);
    g->files++;
    if (rc == EXIT_OK && (text.used != file.bytes - body ||
                          (text.used && memcmp(text.data, file.data + body, text.used) != 0)))
        rc = g->update ? rewrite(g, path, trace_path, &file, body, &text)
                       : show_difference(g, path, trace_path, &file, body, &text);
    else if (rc == EXIT_OK && g->json)
        put_json("same", path, trace_path, NULL);
    golden_spec_free(&spec);
    blob_free(&file);
    buf_free(&text);
    return rc;
}

static bool is_picked(const char *name, int count, char **picked)
{
    size_t len = strlen(name) - strlen(".golden");

    for (int i = 0; i < count; i++)
        if (strlen(picked[i]) == len && strncmp(picked[i], name, len) == 0)
            return true;
    return count == 0;
}

static int all_files(struct golden_run *g, int count, char **picked)
{
    char err[ERR_LEN], **names;
    int worst = EXIT_OK;

    if (host_list_dir(g->dir, ".golden", &names, err, sizeof(err)) != 0)
        return complain(EXIT_USAGE, "%s", err);
    for (size_t i = 0; names[i]; i++) {
        int rc = is_picked(names[i], count, picked) ? one_file(g, names[i]) : EXIT_OK;

        worst = rc != EXIT_OK ? rc : worst;
    }
    free(names);
    if (worst == EXIT_OK && g->files == 0)
        return complain(EXIT_USAGE, "%s holds no such .golden file", g->dir);
    if (g->json)
        json_line(stdout, json_pack("{s:s,s:i,s:i}", "event", "golden_summary", "files",
                                    (int)g->files, g->update ? "updated" : "differ",
                                    (int)g->differ));
    else
        printf("%u golden traces, %u %s\n", g->files, g->differ,
               g->update ? "updated" : "differ");
    return worst != EXIT_OK || g->update || g->differ == 0 ? worst : EXIT_DIVERGENCE;
}

int cmd_golden(int argc, char **argv)
{
    enum { OPT_PROGRAMS = 1, OPT_KERNEL, OPT_KEEP, OPT_JSON };
    static const struct option options[] = {
        {"help", no_argument, NULL, 'h'},
        {"programs", required_argument, NULL, OPT_PROGRAMS},
        {"kernel", required_argument, NULL, OPT_KERNEL},
        {"keep", required_argument, NULL, OPT_KEEP},
        {"json", no_argument, NULL, OPT_JSON},
        {0},
    };
    struct golden_run g = {0};
    int c;

    while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (c == 'h') {
            fputs(help, stdout);
            return EXIT_OK;
        } else if (c == OPT_PROGRAMS) {
            g.programs = optarg;
        } else if (c == OPT_KERNEL) {
            g.kernel = optarg;
        } else if (c == OPT_KEEP) {
            g.keep = optarg;
        } else if (c == OPT_JSON) {
            g.json = true;
        } else {
            return complain_usage(argv[0]);
        }
    }
    if (argc - optind < 2 ||
        (strcmp(argv[optind], "check") != 0 && strcmp(argv[optind], "update") != 0))
        return complain(EXIT_USAGE, "golden wants 'check DIR' or 'update DIR'");
    g.update = strcmp(argv[optind], "update") == 0;
    g.dir = argv[optind + 1];
    return all_files(&g, argc - optind - 2, argv + optind + 2);
}
