/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/export/report.c - see report.h.
 *
 * meta       arch, hz, machine (words), runs, details ({number: chunk}), findings, difference
 *   runs[]   name, end_n, end_ns, count, tracks [[process, thread, name]], names [],
 *            chunks [[id, first ns, last begin, items]], levels [[bins, [piece ids]]]
 * chunk      columns of CHUNK_ITEMS items: ns and n as differences to the item before, d and e
 *            how long in ns and in instructions, t track, k kind + 16 where it did not end,
 *            m name, x detail, p place (of the chunk's strings s), r number;
 *            c: items of earlier chunks that last into this one, [ns d n e t k m x p r]
 * piece      a level's PIECE_BINS bins: for each track [track, [bin, bins, kind, items, number..]]
 * details    a chunk of closeup_trap() objects
 */
#include "sim/export/report.h"

#include <errno.h>

#include "sim/export/pack.h"

#define CHUNK_ITEMS   16384u
#define DETAILS_EACH  32u
#define PIECE_BINS    1024u
#define LEVELS_MAX    7u
#define ITEMS_A_PIECE 20000u /* fewer: the items themselves are shown */
#define CARRY_MAX     4096u

struct writer {
    const struct report *r;
    FILE *out;
    unsigned id;        /* of the next chunk */
    struct pack meta;
    struct pack chunk;
    int rc;
};

/* The chunk at hand becomes an element of the page; its id. */
static unsigned put_chunk(struct writer *w)
{
    fprintf(w->out, "<script type=\"text/plain\" id=\"c%u\">", w->id);
    if (w->rc == 0)
        w->rc = pack_write(&w->chunk, w->out);
    fputs("</script>\n", w->out);
    pack_clear(&w->chunk);
    return w->id++;
}

/* ---- texts of a chunk ---- */

struct texts {
    uint32_t *at;      /* offsets in the story's text, by index */
    size_t count;
};

static size_t text_index(struct texts *t, uint32_t at)
{
    for (size_t i = t->count; i-- > 0 && t->count - i < 64;) /* those near are often the same */
        if (t->at[i] == at)
            return i;
    t->at[t->count] = at;
    return t->count++;
}

/* ---- names: of a run ---- */

struct names {
    uint32_t *at;
    size_t count, room;
    bool failed;
};

static size_t name_index(struct names *n, uint32_t at)
{
    for (size_t i = 0; i < n->count; i++)
        if (n->at[i] == at)
            return i;
    if (n->count == n->room) {
        size_t room = n->room ? 2 * n->room : 64;
        uint32_t *p = realloc(n->at, room * sizeof(*p));

        if (!p) {
            n->failed = true;
            return 0;
        }
        n->at = p;
        n->room = room;
    }
    n->at[n->count] = at;
    return n->count++;
}

/* ---- chunks of items ---- */

/* What lasts while later items begin. */
struct carry {
    size_t item[CARRY_MAX];
    unsigned count;
};

static void carry_update(struct carry *c, const struct story *s, size_t upto, size_t from)
{
    unsigned kept = 0;
    uint64_t ns = upto < s->count ? s->item[upto].ns : UINT64_MAX;

    for (unsigned i = 0; i < c->count; i++)
        if (s->item[c->item[i]].ns_end > ns)
            c->item[kept++] = c->item[i];
    c->count = kept;
    for (size_t i = from; i < upto && c->count < CARRY_MAX; i++)
        if (s->item[i].ns_end > ns)
            c->item[c->count++] = i;
}

static void put_column(struct pack *p, const char *key, const uint64_t *v, size_t count)
{
    pack_printf(p, "\"%s\":[", key);
    for (size_t i = 0; i < count; i++)
        pack_number(p, v[i], i > 0);
    pack_printf(p, "],");
}

enum { NS, D, N, E, T, K, M, X, P, R, COLUMNS };

static void item_values(const struct story_item *i, struct names *names, struct texts *texts,
                        uint64_t v[COLUMNS])
{
    v[NS] = i->ns;
    v[D] = i->ns_end - i->ns;
    v[N] = i->n;
    v[E] = i->n_end - i->n;
    v[T] = i->track;
    v[K] = i->kind + (i->open ? 16u : 0u);
    v[M] = name_index(names, i->name);
    v[X] = text_index(texts, i->detail);
    v[P] = text_index(texts, i->place);
    v[R] = i->number;
}

static void put_carry(struct pack *p, const struct story *s, const struct carry *c,
                      struct names *names, struct texts *texts)
{
    uint64_t v[COLUMNS];

    pack_printf(p, "\"c\":[");
    for (unsigned i = 0; i < c->count; i++) {
        item_values(&s->item[c->item[i]], names, texts, v);
        for (unsigned k = 0; k < COLUMNS; k++)
            pack_printf(p, "%s%llu", k ? "," : i ? ",[" : "[", (unsigned long long)v[k]);
        pack_printf(p, "]");
    }
    pack_printf(p, "],");
}

static void put_items(struct writer *w, const struct story *s, size_t from, size_t to,
                      const struct carry *carry, struct names *names)
{
    static const char *const keys[COLUMNS] = {"ns", "d", "n", "e", "t", "k", "m", "x", "p", "r"};
    size_t count = to - from;
    uint64_t *column = calloc(COLUMNS * count + 1, sizeof(*column)), v[COLUMNS];
    struct texts texts = {calloc(2 * (count + carry->count) + 1, sizeof(uint32_t)), 0};

    if (!column || !texts.at) {
        w->rc = -ENOMEM;
        free(column);
        free(texts.at);
        return;
    }
    for (size_t i = from; i < to; i++) {
        const struct story_item *before = i > from ? &s->item[i - 1] : NULL;

        item_values(&s->item[i], names, &texts, v);
        v[NS] -= before ? before->ns : 0;
        v[N] -= before ? before->n : 0;
        for (unsigned k = 0; k < COLUMNS; k++)
            column[k * count + (i - from)] = v[k];
    }
    pack_printf(&w->chunk, "{");
    for (unsigned k = 0; k < COLUMNS; k++)
        put_column(&w->chunk, keys[k], column + k * count, count);
    put_carry(&w->chunk, s, carry, names, &texts);
    pack_printf(&w->chunk, "\"s\":[");
    for (size_t i = 0; i < texts.count; i++) {
        pack_printf(&w->chunk, "%s", i ? "," : "");
        pack_string(&w->chunk, story_text(s, texts.at[i]));
    }
    pack_printf(&w->chunk, "]}");
    free(column);
    free(texts.at);
}

static void put_chunks(struct writer *w, const struct story *s, struct names *names)
{
    struct carry *carry = calloc(1, sizeof(*carry));

    if (!carry) {
        w->rc = -ENOMEM;
        return;
    }
    pack_printf(&w->meta, "\"chunks\":[");
    for (size_t from = 0; from < s->count; from += CHUNK_ITEMS) {
        size_t to = from + CHUNK_ITEMS < s->count ? from + CHUNK_ITEMS : s->count;

        put_items(w, s, from, to, carry, names);
        pack_printf(&w->meta, "%s[%u,%llu,%llu,%zu]", from ? "," : "", w->id,
                    (unsigned long long)s->item[from].ns,
                    (unsigned long long)s->item[to - 1].ns, to - from);
        put_chunk(w);
        carry_update(carry, s, to, from);
    }
    pack_printf(&w->meta, "],");
    free(carry);
}

/* ---- levels ---- */

/* A bin of one track: what it is mostly. */
struct bin {
    uint64_t busy[STORY_KINDS];
    uint32_t items, number;
    uint64_t number_ns;
};

struct entry {
    uint32_t bin, bins, items, number;
    uint16_t kind;
};

static void fill_bins(const struct story *s, uint32_t track, struct bin *bin, uint32_t bins)
{
    uint64_t width = s->ns_end / bins + 1;

    for (size_t k = 0; k < s->count; k++) {
        const struct story_item *i = &s->item[k];
        uint64_t first = i->ns / width, last = i->ns_end / width;

        if (i->track != track)
            continue;
        if (first < bins)
            bin[first].items++;
        for (uint64_t b = first; b <= last && b < bins; b++) {
            uint64_t from = b * width > i->ns ? b * width : i->ns;
            uint64_t to = (b + 1) * width < i->ns_end ? (b + 1) * width : i->ns_end;
            uint64_t part = to > from ? to - from : 1;

            bin[b].busy[i->kind] += part;
            if (part >= bin[b].number_ns) {
                bin[b].number_ns = part;
                bin[b].number = i->number;
            }
        }
    }
}

static bool bin_entry(const struct bin *b, uint32_t at, struct entry *e)
{
    uint64_t most = 0;

    for (unsigned k = 0; k < STORY_KINDS; k++) {
        if (b->busy[k] <= most)
            continue;
        most = b->busy[k];
        e->kind = (uint16_t)k;
    }
    e->bin = at;
    e->bins = 1;
    e->items = b->items;
    e->number = b->number;
    return most > 0;
}

static void put_entry(struct pack *p, const struct entry *e, uint32_t base, bool *first)
{
    pack_printf(p, "%s%u,%u,%u,%u,%u", *first ? "" : ",", e->bin - base, e->bins, e->kind,
                e->items, e->number);
    *first = false;
}

/* The bins of one track that lie in one piece; runs of the same become one entry. */
static void put_bins(struct pack *p, const struct bin *bin, uint32_t base, uint32_t end)
{
    struct entry last = {0}, e;
    bool first = true;

    for (uint32_t at = base; at < end; at++) {
        if (!bin_entry(&bin[at], at, &e))
            continue;
        if (last.bins && last.bin + last.bins == at && last.kind == e.kind &&
            last.number == e.number && e.items == 0) {
            last.bins++;
            continue;
        }
        if (last.bins)
            put_entry(p, &last, base, &first);
        last = e;
    }
    if (last.bins)
        put_entry(p, &last, base, &first);
}

static void put_level(struct writer *w, const struct story *s, uint32_t bins)
{
    uint32_t pieces = bins / PIECE_BINS;
    struct pack *piece = calloc(pieces, sizeof(*piece));
    struct bin *bin = malloc(bins * sizeof(*bin));

    for (uint32_t t = 0; piece && bin && t < s->tracks; t++) {
        memset(bin, 0, bins * sizeof(*bin));
        fill_bins(s, t, bin, bins);
        for (uint32_t k = 0; k < pieces; k++) {
            pack_printf(&piece[k], "%s[%u,[", piece[k].len ? "," : "", t);
            put_bins(&piece[k], bin, k * PIECE_BINS, (k + 1) * PIECE_BINS);
            pack_printf(&piece[k], "]]");
        }
    }
    if (!piece || !bin)
        w->rc = -ENOMEM;
    pack_printf(&w->meta, "[%u,[", bins);
    for (uint32_t k = 0; piece && k < pieces; k++) {
        pack_printf(&w->chunk, "[%.*s]", (int)piece[k].len, piece[k].text ? piece[k].text : "");
        pack_printf(&w->meta, "%s%u", k ? "," : "", w->id);
        put_chunk(w);
        pack_free(&piece[k]);
    }
    pack_printf(&w->meta, "]]");
    free(piece);
    free(bin);
}

static void put_levels(struct writer *w, const struct story *s)
{
    uint32_t bins = PIECE_BINS;

    pack_printf(&w->meta, "\"levels\":[");
    for (unsigned level = 0; level < LEVELS_MAX; level++, bins *= 4) {
        if (level)
            pack_printf(&w->meta, ",");
        put_level(w, s, bins);
        if (s->count / (bins / PIECE_BINS) <= ITEMS_A_PIECE)
            break;
    }
    pack_printf(&w->meta, "]");
}

/* ---- the whole ---- */

static void put_run(struct writer *w, const struct report_run *run)
{
    const struct story *s = run->story;
    struct names names = {0};

    pack_printf(&w->meta, "{\"name\":");
    pack_string(&w->meta, run->name);
    pack_printf(&w->meta, ",\"end_n\":%llu,\"end_ns\":%llu,\"count\":%zu,\"tracks\":[",
                (unsigned long long)s->n_end, (unsigned long long)s->ns_end, s->count);
    for (size_t i = 0; i < s->tracks; i++) {
        pack_printf(&w->meta, "%s[%u,%u,", i ? "," : "", s->track[i].process, s->track[i].thread);
        pack_string(&w->meta, s->track[i].name);
        pack_printf(&w->meta, "]");
    }
    pack_printf(&w->meta, "],");
    put_chunks(w, s, &names);
    pack_printf(&w->meta, "\"names\":[");
    for (size_t i = 0; i < names.count; i++) {
        pack_printf(&w->meta, "%s", i ? "," : "");
        pack_string(&w->meta, story_text(s, names.at[i]));
    }
    pack_printf(&w->meta, "],");
    put_levels(w, s);
    pack_printf(&w->meta, "}");
    if (names.failed)
        w->rc = -ENOMEM;
    free(names.at);
}

static void put_json(struct pack *p, const json_t *o)
{
    char *text = json_dumps(o, JSON_COMPACT | JSON_ENSURE_ASCII);

    if (!text) {
        p->failed = true;
        return;
    }
    for (const char *at = text; *at; at++) /* "</script>" would end the element */
        pack_printf(p, *at == '<' ? "\\u003c" : "%c", *at);
    free(text);
}

static void put_details(struct writer *w)
{
    size_t count = json_array_size(w->r->details);

    pack_printf(&w->meta, "\"details\":{");
    for (size_t from = 0; from < count; from += DETAILS_EACH) {
        size_t to = from + DETAILS_EACH < count ? from + DETAILS_EACH : count;

        pack_printf(&w->chunk, "[");
        for (size_t i = from; i < to; i++) {
            json_t *o = json_array_get(w->r->details, i);

            pack_printf(&w->chunk, "%s", i > from ? "," : "");
            put_json(&w->chunk, o);
            pack_printf(&w->meta, "%s\"%lld\":%u", i ? "," : "",
                        (long long)json_integer_value(json_object_get(o, "n")), w->id);
        }
        pack_printf(&w->chunk, "]");
        put_chunk(w);
    }
    pack_printf(&w->meta, "},");
}

static void put_machine(struct writer *w)
{
    const struct machine *m = &w->r->run[0].trace->machine;
    char text[96];

    pack_printf(&w->meta, "{\"version\":1,\"arch\":\"%s\",\"hz\":%llu,\"machine\":{\"memory\":\"%llu "
                          "MiB\",\"seed\":\"%llu\",\"chaos\":\"%llu\",\"append\":",
                arch_name(m->arch), (unsigned long long)m->hz,
                (unsigned long long)(m->ram_bytes >> 20), (unsigned long long)m->seed,
                (unsigned long long)m->chaos);
    pack_string(&w->meta, m->cmdline);
    pack_printf(&w->meta, ",\"argv\":[");
    for (size_t i = 0; m->argv && m->argv[i]; i++) {
        pack_printf(&w->meta, "%s", i ? "," : "");
        pack_string(&w->meta, m->argv[i]);
    }
    sim_end_text(&w->r->run[0].trace->end, text, sizeof(text));
    pack_printf(&w->meta, "],\"end\":");
    pack_string(&w->meta, text);
    pack_printf(&w->meta, "},");
}

int report_data(const struct report *r, FILE *out)
{
    struct writer w = {.r = r, .out = out};

    put_machine(&w);
    pack_printf(&w.meta, "\"runs\":[");
    for (unsigned i = 0; i < r->runs; i++) {
        pack_printf(&w.meta, "%s", i ? "," : "");
        put_run(&w, &r->run[i]);
    }
    pack_printf(&w.meta, "],");
    put_details(&w);
    pack_printf(&w.meta, "\"findings\":");
    if (r->findings)
        put_json(&w.meta, r->findings);
    else
        pack_printf(&w.meta, "[]");
    pack_printf(&w.meta, ",\"difference\":");
    if (r->difference)
        put_json(&w.meta, r->difference);
    else
        pack_printf(&w.meta, "null");
    pack_printf(&w.meta, "}");
    fprintf(out, "<script type=\"application/json\" id=\"meta\">%.*s</script>\n", (int)w.meta.len,
            w.meta.text ? w.meta.text : "");
    if (w.meta.failed || w.chunk.failed)
        w.rc = -ENOMEM;
    pack_free(&w.meta);
    pack_free(&w.chunk);
    return w.rc;
}
