/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The network's script: which lines are wrong, and what a frame is answered. */
#include "tests/cmocka.h"

#include <errno.h>
#include <string.h>

#include "cpu/dev/net_script.h"

static struct net_script script(const char *text)
{
    return (struct net_script){text, strlen(text)};
}

static void test_wrong_lines_are_named(void **state)
{
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"# fine\nhello\n", "line 2: a line begins"},
        {"mac 01:02:03\n", "line 1: mac wants six bytes"},
        {"mac 01:02:03:04:05:06:07\n", "line 1: mac wants six bytes"},
        {"send 01\n", "line 1: send stands below"},
        {"on 0x\n", "line 1: a pattern"},
        {"on ..\nsend [4-2]\n", "line 2: a template"},
        {"on ..\nsend [0-1514]\n", "line 2: a template"},
        {"on ..\nsend [-4]\n", "line 2: a template"},
        {"on ..\nsend ..\n", "line 2: a template"},
        {"on ..\nsend sum[0-] sum[0-]\n", "line 2: a template"},
        {"on ..\nsend 1\n", "line 2: a template"},
    };

    (void)state;
    for (unsigned i = 0; i < ARRAY_LEN(cases); i++) {
        struct net_script s = script(cases[i].text);
        char err[160] = "";

        assert_int_equal(net_script_check(&s, err, sizeof(err)), -EINVAL);
        if (!strstr(err, cases[i].words))
            fail_msg("\"%s\" gives \"%s\"", cases[i].text, err);
    }
}

static void test_answers(void **state)
{
    static const char text[] = "mac 02:00:00:00:00:01\n"
                               "on aa .. cc   # the first that fits\n"
                               "send 01 [1-2] ff\n"
                               "send [2-]\r\n"
                               "on aa\n"
                               "send sum[0-] [0-] 07\n"
                               "on bb\n";
    static const uint8_t first[] = {0xaa, 0xbb, 0xcc, 0xdd}, second[] = {0xaa, 0xbb};
    const struct net_script s = script(text);
    uint8_t out[NET_FRAME_BYTES], mac[6];
    char err[160];

    (void)state;
    assert_int_equal(net_script_check(&s, err, sizeof(err)), 0);
    net_script_mac(&s, mac);
    assert_memory_equal(mac, "\x02\0\0\0\0\x01", 6);
    assert_int_equal(net_script_answer(&s, first, 4, 0, out), 4);
    assert_memory_equal(out, "\x01\xbb\xcc\xff", 4);
    assert_int_equal(net_script_answer(&s, first, 4, 1, out), 2);
    assert_memory_equal(out, "\xcc\xdd", 2);
    assert_int_equal(net_script_answer(&s, first, 4, 2, out), 0);
    /* 0000 + aabb + 0700 = b1bb, complemented */
    assert_int_equal(net_script_answer(&s, second, 2, 0, out), 5);
    assert_memory_equal(out, "\x4e\x44\xaa\xbb\x07", 5);
    assert_int_equal(net_script_answer(&s, (const uint8_t *)"\xbb", 1, 0, out), 0);
    assert_int_equal(net_script_answer(&s, (const uint8_t *)"\x11", 1, 0, out), 0);
}

static void test_frames_have_an_end(void **state)
{
    const struct net_script s = script("on ff\nsend [0-] [0-]\n");
    uint8_t frame[NET_FRAME_BYTES] = {0xff}, out[NET_FRAME_BYTES];

    (void)state;
    assert_int_equal(net_script_answer(&s, frame, sizeof(frame), 0, out), NET_FRAME_BYTES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wrong_lines_are_named),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_frames_have_an_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
