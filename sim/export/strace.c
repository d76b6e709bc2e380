/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/export/strace.c - system calls and signals in the words of `strace -f -ttt -T`. */
#include "sim/export/export.h"

#define CALL_LEN 700u

struct writer {
    FILE *out;
    struct export_run *run;
};

static void put_head(const struct writer *w, const struct derived *d, uint64_t ns)
{
    fprintf(w->out, "[pid %5u] %llu.%09llu ", d->thread, (unsigned long long)(ns / 1000000000u),
            (unsigned long long)(ns % 1000000000u));
}

static void put_call(const struct writer *w, const struct derived *d)
{
    char call[CALL_LEN], result[64];

    syscall_call_text(d->call, false, call, sizeof(call));
    if (d->restarted)
        snprintf(result, sizeof(result), "? ERESTARTSYS (To be restarted)");
    else if (!d->returned)
        snprintf(result, sizeof(result), "?");
    else
        syscall_result_text(d->call, d->result, false, result, sizeof(result));
    fprintf(w->out, "%s = %s", call, result);
    if (d->returned) {
        uint64_t took = d->time_ns - d->begin_ns;

        fprintf(w->out, " <%llu.%09llu>", (unsigned long long)(took / 1000000000u),
                (unsigned long long)(took % 1000000000u));
    }
    fputc('\n', w->out);
    if (!d->returned && !d->restarted) {
        put_head(w, d, d->time_ns);
        fprintf(w->out, "+++ exited with %llu +++\n", (unsigned long long)(d->call->arg[0] & 0xff));
    }
}

static void put_signal(const struct writer *w, const struct derived *d)
{
    const char *name = signal_name(d->signo);

    fprintf(w->out, "--- %s {si_signo=%s", name, name);
    if (d->frame->has_info && d->frame->info_code > 0)
        fprintf(w->out, ", si_code=%d, si_addr=0x%llx", d->frame->info_code,
                (unsigned long long)d->frame->info_addr);
    else if (d->frame->has_info)
        fprintf(w->out, ", si_code=%d, si_pid=%u", d->frame->info_code,
                (unsigned)d->frame->info_addr);
    fputs("} ---\n", w->out);
}

static void on_event(void *ctx, const struct derived *d)
{
    const struct writer *w = ctx;

    switch (d->kind) {
    case DERIVED_SYSCALL:
        put_head(w, d, d->begin_ns);
        put_call(w, d);
        break;
    case DERIVED_SIGNAL:
        put_head(w, d, d->time_ns);
        put_signal(w, d);
        break;
    case DERIVED_START:
        put_head(w, d, d->time_ns);
        if (d->parent)
            fprintf(w->out, "+++ started by %u +++\n", d->parent);
        else
            fputs("+++ started by the kernel +++\n", w->out);
        break;
    case DERIVED_SIGRETURN:
        put_head(w, d, d->time_ns);
        fputs("rt_sigreturn() = 0\n", w->out);
        break;
    case DERIVED_TRAP:
    case DERIVED_RETURN:
        break;
    }
}

static void on_tick(void *ctx, struct sim *sim)
{
    const struct writer *w = ctx;

    if (w->run->tick)
        w->run->tick(w->run->ctx, sim);
}

int export_strace(const struct trace *t, struct export_run *run, FILE *out)
{
    struct writer w = {.out = out, .run = run};
    struct derive how = {.ctx = &w, .event = on_event, .tick = on_tick, .until = INSN_NONE};

    return derive_run(t, &how, &run->divergence, run->err, sizeof(run->err));
}
