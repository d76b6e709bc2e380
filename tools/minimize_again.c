/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tools/minimize_again.c - a schedule on another kernel than that of its recording.
 *
 * A late deadline is known by its count, but an event by its instruction number, which is another
 * in a kernel that was rebuilt. In user code it lies where the same thread has run as many
 * instructions since the same system call (sim/course.h). In the kernel it lies as far behind
 * the last instruction of user code as it did; code that was changed may have moved the place
 * that matters, so NEAR instructions before and behind are tried as well.
 */
#include "tools/minimize.h"

#include <errno.h>
#include <unistd.h>

#include "sim/course.h"

#define NEAR 16u

/* The last user instruction before n, over all threads; false: there is none. */
static bool last_user(const struct course *c, insn_t n, insn_t *at)
{
    bool found = false;

    for (size_t i = 0; i < c->threads; i++)
        for (unsigned lane = 0; lane < COURSE_LANES; lane++) {
            const struct course_list *l = &c->thread[i]->lane[lane];

            for (size_t k = 0; k < l->spans && l->span[k].to <= n; k++)
                if (!found || l->span[k].to - 1 > *at) {
                    *at = l->span[k].to - 1;
                    found = true;
                }
        }
    return found;
}

/* The number of user code at `n` of `from` in `to`; INSN_NONE: it does not come there. */
static insn_t user_number(const struct course *from, const struct course *to, insn_t n)
{
    struct course_spot spot;

    if (!course_spot_at(from, n, &spot))
        return INSN_NONE;
    spot.thread = course_twin(from, spot.thread, to);
    return spot.thread == COURSE_NONE ? INSN_NONE : course_n_at(to, &spot);
}

static insn_t translate(const struct course *from, const struct course *to, insn_t n,
                        bool *in_kernel)
{
    insn_t there = user_number(from, to, n), before;

    *in_kernel = there == INSN_NONE;
    if (there != INSN_NONE || !last_user(from, n, &before))
        return there == INSN_NONE ? n : there;
    there = user_number(from, to, before);
    return there == INSN_NONE ? n : there + (n - before);
}

/* The course of this machine under a part of the schedule. */
static int course_here(struct minimizing *s, const struct schedule *schedule, struct course *c,
                       struct trace **t)
{
    char path[MINIMIZE_PATH_LEN + 48], err[ERR_LEN];
    struct session session = {.trace_path = path, .schedule = schedule, .limit = s->rules.limit};
    struct sim_end end;
    int rc;

    snprintf(path, sizeof(path), "%s.course", s->temporary);
    rc = session_run(&s->machine, &session, &end, err, sizeof(err));
    if (rc == 0)
        rc = trace_read_file(path, t, err, sizeof(err));
    if (rc == 0)
        rc = course_read(*t, c, err, sizeof(err));
    unlink(path);
    return rc == 0 ? EXIT_OK : complain(EXIT_GUEST, "%s", err);
}

/* Event i, when those before it are in their places. */
static int place_event(struct minimizing *s, const struct course *from, size_t i, bool *in_kernel)
{
    struct schedule before = s->full;
    struct course *to = calloc(1, sizeof(*to));
    struct trace *t = NULL;
    insn_t least = i > 0 ? s->full.events[i - 1].n : 0, n;
    int rc;

    before.count = i;
    rc = to ? course_here(s, &before, to, &t) : complain(EXIT_GUEST, "out of memory");
    if (rc == EXIT_OK) {
        n = translate(from, to, s->full.events[i].n, in_kernel);
        s->full.events[i].n = n > least ? n : least;
    }
    if (to)
        course_free(to);
    free(to);
    trace_free(t);
    return rc;
}

static int try_near(struct minimizing *s, enum explore_failure *failure, struct sim_end *end)
{
    struct trace_inject *last = &s->full.events[s->full.count - 1];
    insn_t n = last->n, least = s->full.count > 1 ? last[-1].n : 0;
    int rc = EXIT_OK;

    for (unsigned i = 1; i <= 2 * NEAR && rc == EXIT_OK && *failure == EXPLORE_HOLDS; i++) {
        last->n = i % 2 ? n + (i + 1) / 2 : n - i / 2;
        if (last->n >= least)
            rc = minimize_try(s, &s->full, failure, end);
    }
    return rc;
}

static int elsewhere(struct minimizing *s, enum explore_failure *failure, struct sim_end *end)
{
    struct course *from = calloc(1, sizeof(*from));
    bool in_kernel = false;
    char err[ERR_LEN];
    int rc = from ? EXIT_OK : complain(EXIT_GUEST, "out of memory");

    if (rc == EXIT_OK && s->full.count > 0 && course_read(s->trace, from, err, sizeof(err)) != 0)
        rc = complain(EXIT_GUEST, "%s", err);
    for (size_t i = 0; i < s->full.count && rc == EXIT_OK; i++)
        rc = place_event(s, from, i, &in_kernel);
    if (rc == EXIT_OK)
        rc = minimize_try(s, &s->full, failure, end);
    if (rc == EXIT_OK && in_kernel && *failure == EXPLORE_HOLDS)
        rc = try_near(s, failure, end);
    if (from)
        course_free(from);
    free(from);
    return rc;
}

