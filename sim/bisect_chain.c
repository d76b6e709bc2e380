/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/bisect_chain.c - a value that differs, followed back in both runs.
 *
 * At each link the last writer is looked for in both (who.h). The same instruction at the same
 * spot of the same thread: then something that it read differs, and that is the next link. Another
 * one, or one at another spot: here the two runs have another order, and that is the end of the
 * comparison. What the kernel wrote is followed on in the bad run alone.
 */
#include "sim/bisect_private.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "loader/fail.h"

#define READS_MAX    24u
#define FLAGS_BACK   64u
#define KERNEL_LINKS 12u

static int who_failed(struct bisecting *s, unsigned side, int rc)
{
    return loader_fail(s->err, s->err_len, rc, "the %s trace: %s", side ? "bad" : "good",
                       rc == -ENOMEM ? "out of memory" : timeline_error(s->who[side]->timeline));
}

static int stand(struct bisecting *s, const insn_t n[2])
{
    for (unsigned i = 0; i < 2; i++) {
        int rc = timeline_seek(s->who[i]->timeline, n[i]);

        if (rc != 0)
            return who_failed(s, i, rc);
    }
    return 0;
}

/* Flags, as far as user code owns them. */
static void mask_flags(struct bisecting *s, const struct value_place *p, uint8_t value[16])
{
    enum arch arch = s->trace[0]->machine.arch;
    const char *name = arch == ARCH_ARM64 ? "pstate" : "rflags";
    uint64_t word, mask = arch == ARCH_ARM64 ? 0xf0000000u : 0xcd5u;

    if (p->in_memory || p->reg != cpu_reg_find(arch, name))
        return;
    memcpy(&word, value, 8);
    word &= mask;
    memcpy(value, &word, 8);
}

static bool is_flags(struct bisecting *s, const struct value_place *p)
{
    enum arch arch = s->trace[0]->machine.arch;

    return !p->in_memory &&
           p->reg == cpu_reg_find(arch, arch == ARCH_ARM64 ? "pstate" : "rflags");
}

/* Here in both: do the bytes of the place differ? False where one cannot be read, too. */
static bool differs(struct bisecting *s, const struct value_place *p, uint8_t v[2][16])
{
    for (unsigned i = 0; i < 2; i++) {
        if (!who_read(s->who[i], p, v[i]))
            return false;
        mask_flags(s, p, v[i]);
    }
    return memcmp(v[0], v[1], 16) != 0;
}

/* Of memory: the bytes from the first to the last that differ. */
static void narrow(struct value_place *p, uint8_t v[2][16])
{
    unsigned first = 0, last = p->bytes;

    if (!p->in_memory)
        return;
    while (first + 1 < p->bytes && v[0][first] == v[1][first])
        first++;
    while (last > first + 1 && v[0][last - 1] == v[1][last - 1])
        last--;
    p->va += first;
    p->bytes = last - first;
}

/* What the instruction that both stand at reads and is not the same: 1, 0: nothing. */
static int read_that_differs(struct bisecting *s, struct value_place *place)
{
    struct who *w = s->who[1];
    struct cpu *cpu = who_cpu(w);
    int reg[READS_MAX];
    uint8_t v[2][16];
    unsigned count;
    size_t all;

    if (!operands_decode(&w->operands, cpu, cpu_pc(cpu)))
        return 0;
    count = operands_reads(&w->operands, reg, READS_MAX);
    for (unsigned i = 0; i < count; i++) {
        unsigned bytes = cpu_reg_table(cpu_arch(cpu), &all)[reg[i]].bytes;

        *place = (struct value_place){.reg = reg[i], .bytes = bytes < 16 ? bytes : 16};
        if (differs(s, place, v))
            return 1;
    }
    if (!operands_reads_memory(&w->operands, cpu, place))
        return 0;
    if (place->va % 4096 + place->bytes > 4096)
        place->bytes = 4096 - (unsigned)(place->va % 4096);
    if (!differs(s, place, v))
        return 0;
    narrow(place, v);
    return 1;
}

/* ---- who wrote it ---- */

