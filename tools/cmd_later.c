/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tools/cmd_later.c - verbs that are not there yet. */
#include "tools/cmd.h"

int cmd_dump(int argc, char **argv)
{
    (void)argc;
    return complain(EXIT_USAGE, "%s is not there yet", argv[0]);
}

int cmd_diff(int argc, char **argv)
{
    (void)argc;
    return complain(EXIT_USAGE, "%s is not there yet", argv[0]);
}

int cmd_golden(int argc, char **argv)
{
    (void)argc;
    return complain(EXIT_USAGE, "%s is not there yet", argv[0]);
}
