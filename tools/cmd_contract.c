/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tools/cmd_contract.c - trapline contract: programs whose output on Linux is the contract. */
#include "tools/contract.h"
#include "tools/json_out.h"

#include <fnmatch.h>
#include <sys/stat.h>

static const char help[] =
    "usage: trapline contract [options]\n"
    "\n"
    "Runs contract tests: small programs that print what they observe of the system call\n"
    "interface. What Linux printed, kept in oracle/, is right. PASS agrees; FAIL crashed or\n"
    "failed; DIVERGE printed something else (a diff is shown); XFAIL is listed with its reason in\n"
    "known-divergences.json; XPASS is listed there and agrees, which fails until the entry goes.\n"
    "Ends with 0 when there is no FAIL, DIVERGE or XPASS, else with 1.\n"
    "\n"
    "  --arch A             arm64 or x86_64 (default: both)\n"
    "  --filter GLOB        tests by name, as 'vm.*' or 'signals.sa_restart'\n"
    "  --json               a JSON object for each test as it ends, and one for each CPU\n"
    "  --junit FILE         write the results as JUnit XML\n"
    "  --update-oracle      run the tests on Linux and write oracle/ instead: on this host (as\n"
    "                       root), or with --linux in QEMU\n"
    "  --linux IMAGE        a Linux kernel of that CPU, for --update-oracle\n"
    "  -j N                 tests at a time (default: 2)\n"
    "  --record DIR         record each run into DIR and replay it\n"
    "  --dir DIR            tests, oracle and list (default: contracts beside this program)\n"
    "  --kernel FILE        kernel (default: the one that ships for each CPU)\n"
    "  --limit N            end a test after N instructions (default: 2000000000)\n"
    "  --seed N, --chaos N  as for trapline run\n"
    "  --list               only print the names\n"
    "  -v                   print a line for each test, with its instructions\n"
    "\n"
    "examples:\n"
    "  trapline contract\n"
    "  trapline contract --arch arm64 --filter 'signals.*' -v\n"
    "  trapline contract --update-oracle --arch arm64 --linux vmlinuz-6.1.0-arm64\n";

#define LIMIT_DEFAULT 2000000000ull
#define JOBS_MAX      64u

struct contract_cmd {
    struct contract_options o;
    const char *junit;
    bool update, list, verbose;
    bool arch_wanted[ARCH_X86_64 + 1u];
    char default_dir[4096];
};

static bool is_test_name(const char *name)
{
    return name[0] != '.' && strchr(name, '.') && strcmp(name, "oracle.cpio") != 0;
}

static int add_arch(const struct contract_cmd *c, enum arch arch, struct contract_list *list)
{
    char path[4096], err[ERR_LEN], **names;

    snprintf(path, sizeof(path), "%s/%s", c->o.dir, arch_name(arch));
    if (host_list_dir(path, "", &names, err, sizeof(err)) != 0)
        return complain(EXIT_USAGE, "%s%s", err, c->o.dir != c->default_dir ? "" :
                        "; the tests are built with the source tree and not installed: name them "
                        "with --dir");
    for (size_t i = 0; names[i]; i++) {
        if (!is_test_name(names[i]) || (c->o.filter && fnmatch(c->o.filter, names[i], 0) != 0))
            continue;
        if (list->count == list->room) {
            list->room = list->room * 2 + 64;
            list->tests = realloc(list->tests, list->room * sizeof(*list->tests));
            if (!list->tests)
                return complain(EXIT_GUEST, "out of memory");
        }
        list->tests[list->count++] =
            (struct contract_test){.arch = arch, .name = strdup(names[i])};
    }
    free(names);
    return EXIT_OK;
}

static void list_free(struct contract_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->tests[i].name);
        free(list->tests[i].why);
        free(list->tests[i].diff);
    }
    free(list->tests);
}

