/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tools/cmd_run.c - trapline run and trapline record: a live run, kept or not. */
#include "tools/cmd.h"
#include "tools/json_out.h"
#include "tools/run_end.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "sim/net_link.h"

static const char run_help[] =
    "usage: trapline run [options] [machine] [-- ARGV]\n"
    "\n"
    "Runs a guest with its console on stdio. Input is taken from a terminal, pipe or file; at a\n"
    "terminal Ctrl-C ends the run. Ends with 0 when the guest's status is 0, else with 1 and a\n"
    "message that names the status.\n"
    "\n"
    "  --no-input           never read standard input\n"
    "  --no-boot-cache      boot, even where a boot of this very machine is kept\n"
    "  --json               on standard error, how it ended as one JSON object\n"
    "  --inject KIND@N,..   an event before instruction N: irq, preempt, fault, access, or\n"
    "                       signal (signal:10@N)\n"
    "\n";

static const char run_examples[] =
    "\n"
    "examples:\n"
    "  trapline run --arch arm64 --rootfs root -- /bin/busybox ls -l /\n"
    "  echo 'ls; exit' | trapline run --arch x86_64 --rootfs root\n";

static const char record_help[] =
    "usage: trapline record -o RUN.tlt [options] [machine] [-- ARGV]\n"
    "\n"
    "As run, and keeps the run as a trace: machine, kernel, initramfs, inputs and digests.\n"
    "Ctrl-C ends the recording, and so does a reader of standard output that goes away; the trace is\n"
    "whole. A file that is no trace, or that is being recorded, is not overwritten.\n"
    "\n"
    "  -o, --output FILE    the trace\n"
    "  --no-images          keep only hashes of kernel and initramfs (a replay must name them)\n"
    "  --no-input           never read standard input\n"
    "  --no-boot-cache      boot, even where a boot of this very machine is kept\n"
    "  --json               on standard error, how it ended as one JSON object\n"
    "  --inject KIND@N,..   an event before instruction N: irq, preempt, fault, access, or\n"
    "                       signal (signal:10@N)\n"
    "\n";

static const char record_examples[] =
    "\n"
    "examples:\n"
    "  trapline record -o run.tlt --arch arm64 --rootfs root -- /bin/busybox sh /test.sh\n"
    "  trapline record -o run.tlt --arch x86_64 --rootfs root --chaos 7 -- /bin/test\n"
    "  trapline replay run.tlt\n";

struct run_options {
    struct machine_options machine;
    const char *output;
    bool recording, no_images, no_input, no_boot_cache, json;
    struct host *host;
    bool reader_is_gone; /* of standard output */
    json_t *unimplemented; /* --json: what the guest used that is not there */
    struct schedule schedule;
    struct progress progress;
    struct run_end end;
    int disks; /* exit code of writing them back */
};

enum { OPT_NO_IMAGES = 1, OPT_NO_INPUT, OPT_NO_BOOT_CACHE, OPT_JSON, OPT_INJECT };

static void on_console(void *ctx, const uint8_t *bytes, size_t len)
{
    (void)ctx;
    fwrite(bytes, 1, len, stdout);
}

/*
 * Does standard output still have a reader? A run is killed by SIGPIPE where it has none; a
 * recording ends as by Ctrl-C, so that its trace is whole.
 */
static void look_for_reader(struct run_options *o)
{
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};

    if (!ferror(stdout) || poll(&out, 1, 0) != 1 || !(out.revents & POLLERR))
        return;
    o->reader_is_gone = true;
    host_interrupt(o->host);
    if (!freopen("/dev/null", "w", stdout))
        complain(0, "cannot open /dev/null: %s", strerror(errno));
}

/* After each quantum, and before the machine waits for input. */
static void on_tick(void *ctx, struct sim *sim)
{
    struct run_options *o = ctx;

    fflush(stdout);
    look_for_reader(o);
    progress_tick(&o->progress, sim);
}

static void show_unimplemented(void *ctx, const struct cpu_unimplemented *u, uint64_t reads,
                               uint64_t writes)
{
    struct run_options *o = ctx;

    if (o->json) {
        json_array_append_new(o->unimplemented,
                              json_pack("{s:s,s:I,s:I,s:o}", "what", u->what, "reads",
                                        (json_int_t)reads, "writes", (json_int_t)writes, "pc",
                                        json_sprintf("0x%llx", (unsigned long long)u->pc)));
        return;
    }
    fprintf(stderr, "trapline: unimplemented: %s, %llu reads, %llu writes, first at 0x%llx\n",
            u->what, (unsigned long long)reads, (unsigned long long)writes,
            (unsigned long long)u->pc);
}

