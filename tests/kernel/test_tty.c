/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_tty.c - the line discipline, canonical and raw, its signals and job control. */
#include "tests/cmocka.h"

#include "kernel/dev/tty_core.h"
#include "tests/kernel/host_port.h"

static struct tty tty;
static char out[16384];
static size_t out_len;
static uint8_t got[5000];

static void output(struct tty *t, const char *bytes, size_t len)
{
    (void)t;
    memcpy(out + out_len, bytes, len);
    out_len += len;
    out[out_len] = '\0';
}

static int setup(void **state)
{
    (void)state;
    host_boot();
    tty_init(&tty, 1, output);
    tty.pgrp = tty.session = 1;
    host.tty = &tty;
    out_len = 0;
    out[0] = '\0';
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    host_halt();
    return 0;
}

static void type(const char *text)
{
    for (; *text; text++)
        tty_ldisc_input(&tty, (uint8_t)*text);
}

static long rd(size_t n)
{
    struct uio u;
    memset(got, 0, sizeof(got));
    uio_init_kernel(&u, got, n);
    return tty_read(&tty, &u, true);
}

static void expect(const char *text)
{
    assert_int_equal(rd(sizeof(got)), strlen(text));
    assert_string_equal((char *)got, text);
}

static void test_line_and_echo(void **state)
{
    (void)state;
    type("ab");
    assert_int_equal(rd(10), -EAGAIN);
    type("c\r");
    assert_string_equal(out, "abc\r\n");
    expect("abc\n");
    type("one\rtwo\r");
    assert_int_equal(rd(2), 2);
    expect("e\n");
    expect("two\n");
    assert_int_equal(rd(10), -EAGAIN);
}

static void test_editing(void **state)
{
    (void)state;
    type("helloo\x7f\x7f\x7fp\r");
    assert_string_equal(out, "helloo\b \b\b \b\b \bp\r\n");
    expect("help\n");
    type("\x7f\x7fkill me\x15" "ok\r");
    expect("ok\n");
    type("one two  \x17\x17three\r");
    expect("three\n");
    type("a\x16\x03z\r"); /* ^V ^C */
    expect("a\003z\n");
    out_len = 0;
    type("x\x01\x7f\r"); /* ^A is two columns */
    assert_string_equal(out, "x^A\b \b\b \b\r\n");
    expect("x\n");
    out_len = 0;
    type("a\tb\x7f\x7f");
    assert_string_equal(out, "a\tb\b \b\b\b\b\b\b\b\b");
}

static void test_end_of_file(void **state)
{
    (void)state;
    type("\x04");
    assert_int_equal(rd(10), 0);
    assert_int_equal(rd(10), -EAGAIN);
    type("part\x04");
    expect("part");
    assert_int_equal(rd(10), -EAGAIN);
    type("full\x04");
    assert_int_equal(rd(4), 4);
    assert_int_equal(rd(10), -EAGAIN); /* not an end of file */
}

static void test_signals(void **state)
{
    (void)state;
    type("lost\x03");
    assert_int_equal(host.signals_pgrp, 1ull << 2);
    assert_string_equal(out, "lost^C");
    type("kept\r");
    expect("kept\n");
    type("\x1c\x1a");
    assert_int_equal(host.signals_pgrp, 1ull << 2 | 1ull << 3 | 1ull << 20);
    host.signals_pgrp = 0;
    tty.termios.lflag &= ~ISIG;
    type("\x03\r");
    assert_int_equal(host.signals_pgrp, 0);
    expect("\003\n");
}

static void test_raw(void **state)
{
    (void)state;
    uint32_t old = tty.termios.lflag;
    type("pending");
    tty.termios.lflag &= ~(ICANON | ECHO | ISIG);
    tty.termios.iflag &= ~(ICRNL | IXON);
    tty_ldisc_mode_changed(&tty, old);
    assert_true(tty_ldisc_readable(&tty));
    expect("pending");
    out_len = 0;
    out[0] = '\0';
    type("\r\x03\x04\x7f");
    assert_string_equal(out, "");
    expect("\r\003\004\177");
    tty.termios.cc[VMIN] = 0;
    assert_int_equal(rd(10), 0);
    tty.termios.cc[VMIN] = 3;
    type("ab");
    assert_false(tty_ldisc_readable(&tty));
    type("c");
    assert_true(tty_ldisc_readable(&tty));
    expect("abc");
    tty.termios.cc[VMIN] = 0;
    tty.termios.cc[VTIME] = 5;
    struct uio u;
    uio_init_kernel(&u, got, 10);
    assert_int_equal(tty_read(&tty, &u, false), 0);
    assert_int_equal(host.monotonic_ns, 500000000);
}

static void test_output_processing(void **state)
{
    (void)state;
    tty_ldisc_output(&tty, (const uint8_t *)"a\nb", 3);
    assert_string_equal(out, "a\r\nb");
    out_len = 0;
    tty.termios.oflag |= TABDLY;
    tty.column = 0;
    tty_ldisc_output(&tty, (const uint8_t *)"ab\tc", 4);
    assert_string_equal(out, "ab      c");
    out_len = 0;
    tty.termios.oflag = 0;
    tty_ldisc_output(&tty, (const uint8_t *)"a\nb", 3);
    assert_string_equal(out, "a\nb");
}

static void test_flow_control(void **state)
{
    (void)state;
    struct uio u;
    char text[] = "x";
    type("\x13");
    uio_init_kernel(&u, text, 1);
    assert_int_equal(tty_write(&tty, &u, true), -EAGAIN);
    type("\x11");
    assert_int_equal(tty_write(&tty, &u, true), 1);
}

static void test_full_line_keeps_its_end(void **state)
{
    (void)state;
    for (int i = 0; i < 5000; i++)
        tty_ldisc_input(&tty, 'x');
    type("\r");
    assert_int_equal(rd(sizeof(got)), 4096);
    assert_int_equal(got[4095], '\n');
}

static void test_background(void **state)
{
    (void)state;
    type("line\r");
    host.pgrp = 7;
    assert_int_equal(rd(10), -ERESTARTSYS);
    assert_int_equal(host.signals_pgrp, 1ull << 21);
    assert_int_equal(tty_check_write(&tty, false), 0);
    tty.termios.lflag |= TOSTOP;
    assert_int_equal(tty_check_write(&tty, false), -ERESTARTSYS);
    assert_true(host.signals_pgrp & (1ull << 22));
    host.pgrp = 1;
    int32_t pgrp = 99;
    assert_int_equal(tty_ioctl(&tty, 0x5410, P(&pgrp)), -ESRCH);
    pgrp = 7;
    assert_int_equal(tty_ioctl(&tty, 0x5410, P(&pgrp)), 0);
    assert_int_equal(tty.pgrp, 7);
    assert_int_equal(tty_ioctl(&tty, 0x540f, P(&pgrp)), 0);
    assert_int_equal(pgrp, 7);
    host.tty = NULL;
    assert_int_equal(tty_ioctl(&tty, 0x540f, P(&pgrp)), -ENOTTY);
    assert_int_equal(tty_ioctl(&tty, 0x1234, 0), -ENOTTY);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_line_and_echo), TEST(test_editing),           TEST(test_end_of_file),
        TEST(test_signals),       TEST(test_raw),               TEST(test_output_processing),
        TEST(test_flow_control),  TEST(test_full_line_keeps_its_end), TEST(test_background),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