static int summary(const struct contract_cmd *c, const struct contract_list *list)
{
    unsigned counts[ARCH_X86_64 + 1u][CONTRACT_VERDICTS] = {{0}}, bad = 0;

    for (size_t i = 0; i < list->count; i++) {
        const struct contract_test *t = &list->tests[i];

        counts[t->arch][t->verdict]++;
        bad += t->verdict != CONTRACT_PASS && t->verdict != CONTRACT_XFAIL;
        if (c->verbose && !c->o.json)
            printf("%-7s %-6s %-40s %10llu instructions %6.3f s\n",
                   contract_verdict_name(t->verdict), arch_name(t->arch), t->name,
                   (unsigned long long)t->insns, (double)t->host_ns / 1e9);
    }
    for (unsigned a = 0; a <= ARCH_X86_64; a++) {
        if (!c->arch_wanted[a])
            continue;
        if (c->o.json) {
            json_t *o = json_pack("{s:s,s:s}", "event", "contract_summary", "arch",
                                  arch_name((enum arch)a));

            for (unsigned v = 0; v < CONTRACT_VERDICTS; v++)
                json_object_set_new(o, contract_verdict_name((enum contract_verdict)v),
                                    json_integer(counts[a][v]));
            json_line(stdout, o);
            continue;
        }
        printf("%s:", arch_name((enum arch)a));
        for (unsigned v = 0; v < CONTRACT_VERDICTS; v++)
            printf(" %u %s%s", counts[a][v], contract_verdict_name((enum contract_verdict)v),
                   v + 1 < CONTRACT_VERDICTS ? "," : "\n");
    }
    return bad == 0 ? EXIT_OK : EXIT_GUEST;
}

static int judge_all(struct contract_cmd *c, struct contract_list *list)
{
    struct contract_known *known;
    struct output junit;
    int rc = contract_known_read(c->o.dir, &known), junit_rc = EXIT_OK;

    for (size_t i = 0; rc == EXIT_OK && i < list->count; i++)
        list->tests[i].known =
            contract_known_reason(known, list->tests[i].arch, list->tests[i].name);
    if (rc == EXIT_OK && c->o.record)
        mkdir(c->o.record, 0777);
    if (rc == EXIT_OK && c->junit)
        rc = output_open(&junit, c->junit);
    if (rc == EXIT_OK) {
        rc = contract_run_all(&c->o, list);
        if (c->junit && rc == EXIT_OK)
            contract_junit(junit.file, list);
        if (c->junit)
            junit_rc = output_close(&junit, rc);
        if (rc == EXIT_OK)
            rc = summary(c, list);
    }
    contract_known_free(known);
    return rc != EXIT_OK ? rc : junit_rc;
}

static int run(struct contract_cmd *c)
{
    struct contract_list list = {0};
    int rc = EXIT_OK;

    for (unsigned a = 0; a <= ARCH_X86_64 && rc == EXIT_OK; a++)
        if (c->arch_wanted[a])
            rc = add_arch(c, (enum arch)a, &list);
    if (rc == EXIT_OK && list.count == 0)
        rc = complain(EXIT_USAGE, "%s holds no such test", c->o.dir);
    for (size_t i = 0; rc == EXIT_OK && c->list && i < list.count; i++)
        printf("%s %s\n", arch_name(list.tests[i].arch), list.tests[i].name);
    if (rc == EXIT_OK && !c->list && c->update) {
        for (unsigned a = 0; a <= ARCH_X86_64 && rc == EXIT_OK; a++)
            if (c->arch_wanted[a])
                rc = contract_update_oracle(&c->o, &list, (enum arch)a);
    } else if (rc == EXIT_OK && !c->list) {
        rc = judge_all(c, &list);
    }
    list_free(&list);
    return rc;
}

enum { OPT_ARCH = 1, OPT_FILTER, OPT_JUNIT, OPT_UPDATE, OPT_LINUX, OPT_RECORD, OPT_DIR, OPT_KERNEL,
       OPT_LIMIT, OPT_SEED, OPT_CHAOS, OPT_LIST, OPT_JSON };