/* Flags: the last instruction of the thread before n that sets them. 1, or 0. */
static int find_flags(struct bisecting *s, unsigned side, insn_t n, insn_t *found)
{
    struct course_spot spot;
    struct who *w = s->who[side];

    if (!course_spot_at(&s->course[side], n, &spot))
        return 0;
    for (unsigned i = 0; i < FLAGS_BACK && spot.insns > 0; i++) {
        int rc;

        spot.insns--;
        *found = course_n_at(&s->course[side], &spot);
        if (*found == INSN_NONE)
            return 0;
        rc = timeline_seek(w->timeline, *found);
        if (rc != 0)
            return rc;
        if (operands_decode(&w->operands, who_cpu(w), cpu_pc(who_cpu(w))) &&
            operands_sets_flags(&w->operands))
            return 1;
    }
    return 0;
}

/* Are the flags at n those that the instruction at `found` set? A trap since may have lost them. */
static int still_there(struct bisecting *s, unsigned side, insn_t found, insn_t n,
                       const struct value_place *place)
{
    struct who *w = s->who[side];
    uint8_t set[16], is[16];
    int rc = timeline_seek(w->timeline, found + 1);

    if (rc != 0 || !who_read(w, place, set))
        return rc;
    rc = timeline_seek(w->timeline, n);
    if (rc != 0 || !who_read(w, place, is))
        return rc;
    mask_flags(s, place, set);
    mask_flags(s, place, is);
    return memcmp(set, is, sizeof(set)) == 0;
}

static int find_writer(struct bisecting *s, unsigned side, insn_t n,
                       const struct value_place *place, insn_t *found, bool *entry)
{
    struct who *w = s->who[side];
    int rc;

    *entry = false;
    if (is_flags(s, place)) {
        rc = find_flags(s, side, n, found);
        if (rc == 1)
            rc = still_there(s, side, *found, n, place);
        if (rc != 0)
            return rc;
    }
    rc = timeline_seek(w->timeline, n);
    if (rc != 0)
        return rc;
    return place->in_memory ? who_find_memory(w, n, place, found, entry)
                            : who_find_reg(w, n, place, found, entry);
}

/* One instruction, run by the same thread at the same spot? */
static bool same_writer(struct bisecting *s, const insn_t n[2])
{
    bool kernel = s->base[0] != INSN_NONE && n[0] >= s->base[0] && n[1] >= s->base[1] &&
                  n[0] - s->base[0] == n[1] - s->base[1];

    return kernel || bisect_same_spot(s, n[0], n[1]);
}

static bool by_user(struct bisecting *s, unsigned side, insn_t n)
{
    struct course_spot spot;

    return course_spot_at(&s->course[side], n, &spot);
}

static void value_text(const struct value_place *p, const uint8_t v[16], char text[40])
{
    size_t used = (size_t)snprintf(text, 40, "0x");

    for (unsigned i = p->bytes; i-- > 0;)
        used += (size_t)snprintf(text + used, 40 - used, "%02x", v[i]);
}

/* ---- links ---- */

static struct bisect_link *new_link(struct bisecting *s)
{
    struct bisect *b = s->b;

    if (b->links == BISECT_LINKS_MAX)
        return NULL;
    memset(&b->link[b->links], 0, sizeof(b->link[0]));
    return &b->link[b->links++];
}

struct following {
    struct bisecting *s;
    bool first; /* that link is there already */
};

static void on_kernel_link(void *ctx, const struct who_link *w)
{
    struct following *f = ctx;
    struct bisect_link *l;

    if (f->first) {
        f->first = false;
        return;
    }
    l = new_link(f->s);
    if (!l)
        return;
    memcpy(l->what, w->what, sizeof(l->what));
    value_text(&w->place, w->value, l->value[1]);
    l->how[1] = who_kind_name(w->kind);
    if (w->kind != WHO_BEGINNING) {
        l->by[1].known = true;
        l->by[1].n = w->n;
        memcpy(l->by[1].where, w->where, sizeof(w->where));
        memcpy(l->by[1].code, w->code, sizeof(w->code));
        memcpy(l->by[1].source, w->source, sizeof(w->source));
    }
}

/* On in the bad run alone. */
static int follow_bad(struct bisecting *s, insn_t n, const struct value_place *place)
{
    struct following f = {s, true};
    int rc = timeline_seek(s->who[1]->timeline, n);

    if (rc != 0)
        return who_failed(s, 1, rc);
    rc = who_follow(s->who[1], n, place, KERNEL_LINKS, on_kernel_link, &f, s->err, s->err_len);
    return rc == -EFAULT ? 0 : rc;
}

