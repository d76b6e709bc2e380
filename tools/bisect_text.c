/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tools/bisect_text.c - what bisect found, for people. */
#include "tools/bisect_text.h"

#include "tools/cmd.h"

static const char *const names[2] = {"good", "bad"};

static void show_insn(FILE *o, const struct bisect_at *at)
{
    fprintf(o, "%12llu  %s  %s%s%s\n", (unsigned long long)at->n, at->where, at->code,
           at->source[0] ? "  " : "", at->source);
}

static void show_states(FILE *o, const struct bisect *b)
{
    const struct difference *d = &b->diff.first;

    if (b->diff.machines[0])
        fprintf(o, "the machines differ\n%s", b->diff.machines);
    if (!b->diff.differ)
        return;
    fprintf(o, "the first state that differs: instruction %llu%s\n  after        %s\n%s",
           (unsigned long long)d->n, b->diff.first_is_hidden ? ", no register yet" : "", d->place,
           d->lines);
}

static void show_trap(FILE *o, const struct bisect *b)
{
    fprintf(o, "the first trap that is elsewhere\n");
    for (unsigned i = 0; i < 2; i++)
        if (b->trap[i].known)
            fprintf(o, "  %-4s %12llu  %s; before %s, at cycle %llu\n", names[i],
                   (unsigned long long)b->trap[i].n, b->trap[i].text, b->trap[i].where,
                   (unsigned long long)b->trap[i].cycles);
        else
            fprintf(o, "  %-4s %12s  none\n", names[i], "-");
}

static void show_writer(FILE *o, const struct bisect_link *l, const char *name, unsigned side)
{
    if (l->by[side].known) {
        fprintf(o, "    by %-4s %s%s", name, l->how[side] ? l->how[side] : "",
                l->how[side] ? " " : "");
        show_insn(o, &l->by[side]);
    } else if (l->how[side]) {
        fprintf(o, "    by %-4s %s: nothing wrote it\n", name, l->how[side]);
    }
}

static void show_link(FILE *o, const struct bisect_link *l)
{
    if (l->value[0][0])
        fprintf(o, "  %s is %s (good), %s (bad)\n", l->what, l->value[0], l->value[1]);
    else
        fprintf(o, "  from %s, %s\n", l->what, l->value[1]);
    if (l->same) {
        show_writer(o, l, "both", 1);
    } else {
        if (l->value[0][0])
            show_writer(o, l, "good", 0);
        show_writer(o, l, "bad", 1);
    }
    if (l->note[0])
        fprintf(o, "    %s\n", l->note);
}

static void show_user_trap(FILE *o, const char *what, const struct bisect_user_trap *t)
{
    if (!t->known)
        return;
    fprintf(o, "%s: %s (task %u.%u), its trap number %zu\n", what, t->program, t->process,
            t->thread, t->index);
    for (unsigned i = 0; i < 2; i++)
        fprintf(o, "  %-4s %12llu  %s; at %s  %s%s%s\n", names[i], (unsigned long long)t->at[i].n,
                t->at[i].text, t->at[i].where, t->at[i].code, t->at[i].source[0] ? "  " : "",
                t->at[i].source);
    fputs(t->registers, o);
    if (t->links)
        fprintf(o, "that register first\n");
    for (unsigned i = 0; i < t->links; i++)
        show_link(o, &t->link[i]);
}

static void show_event(FILE *o, const struct bisect_event *e)
{
    if (e->before[0])
        fprintf(o, "  both %12s  %s\n", "", e->before);
    for (unsigned i = 0; i < 2; i++)
        if (e->at[i].known)
            fprintf(o, "  %-4s %12llu  %s\n", names[i], (unsigned long long)e->at[i].n,
                    e->at[i].text);
        else
            fprintf(o, "  %-4s %12s  %s\n", names[i], "-", e->at[i].text);
}

static void show_way(FILE *o, const struct bisect *b)
{
    fprintf(o, "%s way parts %llu instruction%s behind %s\n",
            b->way_in_kernel ? "the kernel's" : "its", (unsigned long long)b->way_insns,
            b->way_insns == 1 ? "" : "s",
            b->way_in_kernel                                  ? "the call, or fault"
            : strcmp(b->way_since, b->event.before) == 0 && b->way_since[0] ? "that"
            : b->way_since[0]                                 ? b->way_since
                                                              : "its start");
    for (unsigned i = 0; i < 2; i++) {
        fprintf(o, "  %-4s ", names[i]);
        show_insn(o, &b->way[i]);
        if (b->next[i].known) {
            fprintf(o, "  %-4s ", "->");
            show_insn(o, &b->next[i]);
        }
    }
}

int bisect_text(FILE *o, const struct bisect *b)
{
    show_states(o, b);
    if (!b->differ) {
        show_user_trap(o, "the first trap of user code with other registers", &b->user_state);
        fprintf(o, "%s\n", b->same_kernel && b->same_programs
                               ? "no difference in the run"
                           : b->same_programs ? "the same traps, system calls, signals and end"
                                              : "the same system calls, signals and end");
        return b->diff.machines[0] ? EXIT_DIVERGENCE : EXIT_OK;
    }
    if (b->has_trap)
        show_trap(o, b);
    show_user_trap(o, "the first trap of user code with other registers", &b->user_state);
    show_user_trap(o, "the first trap of user code that is another", &b->user_trap);
    if (b->has_event) {
        fprintf(o, "the first thing that a program sees: %s (task %u.%u)\n", b->event.program,
               b->event.process, b->event.thread);
        show_event(o, &b->event);
    } else {
        fprintf(o, "no program made or saw another system call, signal or result\n");
    }
    if (b->has_way)
        show_way(o, b);
    if (b->links)
        fprintf(o, "because\n");
    for (unsigned i = 0; i < b->links; i++)
        show_link(o, &b->link[i]);
    if (b->fault.known)
        fprintf(o, "the kernel's last fault of its own\n  bad  %12llu  %s; at %s%s%s\n",
                (unsigned long long)b->fault.n, b->fault.text, b->fault.where,
                b->fault.source[0] ? "  " : "", b->fault.source);
    for (unsigned i = 0; i < b->laters; i++) {
        fprintf(o, "then: %s (task %u.%u)\n", b->later[i].program, b->later[i].process,
               b->later[i].thread);
        show_event(o, &b->later[i]);
    }
    fprintf(o, "the end\n");
    for (unsigned i = 0; i < 2; i++)
        fprintf(o, "  %-4s %12llu  %s\n", names[i], (unsigned long long)b->end[i].n,
                b->end[i].text);
    return EXIT_DIVERGENCE;
}