/* 0 or an exit code, after a complaint. */
static int take_arch(struct contract_cmd *c, const char *value)
{
    for (unsigned a = 0; a <= ARCH_X86_64; a++) {
        c->arch_wanted[a] = strcmp(value, arch_name((enum arch)a)) == 0;
        if (c->arch_wanted[a]) {
            memset(c->arch_wanted, 0, sizeof(c->arch_wanted));
            c->arch_wanted[a] = true;
            return EXIT_OK;
        }
    }
    return complain(EXIT_USAGE, "--arch is arm64 or x86_64, not '%s'", value);
}

static int take_number(const char *name, const char *value, uint64_t *into)
{
    return parse_number(value, into)
               ? EXIT_OK : complain(EXIT_USAGE, "%s wants a number, not '%s'", name, value);
}

static int take_jobs(struct contract_cmd *c, const char *value)
{
    uint64_t n;

    if (!parse_number(value, &n) || n < 1 || n > JOBS_MAX)
        return complain(EXIT_USAGE, "-j wants a number from 1 to %u, not '%s'", JOBS_MAX, value);
    c->o.jobs = (unsigned)n;
    return EXIT_OK;
}

static int take(struct contract_cmd *c, int option, const char *value)
{
    switch (option) {
    case OPT_ARCH:
        return take_arch(c, value);
    case OPT_FILTER:
        c->o.filter = value;
        return EXIT_OK;
    case OPT_JUNIT:
        c->junit = value;
        return EXIT_OK;
    case OPT_UPDATE:
        c->update = true;
        return EXIT_OK;
    case OPT_LINUX:
        c->o.linux_image = value;
        return EXIT_OK;
    case OPT_RECORD:
        c->o.record = value;
        return EXIT_OK;
    case OPT_DIR:
        c->o.dir = value;
        return EXIT_OK;
    case OPT_KERNEL:
        c->o.kernel = value;
        return EXIT_OK;
    case OPT_LIMIT:
        return take_number("--limit", value, &c->o.limit);
    case OPT_SEED:
        return take_number("--seed", value, &c->o.seed);
    case OPT_CHAOS:
        return take_number("--chaos", value, &c->o.chaos);
    case OPT_JSON:
        c->o.json = true;
        return EXIT_OK;
    case OPT_LIST:
        c->list = true;
        return EXIT_OK;
    case 'v':
        c->verbose = true;
        return EXIT_OK;
    case 'j':
        return take_jobs(c, value);
    default:
        return complain_usage("trapline contract");
    }
}

int cmd_contract(int argc, char **argv)
{
    static const struct option options[] = {
        {"help", no_argument, NULL, 'h'},
        {"arch", required_argument, NULL, OPT_ARCH},
        {"filter", required_argument, NULL, OPT_FILTER},
        {"junit", required_argument, NULL, OPT_JUNIT},
        {"update-oracle", no_argument, NULL, OPT_UPDATE},
        {"linux", required_argument, NULL, OPT_LINUX},
        {"record", required_argument, NULL, OPT_RECORD},
        {"dir", required_argument, NULL, OPT_DIR},
        {"kernel", required_argument, NULL, OPT_KERNEL},
        {"limit", required_argument, NULL, OPT_LIMIT},
        {"seed", required_argument, NULL, OPT_SEED},
        {"chaos", required_argument, NULL, OPT_CHAOS},
        {"list", no_argument, NULL, OPT_LIST},
        {"json", no_argument, NULL, OPT_JSON},
        {0},
    };
    struct contract_cmd c = {.o = {.jobs = 2, .limit = LIMIT_DEFAULT}, .arch_wanted = {true, true}};
    char program[3072];
    int opt, rc;

    if (host_program_dir(program, sizeof(program)) == 0)
        snprintf(c.default_dir, sizeof(c.default_dir), "%s/contracts", program);
    c.o.dir = c.default_dir;
    while ((opt = getopt_long(argc, argv, "hvj:", options, NULL)) != -1) {
        if (opt == 'h') {
            fputs(help, stdout);
            return EXIT_OK;
        }
        if ((rc = take(&c, opt, optarg)) != EXIT_OK)
            return rc;
    }
    if (optind < argc)
        return complain(EXIT_USAGE, "'%s' is no option; pick tests with --filter", argv[optind]);
    return run(&c);
}