static void on_ended(void *ctx, struct sim *sim)
{
    fflush(stdout);
    progress_end(&((struct run_options *)ctx)->progress);
    run_end_look(&((struct run_options *)ctx)->end, sim);
    cpu_unimplemented_each(sim_cpu(sim), show_unimplemented, ctx);
    ((struct run_options *)ctx)->disks =
        machine_options_write_disks(&((struct run_options *)ctx)->machine, sim_cpu(sim));
}

/* --json: what a person is told, as one object on standard error; stdout is the guest's. */
static int report_json(struct run_options *o, const struct sim_end *end, const char *err)
{
    json_t *object = json_pack("{s:s}", "event", o->recording ? "record" : "run");
    bool panic = run_end_is_panic(&o->end, end);
    int code = panic ? EXIT_GUEST
               : end->reason == SIM_END_LIMIT ? EXIT_LIMIT
               : end->reason == SIM_END_POWEROFF && end->status == 0 ? EXIT_OK : EXIT_GUEST;

    json_put_end(object, end);
    if (o->recording)
        json_object_set_new(object, "trace", json_text(o->output));
    if (err[0] && (end->reason == SIM_END_STRICT || end->reason == SIM_END_ENGINE))
        json_object_set_new(object, "error", json_text(err));
    if (o->end.view.panic.words[0] && (panic || code != EXIT_OK))
        json_object_set_new(object, "panic", json_text(o->end.view.panic.words));
    if (o->end.view.panic.oops.words[0])
        json_object_set_new(object, "oops", json_text(o->end.view.panic.oops.words));
    json_object_set_new(object, "at", json_text(o->end.place));
    json_object_set(object, "unimplemented", o->unimplemented);
    json_object_set_new(object, "exit", json_integer(code));
    json_line(stderr, object);
    return code;
}

/* An event that never came is most likely a slip in its number. */
static void tell_unused_events(const struct run_options *o, const struct sim_end *end)
{
    const struct schedule *s = &o->schedule;

    if (s->count > 0 && s->events[s->count - 1].n > end->n)
        complain(0, "--inject: the run ended at instruction %llu, before the event at %llu",
                 (unsigned long long)end->n, (unsigned long long)s->events[s->count - 1].n);
}

/*
 * At a terminal: say how to leave, and tell our kernel the window's size. A serial line has none,
 * so it is an argument of the kernel, and with that part of the recording.
 */
static int prepare_terminal(struct run_options *o, const struct host *host)
{
    char *cmdline, **into = &o->machine.machine.cmdline;
    unsigned rows, cols;

    if (!host_input_is_terminal(host))
        return EXIT_OK;
    if (host_is_terminal(stderr))
        fputs("trapline: the keyboard is the guest's; Ctrl-] q ends the run\r\n", stderr);
    if (o->machine.kernel || strstr(*into, "console_size=") || !host_window_size(&rows, &cols))
        return EXIT_OK;
    if (asprintf(&cmdline, "%s%sconsole_size=%ux%u", *into, **into ? " " : "", rows, cols) < 0)
        return complain(EXIT_GUEST, "out of memory");
    free(*into);
    *into = cmdline;
    return EXIT_OK;
}

static int run_live(struct run_options *o)
{
    struct session s = {.trace_path = o->output,
                        .without_images = o->no_images,
                        .limit = o->machine.limit,
                        .schedule = o->schedule.count > 0 ? &o->schedule : NULL,
                        .view = &o->end.view,
                        .ctx = o,
                        .console = on_console,
                        .tick = on_tick,
                        .ended = on_ended};
    char err[ERR_LEN] = "", cache_dir[4096];
    struct boot_cache cache;
    struct sim_end end;
    int rc = host_open(o->no_input ? HOST_INPUT_NONE : HOST_INPUT_STDIN, &s.host, err, sizeof(err));

    if (rc != 0)
        return complain(EXIT_GUEST, "%s", err);
    o->host = s.host;
    rc = prepare_terminal(o, s.host);
    if (rc == EXIT_OK && o->machine.cable &&
        net_link_open(s.host, o->machine.cable, o->machine.cable_listens, o->machine.machine.hz,
                      &s.link, err, sizeof(err)) != 0)
        rc = EXIT_GUEST;
    if (rc != EXIT_OK) {
        host_close(s.host); /* first: the terminal is whole again for what is said */
        return err[0] ? complain(rc, "%s", err) : rc;
    }
    if (cache_dir_choose(cache_dir, sizeof(cache_dir)))
        s.image_cache = cache_dir;
    /* What the adversary knows of tables is not part of a kept boot. */
    if (s.image_cache && !o->no_boot_cache && !s.schedule && !o->machine.machine.adversary &&
        boot_cache_choose(&cache, cache_dir))
        s.boot_cache = &cache;
    if (o->output) {
        crash_net_trace(o->output);
        signal(SIGPIPE, SIG_IGN);
    }
    setvbuf(stdout, NULL, _IOLBF, BUFSIZ); /* a line of the guest is seen when it is whole */
    progress_start(&o->progress, !host_is_terminal(stdout) && !host_input_is_terminal(s.host));
    rc = session_run(&o->machine.machine, &s, &end, err, sizeof(err));
    progress_end(&o->progress);
    net_link_close(s.link);
    host_close(s.host);
    if (rc == -ENOEXEC)
        return complain(EXIT_DAMAGED, "%s", err);
    if (rc != 0)
        return complain(rc == -EEXIST || rc == -EFBIG ? EXIT_USAGE : EXIT_GUEST, "%s", err);
    if (!o->json && o->reader_is_gone)
        complain(0, "nobody reads standard output any more, so the recording ends here, whole");
    if (!o->json)
        tell_unused_events(o, &end);
    rc = o->json ? report_json(o, &end, err)
                 : run_end_complain(&o->end, &o->machine.machine, o->recording ? o->output : NULL,
                                    &end, err);
    return rc == EXIT_OK ? o->disks : rc;
}

