/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line over the fake cpu: exit codes, messages, help. */
#include "tests/cmocka.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/host.h"
#include "tests/sim/fake_cpu.h"

static char program[4096], folder[] = "/tmp/trapline-cli-XXXXXX";
static char output[65536], err[512];

/* Runs trapline in the folder; the exit code, and both streams in `output`. */
static int run(const char *arguments)
{
    char command[8192];
    size_t got;
    FILE *p;
    int status;

    snprintf(command, sizeof(command), "cd %s && %s %s </dev/null 2>&1", folder, program,
             arguments);
    p = popen(command, "r");
    got = fread(output, 1, sizeof(output) - 1, p);
    output[got] = '\0';
    status = pclose(p);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void expect(int code, const char *arguments, const char *text)
{
    int got = run(arguments);

    if (got != code || !strstr(output, text))
        fail_msg("trapline %s: exit %d (not %d), no '%s' in:\n%s", arguments, got, code, text,
                 output);
}

/* Behind a command whose standard error is in `said`. */
#define THEN_SAY "; code=$?; cat said; exit $code"

static void write_kernel(const char *name, const struct fake_program *p)
{
    struct machine m;
    char path[256];

    fake_machine(&m, ARCH_ARM64, p);
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    assert_ok(host_write_file(path, m.kernel.data, m.kernel.bytes, err, sizeof(err)), err);
    machine_free(&m);
}

static int set_up(void **state)
{
    struct fake_program p = {.magic = FAKE_MAGIC, .trap_every = 1000, .timer_every = 300000,
                             .insns = 5000000};
    char dir[3072];

    (void)state;
    assert_ok(host_program_dir(dir, sizeof(dir)), "program");
    snprintf(program, sizeof(program), "%s/trapline-fake", dir);
    assert_non_null(mkdtemp(folder));
    write_kernel("good", &p);
    p.status = 3;
    write_kernel("fails", &p);
    p.idle_at_end = 1;
    write_kernel("waits", &p);
    p = (struct fake_program){.magic = FAKE_MAGIC, .timer_every = 300000, .insns = 5000000,
                              .input_wanted = 200000, .echo = 1};
    write_kernel("echoes", &p);
    return 0;
}

static int tear_down(void **state)
{
    char command[64];

    (void)state;
    snprintf(command, sizeof(command), "rm -r %s", folder);
    return system(command);
}

static void test_usage_errors_are_exit_code_2(void **state)
{
    static const struct {
        const char *arguments, *text;
    } bad[] = {
        {"", "usage: trapline VERB"},
        {"fly", "there is no verb 'fly'"},
        {"record --kernel good", "record wants -o"},
        {"record -o - --kernel good", "a trace is a file: -o RUN.tlt, not '-'"},
        {"record -o -- --kernel good", "a trace is a file: -o RUN.tlt, not '--'"},
        {"run --mem 5", "--mem wants"},
        {"run --mem 1T", "--mem wants"},
        {"run --arch mips", "--arch is arm64 or x86_64"},
        {"run --seed x", "--seed wants a number"},
        {"run --kernel nowhere", "cannot open nowhere"},
        {"run --kernel good --rootfs a --initrd b", "exclude each other"},
        {"run --kernel good --rootfs nowhere", "nowhere"},
        {"run --kernel good stray", "'stray' is no option"},
        {"run -o x --kernel good", "belong to record"},
        {"run --frobnicate", "unrecognized option"},
        {"replay", "replay wants one trace"},
        {"replay nowhere.tlt", "cannot open nowhere.tlt"},
        {"replay a --until soon", "--until wants a number"},
        {"dump", "dump wants one trace"},
        {"dump a --from x", "want a number"},
        {"diff one", "diff wants two traces"},
        {"replay --frobnicate", "trapline replay: unrecognized option"},
        {"replay --frobnicate", "'trapline replay --help' explains"},
        {"help frobnicate", "there is no verb 'frobnicate'"},
        {"run --mem '64 ' --kernel good", "--mem wants"},
        {"run --limit '5 ' --kernel good", "--limit wants"},
        {"dump a --from 5 --to 3", "--from 5 is behind --to 3"},
        {"golden", "golden wants"},
        {"golden check nowhere", "cannot open the folder nowhere"},
        {"record -o good --kernel good", "is no trace: not overwritten"},
        {"gdb a --live", "--live and --record stand first"},
        {"gdb --live --arch arm64", "--live wants the name of the trace"},
        {"gdb --record --arch arm64", "--record wants the name of the trace"},
        {"replay a --disk 1 --disk 2 --disk 3 --disk 4 --disk 5", "at most 4 disks"},
        {"check a --only ''", "there is no check ''"},
        {"export a --format mp3", "there are perfetto, chrome, strace, flamegraph, lcov"},
        {"export a --format strace --every 5", "--every belongs to --format flamegraph"},
        {"contract --arch mips", "--arch is arm64 or x86_64, not 'mips'"},
        {"contract -j 0", "-j wants a number from 1 to 64, not '0'"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        expect(2, bad[i].arguments, bad[i].text);
}

static void test_help_and_version(void **state)
{
    static const char *const verbs[] = {"run", "record", "replay", "dump", "diff", "golden"};

    (void)state;
    expect(0, "--help", "exit: 0 ok");
    expect(0, "--version", "trace format 6");
    for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
        char arguments[32];

        snprintf(arguments, sizeof(arguments), "%s --help", verbs[i]);
        expect(0, arguments, "examples:");
        snprintf(arguments, sizeof(arguments), "help %s", verbs[i]);
        expect(0, arguments, "examples:");
    }
}

static void test_ends_of_runs(void **state)
{
    (void)state;
    expect(0, "run --kernel good", "");
    assert_string_equal(output, "");
    expect(1, "run --kernel fails", "the guest failed with status 3");
    expect(1, "run --kernel waits", "waits for input that will never come");
    expect(5, "run --kernel good --limit 1000", "limit of instructions was reached: 1000");
    expect(0, "record -o good.tlt --kernel good", "");
    expect(1, "record -o fails.tlt --kernel fails", "status 3");
    expect(5, "record -o short.tlt --kernel good --limit 1000", "limit");
}

static void test_replay(void **state)
{
    (void)state;
    expect(0, "replay good.tlt", "replayed 5000000 instructions, 0 inputs, 2 digests: identical");
    expect(0, "replay fails.tlt", "the guest failed with status 3");
    expect(0, "replay short.tlt", "replayed 1000 instructions");
    expect(0, "replay good.tlt --until 7", "replayed 7 instructions");
    expect(0, "dump good.tlt --header", "arch         arm64");
    expect(0, "dump good.tlt --header --json", "\"arch\":\"arm64\"");
    expect(0, "dump good.tlt --syscalls --to 5000", "getpid() = 7");
    expect(0, "dump good.tlt --traps --json --to 1100", "\"kind\":\"syscall\"");
    expect(0, "diff good.tlt good.tlt", "no difference");
    expect(3, "diff good.tlt short.tlt", "instruction 1001");
    expect(2, "dump good.tlt --trap 5000001",
           "behind the end of the recording, instruction 5000000");
    expect(2, "gdb good.tlt --at 5000001", "behind the end of the recording, instruction 5000000");
    expect(1, "export good.tlt --format strace -o no/where", "cannot write no/where: No such file");
    expect(1, "report good.tlt -o no/where", "cannot write no/where: No such file");
    expect(2, "report good.tlt -o -", "a file's name is wanted, not '-' (./-, if");
    expect(2, "report good.tlt -o .", "cannot write .: it is a folder");
    expect(0, "export short.tlt --format strace -o /dev/stdout", "started by the kernel");
    assert_int_not_equal(access("/dev/stdout.part", F_OK), 0);
}

/* What is written is never what was read, nor another recording. */
static void test_a_trace_is_not_overwritten(void **state)
{
    char command[128];

    (void)state;
    expect(2, "export good.tlt --format strace -o good.tlt",
           "good.tlt is a trace: not overwritten");
    expect(2, "report good.tlt -o fails.tlt", "fails.tlt is a trace: not overwritten");
    expect(2, "check good.tlt --junit good.tlt", "good.tlt is a trace: not overwritten");
    expect(2, "check good.tlt --sarif good.tlt", "good.tlt is a trace: not overwritten");
    expect(2, "minimize fails.tlt -o fails.tlt", "fails.tlt is the run itself");
    expect(2, "minimize fails.tlt -o good", "good exists and is no trace");
    expect(1, "minimize fails.tlt -o no/where.tlt", "cannot write no/where.tlt: No such file");
    expect(1, "check good.tlt --junit no/where", "cannot write no/where: No such file");
    assert_null(strstr(output, "nothing found")); /* said before the work */
    expect(2, "explore --every --kernel good --lcov fails.tlt",
           "fails.tlt is a trace: not overwritten");
    expect(1, "explore --merge nowhere --lcov no/where", "cannot write no/where: No such file");
    expect(0, "replay good.tlt", "identical");
    snprintf(command, sizeof(command), "mkdir %s/big && truncate -s 9M %s/big/f", folder, folder);
    assert_int_equal(system(command), 0);
    assert_int_not_equal(run("record -o gone.tlt --kernel good --mem 8M --rootfs big"), 0);
    snprintf(command, sizeof(command), "test -e %s/gone.tlt", folder);
    assert_int_not_equal(system(command), 0);
    snprintf(command, sizeof(command), "ls %s | grep -E 'part|tmp-'", folder);
    assert_int_not_equal(system(command), 0);
}

/* Every verb that runs it says what is missing, before it prints anything. */
static void test_a_trace_without_images_says_so(void **state)
{
    static const char *const arguments[] = {
        "replay %s", "dump %s --traps", "dump %s --trap 5", "check %s", "who %s --at 9 x0",
        "report %s -o page", "export %s --format strace", "diff %s good.tlt", "bisect %s good.tlt",
        "minimize %s", "gdb %s",
    };
    char command[128];

    (void)state;
    expect(0, "record -o bare.tlt --no-images --kernel good", "");
    for (size_t i = 0; i < ARRAY_LEN(arguments); i++) {
        snprintf(command, sizeof(command), arguments[i], "bare.tlt"); /* NOLINT */
        expect(2, command,
               "trapline: bare.tlt was recorded with --no-images: --rootfs or --initrd");
        assert_memory_equal(output, "trapline: bare.tlt", 18);
    }
    expect(0, "dump bare.tlt --header", "arm64");
    expect(0, "replay bare.tlt --kernel good", "identical");
}

static void test_what_is_given_in_vain_is_said(void **state)
{
    (void)state;
    expect(2, "dump good.tlt --from 5000001",
           "behind the end of the recording, instruction 5000000");
    expect(2, "replay good.tlt --kernel good", "holds its kernel, initramfs and disks");
    expect(2, "dump good.tlt --header --disk nowhere", "holds its kernel, initramfs and disks");
    expect(2, "gdb good.tlt --listen :99999", "--listen wants a port from 0 (any) to 65535");
    expect(0, "run --kernel good --inject irq@99999999",
           "ended at instruction 5000000, before the event");
}

/* What is printed arrives or that is said, and a reader may leave. */
static void test_streams_that_are_not_whole(void **state)
{
    char command[256];

    (void)state;
    expect(1, "--help 2>said >/dev/full" THEN_SAY, "standard output could not be written whole");
    expect(1, "dump good.tlt --traps 2>said >/dev/full" THEN_SAY,
           "standard output could not be written whole");
    expect(3, "diff good.tlt short.tlt 2>said >/dev/full" THEN_SAY,
           "standard output could not be written whole");
    snprintf(command, sizeof(command), "yes | head -c 200000 >%s/typed", folder);
    assert_int_equal(system(command), 0);
    expect(0, "record -o left.tlt --kernel echoes <typed 2>said | true; cat said", "nobody reads");
    expect(0, "dump left.tlt --header", "interrupted from outside");
    expect(1, "record -o all.tlt --kernel echoes <typed 2>said >/dev/full" THEN_SAY,
           "is the disk full?");
    expect(0, "replay all.tlt", "end: the guest switched the machine off");
}

static void test_a_file_has_one_writer(void **state)
{
    char path[256];
    int fd;

    (void)state;
    snprintf(path, sizeof(path), "%s/good.tlt", folder);
    fd = open(path, O_RDONLY);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    expect(1, "record -o good.tlt --kernel good", "good.tlt is being written by another process");
    close(fd);
    expect(0, "replay good.tlt", "identical");
    snprintf(path, sizeof(path), "%s/found", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof(path), "%s/found/shard-1-of-1.jsonl", folder);
    fd = open(path, O_RDWR | O_CREAT, 0600);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    expect(1, "explore --random 1 -j 1 --out found --kernel good",
           "another search is writing found/");
    close(fd);
}

/* Also across processes: two recordings of one machine are the same file. */
static void test_recordings_are_identical(void **state)
{
    char command[128];

    (void)state;
    expect(0, "record -o again.tlt --kernel good", "");
    snprintf(command, sizeof(command), "cmp %s/good.tlt %s/again.tlt", folder, folder);
    assert_int_equal(system(command), 0);
}

static void write_bytes(const char *name, const uint8_t *bytes, size_t len)
{
    char path[256];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    assert_ok(host_write_file(path, bytes, len, err, sizeof(err)), err);
}

static void test_damaged_files_are_exit_code_4(void **state)
{
    char path[256];
    struct blob t;

    (void)state;
    snprintf(path, sizeof(path), "%s/good.tlt", folder);
    assert_ok(host_read_file(path, &t, err, sizeof(err)), err);
    expect(4, "replay good", "good is no trace of Trapline");
    expect(4, "dump good", "good is no trace of Trapline");
    t.data[t.bytes / 2] ^= 4;
    write_bytes("flipped.tlt", t.data, t.bytes);
    expect(4, "replay flipped.tlt", "flipped.tlt is damaged");
    t.data[t.bytes / 2] ^= 4;
    write_bytes("cut.tlt", t.data, t.bytes - 1);
    expect(0, "replay cut.tlt", "the trace was cut");
    expect(0, "export cut.tlt --format strace 2>said >trace" THEN_SAY,
           "cut.tlt was cut: it ends at instruction");
    write_bytes("stub.tlt", t.data, 100);
    expect(4, "replay stub.tlt", "cut before its machine");
    write_bytes("noelf", t.data, t.bytes);
    expect(4, "run --kernel noelf", "");
    blob_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_usage_errors_are_exit_code_2),
        cmocka_unit_test(test_help_and_version),
        cmocka_unit_test(test_ends_of_runs),
        cmocka_unit_test(test_replay),
        cmocka_unit_test(test_a_trace_is_not_overwritten),
        cmocka_unit_test(test_a_trace_without_images_says_so),
        cmocka_unit_test(test_what_is_given_in_vain_is_said),
        cmocka_unit_test(test_streams_that_are_not_whole),
        cmocka_unit_test(test_a_file_has_one_writer),
        cmocka_unit_test(test_recordings_are_identical),
        cmocka_unit_test(test_damaged_files_are_exit_code_4),
    };

    return cmocka_run_group_tests_name("tools.cli", tests, set_up, tear_down);
}