/* ---- the verb's other half ---- */

/* This kernel and these programs in the place of the trace's. */
static int replace_images(const struct trace_options *files, struct machine *m,
                          struct machine_options *mo)
{
    int rc;

    machine_options_init(mo);
    mo->machine.arch = m->arch;
    mo->arch_given = true;
    mo->kernel = files->kernel;
    mo->rootfs = files->rootfs;
    mo->initrd = files->initrd;
    if (!mo->kernel && !mo->rootfs && !mo->initrd)
        return EXIT_OK;
    rc = machine_options_load(mo, (const char *const *)m->argv);
    if (rc != EXIT_OK)
        return rc;
    if (mo->kernel) {
        m->kernel = mo->machine.kernel;
        m->kernel_bytes = mo->machine.kernel_bytes;
        m->kernel_hash = mo->machine.kernel_hash;
    }
    if (mo->rootfs || mo->initrd) {
        m->initrd = mo->machine.initrd;
        m->initrd_bytes = mo->machine.initrd_bytes;
        m->initrd_hash = mo->machine.initrd_hash;
    }
    return EXIT_OK;
}

/* The undisturbed run of these images is bad enough. */
static bool is_unwell(const struct minimizing *s)
{
    const struct sim_end *end = &s->undisturbed.end;

    return end->reason != SIM_END_POWEROFF || end->status != 0;
}

void minimize_print_json(json_t *o)
{
    json_dumpf(o, stdout, JSON_COMPACT | JSON_PRESERVE_ORDER);
    putchar('\n');
    json_decref(o);
}

/* What was recorded of the failure, in the summary's words; "": nothing. */
static void recorded_what(const struct trace *t, char *text, size_t len)
{
    const char *line = t->note ? strstr(t->note, "\nwhat     ") : NULL;

    text[0] = '\0';
    if (line)
        snprintf(text, len, "%.*s", (int)strcspn(line + 10, "\n"), line + 10);
}

/* What fails now, and whether it is what the recording was kept for. */
static int tell_what(struct minimizing *s, enum explore_failure failure)
{
    char text[SYMPTOM_LEN];
    struct symptom was;
    bool found;
    int rc;

    recorded_what(s->trace, text, sizeof(text));
    s->same = SYMPTOM_WHAT;
    rc = minimize_take_symptom(s, failure, &found);
    if (rc != EXIT_OK || !found || !s->symptom.text[0])
        return rc;
    printf("%s\n", s->symptom.text);
    symptom_of_text(failure, s->symptom.status, text, &was);
    if (text[0] && !symptom_same(&s->symptom, &was, SYMPTOM_WHAT))
        printf("that is another failure; recorded was: %s\n", text);
    return EXIT_OK;
}

static int report_json(bool holds, bool unwell, enum explore_failure failure,
                       const struct sim_end *end, const char *text)
{
    minimize_print_json(json_pack("{s:b,s:b,s:s,s:s,s:I}", "holds", (int)holds, "undisturbed",
                                  (int)unwell, "failure", explore_names[failure], "end", text, "n",
                                  (json_int_t)end->n));
    return holds ? EXIT_OK : EXIT_GUEST;
}

static int run_again(struct minimizing *s, bool other_kernel, bool json)
{
    enum explore_failure failure = EXPLORE_HOLDS;
    struct sim_end end = s->undisturbed.end;
    bool unwell = is_unwell(s), holds;
    char text[96];
    int rc = EXIT_OK;

    if (!unwell)
        rc = other_kernel ? elsewhere(s, &failure, &end)
                          : minimize_try(s, &s->full, &failure, &end);
    if (rc != EXIT_OK)
        return rc;
    holds = !unwell && failure == EXPLORE_HOLDS;
    sim_end_text(&end, text, sizeof(text));
    if (json)
        return report_json(holds, unwell, failure, &end, text);
    if (holds) {
        printf("it holds: %s at instruction %llu\n", text, (unsigned long long)end.n);
        return EXIT_OK;
    }
    printf("it fails%s: %s%s%s at instruction %llu\n", unwell ? " undisturbed" : "",
           unwell ? "" : explore_names[failure], unwell ? "" : "; ", text,
           (unsigned long long)end.n);
    fflush(stdout);
    rc = unwell ? EXIT_OK : tell_what(s, failure);
    return rc != EXIT_OK ? rc : EXIT_GUEST;
}

int minimize_again(struct minimizing *s, const struct trace_options *files, bool json)
{
    struct machine_options mo;
    int rc = replace_images(files, &s->machine, &mo);

    if (rc == EXIT_OK)
        rc = minimize_run_undisturbed(s);
    if (rc == EXIT_OK)
        rc = run_again(s, memcmp(&s->machine.kernel_hash, &s->trace->machine.kernel_hash,
                                 sizeof(s->machine.kernel_hash)) != 0, json);
    machine_options_free(&mo);
    return rc;
}