static int parse(struct run_options *o, int argc, char **argv, bool *help)
{
    static const struct option options[] = {
        {"help", no_argument, NULL, 'h'},
        {"output", required_argument, NULL, 'o'},
        {"no-images", no_argument, NULL, OPT_NO_IMAGES},
        {"no-input", no_argument, NULL, OPT_NO_INPUT},
        {"no-boot-cache", no_argument, NULL, OPT_NO_BOOT_CACHE},
        {"json", no_argument, NULL, OPT_JSON},
        {"inject", required_argument, NULL, OPT_INJECT},
        MACHINE_OPTIONS,
        {0},
    };
    int c, rc;

    while ((c = getopt_long(argc, argv, "+ho:", options, NULL)) != -1) {
        if (c == 'h') {
            *help = true;
            return EXIT_OK;
        } else if (c == 'o' && o->recording) {
            o->output = optarg;
        } else if (c == OPT_NO_IMAGES && o->recording) {
            o->no_images = true;
        } else if (c == OPT_NO_INPUT) {
            o->no_input = true;
        } else if (c == OPT_NO_BOOT_CACHE) {
            o->no_boot_cache = true;
        } else if (c == OPT_JSON) {
            o->json = true;
        } else if (c == OPT_INJECT || c >= MACHINE_OPTION_BASE) {
            rc = c == OPT_INJECT ? schedule_option_take(&o->schedule, optarg)
                                 : machine_options_take(&o->machine, c, optarg);
            if (rc != EXIT_OK)
                return rc;
        } else {
            if (c != '?')
                complain(0, "-o and --no-images belong to record");
            return complain_usage(argv[0]);
        }
    }
    if (optind < argc && strcmp(argv[optind - 1], "--") != 0)
        return complain(EXIT_USAGE, "'%s' is no option; what the guest executes stands behind --",
                        argv[optind]);
    if (o->recording && !o->output)
        return complain(EXIT_USAGE, "record wants -o RUN.tlt");
    if (o->recording && (!*o->output || *o->output == '-'))
        return complain(EXIT_USAGE, "a trace is a file: -o RUN.tlt, not '%s'", o->output);
    return EXIT_OK;
}

static int run_or_record(int argc, char **argv, bool recording)
{
    struct run_options o = {.recording = recording, .unimplemented = json_array()};
    bool help = false;
    int rc;

    machine_options_init(&o.machine);
    o.machine.takes_cable = o.machine.starts_once = true;
    rc = parse(&o, argc, argv, &help);
    if (help) {
        fputs(recording ? record_help : run_help, stdout);
        fputs(machine_options_help, stdout);
        fputs(recording ? record_examples : run_examples, stdout);
    } else if (rc == EXIT_OK) {
        rc = machine_options_load(&o.machine,
                                  optind < argc ? (const char *const *)argv + optind : NULL);
        if (rc == EXIT_OK)
            rc = run_live(&o);
    }
    machine_options_free(&o.machine);
    schedule_free(&o.schedule);
    json_decref(o.unimplemented);
    return rc;
}

int cmd_run(int argc, char **argv)
{
    return run_or_record(argc, argv, false);
}

int cmd_record(int argc, char **argv)
{
    return run_or_record(argc, argv, true);
}
