/* SPDX-License-Identifier: GPL-2.0-or-later */
/* big_report PAGE TRAPS: the page of a run that never was, of that many traps in 40 threads. */
#include <stdio.h>

#include "sim/export/report.h"
#include "tools/report_page.h"

#define THREADS 40u

static const char texts[] = "\0page fault\0openat\0interrupt\0read(3, \"x\", 512) = 512\0"
                            "data abort: write, translation level 3, address 0x7f0000001000\0"
                            "openat(AT_FDCWD, \"needle\", O_RDONLY) = 3\0prog:main+0x10\0";
enum { PAGE_FAULT = 1, OPENAT = 12, INTERRUPT = 19, READ = 29, ABORT = 53, NEEDLE = 116, PLACE = 158 };

static void fill(struct story *s, size_t traps)
{
    uint64_t ns = 1000;

    for (size_t i = 0; i < traps; i++) {
        struct story_item *it = &s->item[i];
        uint64_t random = (i * 6364136223846793005ull + 1442695040888963407ull) >> 33;

        it->n = it->ns = ns;
        it->n_end = it->ns_end = ns + 200 + random % 900;
        it->track = 1 + (uint32_t)(random >> 10) % THREADS;
        it->kind = random & 64 ? STORY_SYSCALL : random & 128 ? STORY_FAULT : STORY_IRQ;
        it->name = it->kind == STORY_SYSCALL ? OPENAT : it->kind == STORY_FAULT ? PAGE_FAULT : INTERRUPT;
        it->detail = i + 1 == traps ? NEEDLE : it->kind == STORY_SYSCALL ? READ : ABORT;
        it->place = PLACE;
        ns += 1200 + random % 3000;
    }
    s->count = traps;
    s->n_end = s->ns_end = ns;
}

int main(int argc, char **argv)
{
    size_t traps = argc == 3 ? strtoull(argv[2], NULL, 10) : 0;
    struct trace trace = {.machine = {.arch = ARCH_ARM64, .hz = 1000000000, .cmdline = ""}};
    struct story s = {.text = (char *)texts, .text_bytes = sizeof(texts)};
    struct report r = {.run = {{"big.tlt", &trace, &s}}, .runs = 1};
    FILE *out = traps ? fopen(argv[1], "w") : NULL;
    int rc;

    s.item = calloc(traps + 1, sizeof(*s.item));
    s.track = calloc(THREADS + 1, sizeof(*s.track));
    if (!out || !s.item || !s.track) {
        fprintf(stderr, "usage: big_report PAGE TRAPS\n");
        return 2;
    }
    s.tracks = THREADS + 1;
    for (unsigned i = 1; i <= THREADS; i++) {
        s.track[i].process = s.track[i].thread = i;
        snprintf(s.track[i].name, sizeof(s.track[i].name), "prog");
    }
    fill(&s, traps);
    fprintf(out, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><style>%s</style>"
                 "</head><body>\n%s", report_css, report_body);
    rc = report_data(&r, out);
    fprintf(out, "<script>%s</script></body></html>\n", report_js);
    rc = fclose(out) || rc;
    free(s.item);
    free(s.track);
    return rc;
}