/* An exception return at n gave them to user code: where it has them from. */
static int follow_flags(struct bisecting *s, insn_t n)
{
    enum arch arch = s->trace[1]->machine.arch;
    struct value_place place = {.reg = cpu_reg_find(arch, "spsr_el1"), .bytes = 8};
    struct following f = {s, false};
    int rc = timeline_seek(s->who[1]->timeline, n);

    if (rc != 0)
        return who_failed(s, 1, rc);
    if (arch == ARCH_X86_64) /* IRETQ: RIP, CS, RFLAGS */
        place = (struct value_place){.in_memory = true, .va = cpu_sp(who_cpu(s->who[1])) + 16,
                                     .bytes = 8};
    rc = who_follow(s->who[1], n, &place, KERNEL_LINKS, on_kernel_link, &f, s->err, s->err_len);
    return rc == -EFAULT ? 0 : rc;
}

static void note_link(struct bisect_link *l, const char *text)
{
    snprintf(l->note, sizeof(l->note), "%s", text);
}

/* The thread whose user code is next at n; NULL: the kernel is, or it is not known. */
static const struct course_thread *thread_at(const struct bisecting *s, unsigned side, insn_t n)
{
    struct course_spot spot;

    return course_spot_at(&s->course[side], n, &spot) ? s->course[side].thread[spot.thread] : NULL;
}

/* In the bad run another process wrote what this one reads at n: they share a page. */
static bool note_stranger(struct bisecting *s, struct bisect_link *l, insn_t n, insn_t writer)
{
    const struct course_thread *reader = thread_at(s, 1, n), *t = thread_at(s, 1, writer);

    if (!reader || !t || reader->process == t->process)
        return false;
    snprintf(l->note, sizeof(l->note), "in the bad run another process wrote it, %s (task %u.%u): "
             "the two share that page", t->program[0] ? t->program : "init", t->process, t->thread);
    return true;
}

static void note_order(struct bisecting *s, struct bisect_link *l, const insn_t at[2],
                       const insn_t n[2], const bool known[2])
{
    bool user[2] = {known[0] && by_user(s, 0, n[0]), known[1] && by_user(s, 1, n[1])};

    if (!known[0] || !known[1])
        note_link(l, known[1] ? "the good run has not written it at all" :
                                "the bad run has not written it at all");
    else if (user[1] && note_stranger(s, l, at[1], n[1]))
        return;
    else if (user[0] && user[1])
        note_link(l, "another instruction, or the same one at another point of its thread's way, "
                     "wrote it last: the order is another");
    else if (user[0])
        note_link(l, "what user code wrote in the good run is not there any more in the bad one: "
                     "the kernel, or a trap, put the other value there");
    else if (user[1])
        note_link(l, "in the good run the kernel, or a trap, put it there after that");
    else
        note_link(l, s->base[0] != INSN_NONE ? "it was so before the call"
                                             : "the kernel gave it to user code");
}

/* Does the instruction that is next there write any of the place? */
static bool writes(struct bisecting *s, unsigned side, const struct value_place *place)
{
    struct who *w = s->who[side];
    struct value_place at = *place, from;

    if (!operands_decode(&w->operands, who_cpu(w), cpu_pc(who_cpu(w))))
        return false;
    if (!place->in_memory)
        return operands_writes(&w->operands, place->reg);
    for (unsigned i = 0; i < place->bytes; i++, at.va++) {
        at.bytes = 1;
        if (operands_source(&w->operands, who_cpu(w), &at, &from) != SOURCE_NONE)
            return true;
    }
    return false;
}

/* Is an address the same memory at n and at `there`, where it stands then? Another process has
 * another page there, a child another copy. */
static int same_page(struct bisecting *s, unsigned side, insn_t n, insn_t there,
                     const struct value_place *place, bool *same)
{
    struct who *w = s->who[side];
    paddr_t a = 0, b = 1;
    int rc = timeline_seek(w->timeline, n);

    if (rc == 0 && place->in_memory && cpu_translate(who_cpu(w), place->va, &a) != 0)
        a = 0;
    if (rc == 0)
        rc = timeline_seek(w->timeline, there);
    if (rc == 0 && place->in_memory && cpu_translate(who_cpu(w), place->va, &b) != 0)
        b = 1;
    *same = !place->in_memory || a == b;
    return rc;
}

