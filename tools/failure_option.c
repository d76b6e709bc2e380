/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tools/failure_option.c - what counts as a failure, on the command line; see cmd.h. */
#include "sim/explore.h"
#include "tools/cmd.h"

#define NAMES "status, panic, hang, output, console, check"

unsigned failures_take(const char *option, const char *list)
{
    unsigned kinds = 0;

    while (*list) {
        size_t len = strcspn(list, ",");
        unsigned f = EXPLORE_STATUS;

        while (f < EXPLORE_FAILURES && (strlen(explore_names[f]) != len ||
                                        strncmp(explore_names[f], list, len) != 0))
            f++;
        if (f == EXPLORE_FAILURES) {
            complain(EXIT_USAGE, "%s: there is no failure '%.*s'; there are " NAMES, option,
                     (int)len, list);
            return 0;
        }
        kinds |= 1u << f;
        list += len + (list[len] == ',');
    }
    if (kinds == 0)
        complain(EXIT_USAGE, "%s wants a list of failures: " NAMES, option);
    return kinds;
}

int console_pattern_take(const char *text, regex_t *pattern, const char **taken)
{
    char why[160];
    int rc;

    if (*taken)
        regfree(pattern);
    *taken = NULL;
    rc = regcomp(pattern, text, REG_EXTENDED | REG_NEWLINE | REG_NOSUB);
    if (rc != 0) {
        regerror(rc, pattern, why, sizeof(why));
        return complain(EXIT_USAGE, "--console '%s': %s", text, why);
    }
    *taken = text;
    return EXIT_OK;
}
