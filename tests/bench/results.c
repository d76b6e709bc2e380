/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * results.c - figures on stdout as they come, and all of them as the table in the repository.
 *
 * In the comparison with QEMU the last columns are speeds: over 1, Trapline is faster.
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#define FIGURES_MAX 128u
#define LINES_MAX   64u

struct figure {
    char arch[8], what[80], unit[8];
    double value, limit;
    enum goal goal;
    const char *why; /* it misses its goal, in words; NULL: nobody said */
};

struct line {
    char arch[8], workload[40];
    double s[SIDES], floor;
    const char *why;
};

struct results {
    struct figure figures[FIGURES_MAX];
    struct line lines[LINES_MAX];
    unsigned figure_count, line_count;
};

const char *const side_names[SIDES] = {"run",    "record",    "replay", "TCG",
                                       "icount", "rr record", "rr replay"};

struct results *results_new(void)
{
    struct results *r = calloc(1, sizeof(*r));

    if (!r)
        die("out of memory", "results");
    return r;
}

static bool misses(enum goal goal, double value, double limit)
{
    return goal == AT_MOST ? value > limit : goal == AT_LEAST ? value < limit : false;
}

void result(const struct bench *b, const char *what, double value, const char *unit,
            enum goal goal, double limit)
{
    struct figure *f = &b->results->figures[b->results->figure_count++];

    if (b->results->figure_count > FIGURES_MAX)
        die("too many figures", what);
    *f = (struct figure){.value = value, .limit = limit, .goal = goal};
    snprintf(f->arch, sizeof(f->arch), "%s", b->arch);
    snprintf(f->what, sizeof(f->what), "%s", what);
    snprintf(f->unit, sizeof(f->unit), "%s", unit);
    printf("%-7s %-52s %9.2f %-3s", b->arch, what, value, unit);
    if (goal != GOAL_NONE)
        printf("  %s %6.2f  %s", goal == AT_MOST ? "at most" : "at least", limit,
               misses(goal, value, limit) ? "MISSED" : "ok");
    printf("\n");
    fflush(stdout);
}

void result_why(const struct bench *b, const char *why)
{
    b->results->figures[b->results->figure_count - 1].why = why;
}

static double ratio(double a, double b)
{
    return a > 0 && b > 0 ? a / b : 0;
}

void results_sides(const struct bench *b, const char *workload, const double s[SIDES],
                   double floor, const char *why)
{
    struct line *l = &b->results->lines[b->results->line_count++];

    if (b->results->line_count > LINES_MAX)
        die("too many lines", workload);
    *l = (struct line){.floor = floor, .why = why};
    memcpy(l->s, s, sizeof(l->s));
    snprintf(l->arch, sizeof(l->arch), "%s", b->arch);
    snprintf(l->workload, sizeof(l->workload), "%s", workload);
    printf("%-7s %-20s", b->arch, workload);
    for (int i = 0; i < SIDES; i++)
        printf("  %s %.0f ms", side_names[i], s[i] * 1e3);
    printf("; record: %.2fx run, %.2f of rr record's speed\n", ratio(s[RECORD], s[RUN]),
           ratio(s[RR_RECORD], s[RECORD]));
    fflush(stdout);
}

/* The first line of what a command prints. */
static void put_command(FILE *f, const char *label, const char *command)
{
    char text[200] = "";
    FILE *p = popen(command, "r");

    if (p && fgets(text, sizeof(text), p) && strcspn(text, "\n") > 0)
        fprintf(f, "- %s: %.*s\n", label, (int)strcspn(text, "\n"), text);
    if (p)
        pclose(p);
}

static void put_machine(FILE *f, const struct bench *b)
{
    char command[PATH_BYTES + 40], day[20];
    double load[3] = {0};
    time_t now = time(NULL);
    struct utsname u;

    uname(&u);
    getloadavg(load, 3);
    strftime(day, sizeof(day), "%Y-%m-%d", gmtime(&now));
    put_command(f, "processor", "sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1");
    fprintf(f, "- processors: %ld; load over the last 15 minutes: %.1f\n",
            sysconf(_SC_NPROCESSORS_ONLN), load[2]);
    put_command(f, "system", "sed -n 's/^PRETTY_NAME=\"\\(.*\\)\"/\\1/p' /etc/os-release");
    fprintf(f, "- kernel: %s %s\n", u.sysname, u.release);
    put_command(f, "compiler", "gcc --version");
    snprintf(command, sizeof(command), "%s/trapline --version", b->build);
    put_command(f, "trapline", command);
    snprintf(command, sizeof(command), "%s/tests/bench-bare --version", b->build);
    put_command(f, "libunicorn", command);
    put_command(f, "QEMU", "qemu-system-x86_64 --version");
    fprintf(f, "- day: %s; each figure is the median of %u\n\n", day, b->rounds);
}

