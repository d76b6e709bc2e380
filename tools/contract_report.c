/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tools/contract_report.c - known divergences, the lines on stdout, and the JUnit file. */
#include "tools/contract.h"
#include "tools/json_out.h"
#include "tools/xml.h"

struct contract_known {
    json_t *root, *entries;
};

static bool entry_is_good(const json_t *e)
{
    const char *arch = json_string_value(json_object_get(e, "arch"));

    return json_is_string(json_object_get(e, "test")) &&
           json_is_string(json_object_get(e, "reason")) && arch &&
           (strcmp(arch, "arm64") == 0 || strcmp(arch, "x86_64") == 0 || strcmp(arch, "both") == 0);
}

int contract_known_read(const char *dir, struct contract_known **out)
{
    struct contract_known *k = calloc(1, sizeof(*k));
    json_error_t error;
    char path[4096];
    size_t i;
    json_t *e;

    *out = k;
    if (!k)
        return complain(EXIT_GUEST, "out of memory");
    snprintf(path, sizeof(path), "%s/known-divergences.json", dir);
    if (!host_file_exists(path))
        return EXIT_OK;
    k->root = json_load_file(path, 0, &error);
    if (!k->root)
        return complain(EXIT_DAMAGED, "%s:%d: %s", path, error.line, error.text);
    k->entries = json_object_get(k->root, "divergences");
    if (!json_is_array(k->entries))
        return complain(EXIT_DAMAGED, "%s: wants an array 'divergences'", path);
    json_array_foreach(k->entries, i, e)
        if (!entry_is_good(e))
            return complain(EXIT_DAMAGED,
                            "%s: entry %zu wants 'test', 'reason' and 'arch' (arm64, x86_64 or both)",
                            path, i + 1);
    return EXIT_OK;
}

void contract_known_free(struct contract_known *k)
{
    if (k)
        json_decref(k->root);
    free(k);
}

const char *contract_known_reason(const struct contract_known *k, enum arch arch, const char *name)
{
    size_t i;
    json_t *e;

    json_array_foreach(k->entries, i, e) {
        const char *on = json_string_value(json_object_get(e, "arch"));

        if (strcmp(json_string_value(json_object_get(e, "test")), name) == 0 &&
            (strcmp(on, "both") == 0 || strcmp(on, arch_name(arch)) == 0))
            return json_string_value(json_object_get(e, "reason"));
    }
    return NULL;
}

const char *contract_verdict_name(enum contract_verdict v)
{
    static const char *const names[CONTRACT_VERDICTS] = {"PASS", "FAIL", "DIVERGE", "XFAIL",
                                                         "XPASS"};

    return names[v];
}

static void put_json(const struct contract_test *t)
{
    json_t *o = json_pack("{s:s,s:s,s:s,s:s,s:I,s:f}", "event", "contract", "arch",
                          arch_name(t->arch), "test", t->name, "verdict",
                          contract_verdict_name(t->verdict), "insns", (json_int_t)t->insns,
                          "host_s", (double)t->host_ns / 1e9);

    if (t->why)
        json_object_set_new(o, "why", json_text(t->why));
    if (t->known)
        json_object_set_new(o, "known", json_text(t->known));
    if (t->diff)
        json_object_set_new(o, "diff", json_text(t->diff));
    json_line(stdout, o);
}

void contract_print(const struct contract_test *t, bool json)
{
    if (json) {
        put_json(t);
        return;
    }
    if (t->verdict == CONTRACT_PASS)
        return;
    printf("%s %s %s%s%s\n", contract_verdict_name(t->verdict), arch_name(t->arch), t->name,
           t->why ? ": " : "", t->why ? t->why : "");
    if (t->diff && t->verdict != CONTRACT_XFAIL)
        fputs(t->diff, stdout);
    fflush(stdout);
}

static bool counts_as_failure(enum contract_verdict v)
{
    return v == CONTRACT_FAIL || v == CONTRACT_DIVERGE || v == CONTRACT_XPASS;
}

static void put_case(FILE *f, const struct contract_test *t)
{
    const char *kind = contract_verdict_name(t->verdict), *dot = strchr(t->name, '.');

    fprintf(f, "  <testcase classname=\"%s.%.*s\" name=\"%s\" time=\"%.3f\">", arch_name(t->arch),
            (int)(dot - t->name), t->name, dot + 1, (double)t->host_ns / 1e9);
    if (t->verdict == CONTRACT_XFAIL) {
        fputs("<skipped message=\"", f);
        xml_put(f, t->known);
        fputs("\"/>", f);
    } else if (t->verdict != CONTRACT_PASS) {
        fprintf(f, "<failure type=\"%s\" message=\"", kind);
        xml_put(f, t->why ? t->why : kind);
        fputs("\">", f);
        xml_put(f, t->diff ? t->diff : "");
        fputs("</failure>", f);
    }
    fputs("</testcase>\n", f);
}

void contract_junit(FILE *f, const struct contract_list *list)
{
    size_t failures = 0, skipped = 0;

    for (size_t i = 0; i < list->count; i++) {
        failures += counts_as_failure(list->tests[i].verdict);
        skipped += list->tests[i].verdict == CONTRACT_XFAIL;
    }
    fprintf(f, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"trapline contract\" "
               "tests=\"%zu\" failures=\"%zu\" skipped=\"%zu\">\n", list->count, failures, skipped);
    for (size_t i = 0; i < list->count; i++)
        put_case(f, &list->tests[i]);
    fputs("</testsuite>\n", f);
}
