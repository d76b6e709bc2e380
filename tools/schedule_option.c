/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tools/schedule_option.c - events on the command line: KIND@N or KIND:VALUE@N, with commas. */
#include "tools/cmd.h"

#define EVENT_LEN 80u

enum inject_kind inject_kind_find(const char *name, size_t len)
{
    unsigned k = 0;

    while (k < INJECT_KINDS &&
           (strlen(inject_names[k]) != len || strncmp(inject_names[k], name, len) != 0))
        k++;
    return (enum inject_kind)k;
}

/* One event; `text` is cut to pieces. */
static bool parse_event(char *text, struct injection *what, uint64_t *n)
{
    char *at = strchr(text, '@'), *value = strchr(text, ':');

    *what = inject_wish(INJECT_IRQ, 0);
    if (!at || !parse_number(at + 1, n))
        return false;
    *at = '\0';
    if (value && value < at) {
        *value = '\0';
        if (!parse_number(value + 1, &what->value))
            return false;
    }
    what->kind = inject_kind_find(text, strlen(text));
    return (unsigned)what->kind < INJECT_KINDS &&
           (what->kind != INJECT_SIGNAL || what->value <= 64) &&
           (what->kind != INJECT_ACCESS || what->value == 0);
}

int schedule_option_take(struct schedule *s, const char *text)
{
    struct injection what;
    uint64_t n;

    while (*text) {
        size_t len = strcspn(text, ",");
        char event[EVENT_LEN];

        snprintf(event, sizeof(event), "%.*s", (int)len, text);
        if (len >= sizeof(event) || !parse_event(event, &what, &n))
            return complain(EXIT_USAGE, "--inject wants irq@N, preempt@N, fault@N, access@N, "
                                        "signal@N or signal:SIGNO@N, with commas between them, "
                                        "not '%.*s'",
                            (int)len, text);
        if (s->count > 0 && n < s->events[s->count - 1].n)
            return complain(EXIT_USAGE, "--inject wants events in the order of their numbers: "
                                        "%llu stands behind %llu", (unsigned long long)n,
                            (unsigned long long)s->events[s->count - 1].n);
        if (schedule_add(s, n, &what) != 0)
            return complain(EXIT_GUEST, "out of memory");
        text += len + (text[len] == ',');
    }
    return EXIT_OK;
}