static void put_ratio(FILE *f, double value, bool bad)
{
    if (value == 0)
        fprintf(f, " - |");
    else
        fprintf(f, bad ? " **%.2f** |" : " %.2f |", value);
}

static bool loses(const struct line *l)
{
    double rr = ratio(l->s[RR_RECORD], l->s[RECORD]);

    return rr > 0 && rr < l->floor;
}

/* Why line `first` loses, with all others that do for the same reason; nothing when one of those
 * stands before it. */
static void put_reason(const struct results *r, FILE *f, unsigned first)
{
    const struct line *l = &r->lines[first];
    const char *comma = "- ";

    for (unsigned i = 0; i < first; i++)
        if (loses(&r->lines[i]) && strcmp(r->lines[i].why, l->why) == 0)
            return;
    if (!loses(l))
        return;
    for (unsigned i = first; i < r->line_count; i++) {
        if (!loses(&r->lines[i]) || strcmp(r->lines[i].why, l->why) != 0)
            continue;
        fprintf(f, "%s%s on %s", comma, r->lines[i].workload, r->lines[i].arch);
        comma = ", ";
    }
    fprintf(f, ": slower, as %s.\n", l->why);
}

static void put_lines(const struct results *r, FILE *f)
{
    fprintf(f, "## Beside QEMU\n\n"
               "The same guest images on both sides, in turns; processor time, less that of a "
               "machine that does nothing\n(a boot is taken whole). The first ratios are times: "
               "record and replay of run's, which the goals have at\nmost 1.05. The last four are "
               "speeds, as multiples of QEMU's: over 1, Trapline is faster. Bold: the goal is\n"
               "missed (record against `rr=record`: 1, and 0.7 for computing on x86_64).\n\n"
               "| | CPU | run, ms | record / run | replay / run | run : TCG | run : icount | "
               "record : rr=record | replay : rr=replay |\n|---|---|---|---|---|---|---|---|---|\n");
    for (unsigned i = 0; i < r->line_count; i++) {
        const struct line *l = &r->lines[i];
        double record = ratio(l->s[RECORD], l->s[RUN]), rr = ratio(l->s[RR_RECORD], l->s[RECORD]);

        fprintf(f, "| %s | %s | %.0f |", l->workload, l->arch, l->s[RUN] * 1e3);
        put_ratio(f, record, misses(AT_MOST, record, RATIO_RECORD_RUN));
        put_ratio(f, ratio(l->s[REPLAY], l->s[RUN]), false);
        put_ratio(f, ratio(l->s[TCG], l->s[RUN]), false);
        put_ratio(f, ratio(l->s[ICOUNT], l->s[RUN]), false);
        put_ratio(f, rr, rr > 0 && rr < l->floor);
        put_ratio(f, ratio(l->s[RR_REPLAY], l->s[REPLAY]), false);
        fprintf(f, "\n");
    }
    fprintf(f, "\n- What record takes more than run in a short boot is the images, which it writes; "
               "with `--no-images` it is run's time. They were compressed for an earlier recording: "
               "that one has a line of its own below.\n");
    for (unsigned i = 0; i < r->line_count; i++)
        put_reason(r, f, i);
}

static void put_figures(const struct results *r, FILE *f)
{
    fprintf(f, "\n## By itself\n\nStarts to user code are by the clock, all else is processor "
               "time.\n\n| | CPU | | goal | |\n|---|---|---|---|---|\n");
    for (unsigned i = 0; i < r->figure_count; i++) {
        const struct figure *g = &r->figures[i];

        fprintf(f, "| %s | %s | %.*f %s |", g->what, g->arch, g->value >= 1000 ? 0 : 2, g->value,
                g->unit);
        if (g->goal == GOAL_NONE)
            fprintf(f, " | |\n");
        else
            fprintf(f, " %s %g | %s |\n", g->goal == AT_MOST ? "at most" : "at least", g->limit,
                    misses(g->goal, g->value, g->limit) ? "**missed**" : "held");
    }
    fprintf(f, "\n");
    for (unsigned i = 0; i < r->figure_count; i++) {
        const struct figure *g = &r->figures[i];

        if (g->why && misses(g->goal, g->value, g->limit))
            fprintf(f, "- %s, %s: missed, as %s.\n", g->what, g->arch, g->why);
    }
}

void results_write(const struct results *r, const struct bench *b, const char *path)
{
    FILE *f = fopen(path, "w");

    if (!f)
        die("cannot be written", path);
    fprintf(f, "# Figures\n\n`./dev bench` measures and writes this. Absolute times are this "
               "machine's; ratios were measured in one run.\n\n");
    put_machine(f, b);
    put_lines(r, f);
    put_figures(r, f);
    if (fclose(f) != 0)
        die("cannot be written", path);
}