/*
 * User code wrote it in one run; in the other the same instruction may have stored what was there
 * already, which is no change and was passed over. 1: so it is, and found[] are these two.
 */
static int same_without_change(struct bisecting *s, const insn_t n[2],
                               const struct value_place *place, unsigned side, insn_t found[2],
                               bool known_other)
{
    struct course_spot spot;
    unsigned other = 1 - side;
    bool page;
    insn_t there;
    int rc;

    if (!course_spot_at(&s->course[side], found[side], &spot) ||
        !bisect_twin_spot(s, side, &spot))
        return 0;
    there = course_n_at(&s->course[other], &spot);
    if (there == INSN_NONE || there >= n[other] || (known_other && there < found[other]))
        return 0;
    rc = same_page(s, other, n[other], there, place, &page);
    if (rc != 0)
        return who_failed(s, other, rc);
    if (!page || !writes(s, other, place))
        return 0;
    found[other] = there;
    return 1;
}

/* One link: who wrote it in both. 1: the same instruction, at found[]. */
static int one_link(struct bisecting *s, const insn_t n[2], const struct value_place *place,
                    insn_t found[2], struct bisect_link *l)
{
    bool known[2], entry[2];
    uint8_t v[2][16];
    int rc;

    rc = stand(s, n);
    if (rc != 0)
        return rc;
    (void)differs(s, place, v);
    who_place_name(s->who[1], place, l->what, sizeof(l->what));
    for (unsigned i = 0; i < 2; i++) {
        value_text(place, v[i], l->value[i]);
        rc = find_writer(s, i, n[i], place, &found[i], &entry[i]);
        if (rc < 0 && rc != -EFAULT)
            return who_failed(s, i, rc);
        known[i] = rc == 1;
    }
    l->same = known[0] && known[1] && !entry[0] && !entry[1] && same_writer(s, found);
    for (unsigned i = 0; i < 2 && !l->same; i++) {
        rc = known[i] && !entry[i]
                 ? same_without_change(s, n, place, i, found, known[1 - i]) : 0;
        if (rc < 0)
            return rc;
        l->same = rc == 1;
    }
    for (unsigned i = 0; i < 2; i++) {
        if (l->same)
            known[i] = true;
        else
            l->how[i] = !known[i] ? who_kind_name(WHO_BEGINNING)
                        : entry[i] ? who_kind_name(WHO_ENTRY) : NULL;
        rc = known[i] ? bisect_describe(s, i, found[i], &l->by[i]) : 0;
        if (rc != 0)
            return rc;
    }
    if (l->same)
        return 1;
    note_order(s, l, n, found, known);
    if (!known[1] || by_user(s, 1, found[1]))
        return 0;
    return is_flags(s, place) ? follow_flags(s, found[1]) : follow_bad(s, n[1], place);
}

static bool asks_machine(const char *code)
{
    static const char *const asks[] = {"mrs ", "rdtsc", "cpuid", "in ", "rdmsr"};
    bool does = false;

    for (size_t i = 0; i < ARRAY_LEN(asks) && !does; i++)
        does = strncmp(code, asks[i], strlen(asks[i])) == 0;
    return does;
}

int bisect_chain(struct bisecting *s, const insn_t at[2], const struct value_place *from)
{
    struct value_place place = *from;
    insn_t n[2] = {at[0], at[1]}, found[2];
    struct bisect_link *l;
    int rc = 1;

    while (rc == 1 && (l = new_link(s)) != NULL) {
        rc = one_link(s, n, &place, found, l);
        if (rc != 1)
            return rc;
        memcpy(n, found, sizeof(n));
        rc = stand(s, n);
        if (rc != 0)
            return rc;
        rc = read_that_differs(s, &place);
        if (rc == 0)
            note_link(l, asks_machine(l->by[1].code)
                             ? "all that this instruction reads is the same: it asks the machine, "
                               "such as the time"
                             : "all that this instruction reads is the same in both");
    }
    return rc < 0 ? rc : 0;
}

int bisect_chain_from_insn(struct bisecting *s, const insn_t n[2])
{
    struct value_place place;
    int rc = stand(s, n);

    if (rc != 0 || !read_that_differs(s, &place))
        return rc;
    return bisect_chain(s, n, &place);
}
