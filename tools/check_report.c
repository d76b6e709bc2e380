/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tools/check_report.c - the findings of trapline check as JUnit and SARIF; see check_report.h. */
#include "tools/check_report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/check/check.h"
#include "tools/cmd.h"
#include "tools/xml.h"

static const char *text(const json_t *object, const char *key)
{
    const char *s = json_string_value(json_object_get(object, key));

    return s ? s : "";
}

static bool is_of(const json_t *finding, unsigned kind)
{
    return strcmp(text(finding, "check"), check_names[kind]) == 0;
}

/* What a person reads first: the value, where user code was, who did it, and how to go there. */
static json_t *message(const json_t *f)
{
    static const char *const others[][2] = {
        {"first", "after"}, {"used", "used by"}, {"load", "loaded by"}, {"left", "left by"}};
    const json_t *by = json_object_get(f, "culprit"), *slot = json_object_get(f, "slot");
    const json_t *bytes = json_object_get(f, "bytes");
    json_int_t trap_n = json_integer_value(json_object_get(f, "trap_n"));
    char who[700] = "", more[2000] = "", task[40] = "", part[40] = "";
    size_t used = 0;

    if (by)
        snprintf(who, sizeof(who), "; by %lld, %s at %s: %s%s%s%s%s",
                 (long long)json_integer_value(json_object_get(by, "n")), text(by, "where"),
                 text(by, "pc"), text(by, "code"),
                 *text(by, "source") ? ", " : "", text(by, "source"), slot ? ", into " : "",
                 slot ? text(f, "slot") : "");
    for (size_t i = 0; i < ARRAY_LEN(others) && used < sizeof(more); i++) {
        const json_t *o = json_object_get(f, others[i][0]);

        if (o)
            used += (size_t)snprintf(more + used, sizeof(more) - used, "; %s %s at %s: %s",
                                     others[i][1], text(o, "where"), text(o, "pc"),
                                     text(o, "code"));
    }
    if (json_integer_value(json_object_get(f, "thread")))
        snprintf(task, sizeof(task), " (task %lld.%lld)",
                 (long long)json_integer_value(json_object_get(f, "process")),
                 (long long)json_integer_value(json_object_get(f, "thread")));
    if (bytes)
        snprintf(part, sizeof(part), ", bytes %lld-%lld",
                 (long long)json_integer_value(json_array_get(bytes, 0)),
                 (long long)json_integer_value(json_array_get(bytes, 1)));
    return json_sprintf("%s: was %s, is %s%s, since trap %lld (%s) at %s%s%s%s; %s",
                        text(f, "what"),
                        text(f, "was"), text(f, "is"), part, (long long)trap_n, text(f, "trap"),
                        text(f, "at"), task, who, more, text(f, "look"));
}

static void put_case(FILE *f, const char *trace, unsigned kind, const json_t *findings)
{
    const json_t *finding;
    size_t i;

    fprintf(f, "  <testcase classname=\"check.%s\" name=\"", check_names[kind]);
    xml_put(f, trace);
    fputs("\">", f);
    json_array_foreach(findings, i, finding) {
        json_t *m;

        if (!is_of(finding, kind))
            continue;
        m = message(finding);
        fprintf(f, "<failure type=\"%s\" message=\"", check_names[kind]);
        xml_put(f, text(finding, "what"));
        fputs("\">", f);
        xml_put(f, m ? json_string_value(m) : "");
        fputs("</failure>", f);
        json_decref(m);
    }
    fputs("</testcase>\n", f);
}

void check_junit(FILE *f, const char *trace, unsigned kinds, const json_t *findings)
{
    unsigned tests = 0, failures = 0;

    for (unsigned k = 0; k < CHECK_KINDS; k++) {
        bool failed = false;

        for (size_t i = 0; i < json_array_size(findings); i++)
            failed |= is_of(json_array_get(findings, i), k);
        tests += kinds >> k & 1;
        failures += failed;
    }
    fprintf(f, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"trapline check\" "
               "tests=\"%u\" failures=\"%u\">\n", tests, failures);
    for (unsigned k = 0; k < CHECK_KINDS; k++)
        if (kinds >> k & 1)
            put_case(f, trace, k, findings);
    fputs("</testsuite>\n", f);
}

/* "kernel/core/string.c:30" as a place in a file; NULL where the line is not known. */
static json_t *sarif_location(const json_t *finding)
{
    const char *source = text(json_object_get(finding, "culprit"), "source");
    const char *colon = strrchr(source, ':');

    if (!colon)
        return NULL;
    return json_pack("{s:{s:{s:s%},s:{s:i}}}", "physicalLocation", "artifactLocation", "uri",
                     source, (size_t)(colon - source), "region", "startLine", atoi(colon + 1));
}

static json_t *sarif_result(const json_t *finding)
{
    json_t *where = sarif_location(finding), *m = message(finding);
    json_t *result = json_pack("{s:s,s:s,s:{s:o},s:O}", "ruleId", text(finding, "check"), "level",
                               "error", "message", "text", m, "properties", (json_t *)finding);

    if (!result) {
        json_decref(where);
        return NULL;
    }
    if (where)
        json_object_set_new(result, "locations", json_pack("[o]", where));
    return result;
}

static json_t *sarif_document(const char *trace, const json_t *findings)
{
    json_t *rules = json_array(), *results = json_array();

    for (unsigned k = 0; k < CHECK_KINDS; k++)
        json_array_append_new(rules, json_pack("{s:s}", "id", check_names[k]));
    for (size_t i = 0; i < json_array_size(findings); i++)
        json_array_append_new(results, sarif_result(json_array_get(findings, i)));
    return json_pack("{s:s,s:s,s:[{s:{s:{s:s,s:o}},s:[{s:{s:s}}],s:o}]}", "$schema",
                     "https://json.schemastore.org/sarif-2.1.0.json", "version", "2.1.0", "runs",
                     "tool", "driver", "name", "trapline", "rules", rules, "artifacts", "location",
                     "uri", trace, "results", results);
}

int check_sarif(FILE *f, const char *trace, const json_t *findings)
{
    json_t *document = sarif_document(trace, findings);

    if (!document)
        return complain(EXIT_GUEST, "out of memory for the SARIF report");
    (void)json_dumpf(document, f, JSON_INDENT(1) | JSON_PRESERVE_ORDER); /* ferror() has it */
    fputc('\n', f);
    json_decref(document);
    return EXIT_OK;
}
