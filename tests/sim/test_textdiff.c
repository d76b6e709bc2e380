/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unified diffs, against what diff -u prints. */
#include "tests/cmocka.h"

#include "sim/textdiff.h"

static void expect(const char *a, const char *b, const char *want)
{
    struct text x = {"a", a, strlen(a)}, y = {"b", b, strlen(b)};
    struct byte_buf out = {0};

    assert_int_equal(textdiff_unified(&x, &y, &out), 0);
    buf_put(&out, "", 1);
    assert_string_equal((char *)out.data, want);
    buf_free(&out);
}

static void test_equal_texts_give_nothing(void **state)
{
    (void)state;
    expect("", "", "");
    expect("one\ntwo\n", "one\ntwo\n", "");
}

static void test_changes(void **state)
{
    (void)state;
    expect("", "x\n", "--- a\n+++ b\n@@ -0,0 +1,1 @@\n+x\n");
    expect("x\n", "", "--- a\n+++ b\n@@ -1,1 +0,0 @@\n-x\n");
    expect("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n",
           "--- a\n+++ b\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
    expect("a\nb", "a\nb\n", "--- a\n+++ b\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of "
                             "file\n+b\n");
}

/* Seven equal lines between two changes make two hunks, six make one. */
static void test_hunks_join_when_close(void **state)
{
    (void)state;
    expect("x\n1\n2\n3\n4\n5\n6\n7\ny\n", "X\n1\n2\n3\n4\n5\n6\n7\nY\n",
           "--- a\n+++ b\n@@ -1,4 +1,4 @@\n-x\n+X\n 1\n 2\n 3\n"
           "@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-y\n+Y\n");
    expect("x\n1\n2\n3\n4\n5\n6\ny\n", "X\n1\n2\n3\n4\n5\n6\nY\n",
           "--- a\n+++ b\n@@ -1,8 +1,8 @@\n-x\n+X\n 1\n 2\n 3\n 4\n 5\n 6\n-y\n+Y\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal_texts_give_nothing),
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_hunks_join_when_close),
    };

    return cmocka_run_group_tests_name("sim.textdiff", tests, NULL, NULL);
}
