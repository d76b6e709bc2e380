/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that a verb writes: whole or not there, whatever happens in between; words for a shell. */
#include "tests/cmocka.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "tools/cmd.h"

static char folder[] = "/tmp/trapline-output-XXXXXX";

static int set_up(void **state)
{
    (void)state;
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int tear_down(void **state)
{
    char command[64];

    (void)state;
    snprintf(command, sizeof(command), "rm -r %s", folder);
    return system(command);
}

/* How many files there are. */
static int count_files(void)
{
    FILE *p = popen("ls | wc -l", "r");
    int count = -1;

    assert_int_equal(fscanf(p, "%d", &count), 1);
    pclose(p);
    return count;
}

static void expect_text(const char *path, const char *want)
{
    FILE *f = fopen(path, "r");
    char got[64] = "";

    assert_non_null(f);
    assert_non_null(fgets(got, sizeof(got), f));
    fclose(f);
    assert_string_equal(got, want);
}

static void test_output_appears_whole(void **state)
{
    struct output o;

    (void)state;
    for (int turn = 0; turn < 2; turn++) {
        assert_int_equal(output_open(&o, "report"), EXIT_OK);
        fprintf(o.file, "turn %d", turn);
        fflush(o.file);
        if (turn > 0)
            expect_text("report", "turn 0");
        assert_int_equal(output_close(&o, EXIT_OK), EXIT_OK);
    }
    expect_text("report", "turn 1");
    assert_int_equal(count_files(), 1);
}

static void test_output_of_failed_work_is_not_there(void **state)
{
    struct output o;

    (void)state;
    assert_int_equal(output_open(&o, "report"), EXIT_OK);
    fputs("half", o.file);
    assert_int_equal(output_close(&o, EXIT_DIVERGENCE), EXIT_DIVERGENCE);
    expect_text("report", "turn 1");
    assert_int_equal(count_files(), 1);
}

/* Two processes write one report: each is whole, the last one stays. Nothing has a name before. */
static void test_output_of_a_killed_process_is_not_there(void **state)
{
    int fd = open(".", O_TMPFILE | O_WRONLY, 0600);
    struct output a, b;

    (void)state;
    if (fd < 0)
        skip(); /* this file system has no files without a name */
    close(fd);
    assert_int_equal(output_open(&a, "report"), EXIT_OK);
    assert_int_equal(output_open(&b, "report"), EXIT_OK);
    fputs("of a", a.file);
    fputs("of b", b.file);
    assert_int_equal(count_files(), 1);
    assert_int_equal(output_close(&a, EXIT_OK), EXIT_OK);
    expect_text("report", "of a");
    assert_int_equal(output_close(&b, EXIT_OK), EXIT_OK);
    expect_text("report", "of b");
    assert_int_equal(count_files(), 1);
}

static void test_shell_words_are_read_as_they_were(void **state)
{
    static const char *const words[] = {"run.tlt", "a b", "it's", "", "$(x)", "'", "\xff\n"};
    char command[256], got[64];
    struct shell_word w;

    (void)state;
    assert_ptr_equal(shell_word(words[0], &w), words[0]);
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        FILE *p;
        size_t len;

        snprintf(command, sizeof(command), "printf %%s. %s", shell_word(words[i], &w));
        p = popen(command, "r");
        len = fread(got, 1, sizeof(got) - 1, p);
        pclose(p);
        assert_int_equal(len, strlen(words[i]) + 1);
        assert_memory_equal(got, words[i], len - 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_output_appears_whole),
        cmocka_unit_test(test_output_of_failed_work_is_not_there),
        cmocka_unit_test(test_shell_words_are_read_as_they_were),
        cmocka_unit_test(test_output_of_a_killed_process_is_not_there),
    };

    return cmocka_run_group_tests_name("tools.output", tests, set_up, tear_down);
}
