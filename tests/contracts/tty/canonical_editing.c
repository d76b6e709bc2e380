// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Canonical mode: erase, kill, word erase, literal next, reprint, end of file, long and empty
 * lines.
 */
#include "pty.h"

static void line(const char *keys)
{
    type(keys);
    show_read("read", slave);
    show_read("echo", master);
}

int main(void)
{
    struct termios t;

    open_pair(O_NONBLOCK);
    line("plain\n");
    line("abcd\177\177x\n");
    line("one two  three\027four\n");
    line("gone\025kept\n");
    line("a\tb\177\177c\n");
    line("\001\002\177z\n");
    line("lit\026\003eral\n");
    line("re\022print\n");
    line("half\004");
    line("\004");
    line("carriage\r");
    line("\n");
    type("first\nsecond\n");
    show_read("one", slave);
    show_read("two", slave);
    show_read("none", slave);
    show_read("echo", master);
    t = modes();
    t.c_lflag &= ~(tcflag_t)ECHOE;
    CHECK(tcsetattr(slave, TCSANOW, &t) == 0);
    line("ab\177c\n");
    t.c_lflag &= ~(tcflag_t)(ECHO | ECHOKE);
    t.c_lflag |= ECHONL;
    CHECK(tcsetattr(slave, TCSANOW, &t) == 0);
    line("silent\n");
    t = modes();
    t.c_lflag |= ECHO | ECHOK | ECHOE;
    t.c_cc[VEOL] = ';';
    t.c_iflag |= IUTF8;
    CHECK(tcsetattr(slave, TCSANOW, &t) == 0);
    line("x\025y\n");
    line("end;");
    line("\303\244\177b\n");
    return verdict();
}
