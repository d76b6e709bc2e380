/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tools/trapline.c - the command line: picks the verb. Each verb has a file of its own. */
#include <signal.h>

#include "tools/cmd.h"

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
} verbs[] = {
    {"run", cmd_run},
    {"record", cmd_record},
    {"replay", cmd_replay},
    {"dump", cmd_dump},
    {"check", cmd_check},
    {"who", cmd_who},
    {"gdb", cmd_gdb},
    {"report", cmd_report},
    {"export", cmd_export},
    {"diff", cmd_diff},
    {"golden", cmd_golden},
    {"contract", cmd_contract},
    {"explore", cmd_explore},
    {"bisect", cmd_bisect},
    {"minimize", cmd_minimize},
};

static const char usage[] =
    "usage: trapline VERB [options]\n"
    "\n"
    "  trapline run     [machine] [-- ARGV]            run a guest, console on stdio\n"
    "  trapline record  -o RUN.tlt [machine] [-- ARGV] the same, kept as a trace\n"
    "  trapline replay  RUN.tlt [--until N]            run it again, verify every digest\n"
    "  trapline dump    RUN.tlt [--traps|--syscalls|--signals|--inputs|--header] [--json]\n"
    "                           [--from N] [--to N]    what happened in it\n"
    "  trapline check   RUN.tlt [--only NAME,..]       what broke a trap, and which instruction\n"
    "  trapline who     RUN.tlt --at N REG|ADDRESS     where a value came from\n"
    "  trapline gdb     RUN.tlt [--at N] [-- GDB ARGS] a debugger on it, backwards too\n"
    "  trapline report  RUN.tlt -o run.html            a page to look at it: timeline, every trap\n"
    "  trapline export  RUN.tlt.. --format FORMAT      for Perfetto, flame graphs, lcov, ..\n"
    "  trapline diff    A.tlt B.tlt                    the first difference of two runs\n"
    "  trapline golden  check|update DIR               derived text traces against those in DIR\n"
    "  trapline contract [--arch A] [--filter GLOB]    programs whose output on Linux is right\n"
    "  trapline explore --random N [machine] [-- ARGV] many schedules of one run: which fail\n"
    "  trapline minimize RUN.tlt [-o OUT.tlt]          the least schedule that makes it fail\n"
    "  trapline bisect  GOOD.tlt BAD.tlt               the first cause of what the bad run did\n"
    "\n"
    "exit: 0 ok, 1 the guest failed or the run could not be done, 2 usage, 3 divergence,\n"
    "      4 damaged or foreign file, 5 limit reached\n"
    "\n"
    "'trapline VERB --help' has the options and examples of each verb.\n";

/* `name` is what messages begin with, getopt's too: "trapline run". */
static int run_verb(int argc, char **argv, char *name, size_t len)
{
    for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
        if (strcmp(argv[0], verbs[i].name) != 0)
            continue;
        snprintf(name, len, "trapline %s", verbs[i].name);
        argv[0] = name;
        return verbs[i].run(argc, argv);
    }
    return complain(EXIT_USAGE, "there is no verb '%s'; 'trapline --help' lists them", argv[0]);
}

static int run_command(int argc, char **argv)
{
    char name[32], help[] = "--help", *help_of[] = {NULL, help, NULL};

    if (argc == 3 && strcmp(argv[1], "help") == 0) {
        help_of[0] = argv[2];
        return run_verb(2, help_of, name, sizeof(name));
    }
    if (argc >= 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
                      strcmp(argv[1], "help") == 0)) {
        fputs(usage, stdout);
        return EXIT_OK;
    }
    if (argc >= 2 && (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0)) {
        printf("trapline %s (trace format %u)\n", TRAPLINE_VERSION, TRACE_VERSION);
        return EXIT_OK;
    }
    if (argc < 2) {
        fputs(usage, stderr);
        return EXIT_USAGE;
    }
    return run_verb(argc - 1, argv + 1, name, sizeof(name));
}

int main(int argc, char **argv)
{
    streams_open();
    crash_net_open(argc, argv);
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error like a full disk */
    return streams_close(run_command(argc, argv));
}
