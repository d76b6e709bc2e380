/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tty_ldisc.c - the line discipline: Linux's N_TTY, canonical and raw.
 *
 * The ring holds finished input first and the unfinished line (line_cells)
 * last. A canonical read sees only up to a delimiter; a raw read all of it.
 * Plain logic over struct tty: the driver's output function and the signal
 * to the foreground group are all it calls.
 */
#include "kernel/dev/tty_core.h"
#include "kernel/fs/port.h"

#define SIGINT_ 2
#define SIGQUIT_ 3
#define SIGTSTP_ 20
#define TAB_COLUMNS 8u
#define CC_DISABLED 0

static const uint8_t default_cc[NCCS] = {
    [VINTR] = 3,    [VQUIT] = 28,  [VERASE] = 127, [VKILL] = 21,   [VEOF] = 4,
    [VMIN] = 1,     [VSTART] = 17, [VSTOP] = 19,   [VSUSP] = 26,   [VREPRINT] = 18,
    [VDISCARD] = 15, [VWERASE] = 23, [VLNEXT] = 22,
};

void tty_init(struct tty *t, uint64_t dev, void (*output)(struct tty *, const char *, size_t))
{
    memset(t, 0, sizeof(*t));
    t->refs = 1;
    t->dev = dev;
    t->output = output;
    t->termios.iflag = ICRNL | IXON;
    t->termios.oflag = OPOST | ONLCR;
    t->termios.cflag = 0x4bf; /* B38400 CS8 CREAD HUPCL */
    t->termios.lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN;
    memcpy(t->termios.cc, default_cc, sizeof(default_cc));
    poll_head_init(&t->readable);
    poll_head_init(&t->writable);
    poll_head_init(&t->space);
}

/* ---- output ---- */

/* What does not fit is lost: writers wait for room before (tty_write), echoes do not. */
static void put_raw(struct tty *t, const char *bytes, size_t len)
{
    t->output(t, bytes, len);
}

/* One byte through OPOST, into at most 8 bytes; keeps the column. */
static size_t process_output(struct tty *t, uint8_t c, char *out)
{
    uint32_t oflag = t->termios.oflag;
    size_t n = 0;
    if (!(oflag & OPOST)) {
        out[0] = (char)c;
        return 1;
    }
    switch (c) {
    case '\n':
        if (oflag & ONLCR)
            out[n++] = '\r';
        if (oflag & (ONLCR | ONLRET))
            t->column = 0;
        out[n++] = '\n';
        return n;
    case '\r':
        if ((oflag & ONOCR) && t->column == 0)
            return 0;
        if (oflag & OCRNL)
            c = '\n';
        t->column = 0;
        break;
    case '\t': {
        uint32_t spaces = TAB_COLUMNS - t->column % TAB_COLUMNS;
        t->column += spaces;
        if ((oflag & TABDLY) != TABDLY)
            break;
        memset(out, ' ', spaces);
        return spaces;
    }
    case '\b':
        if (t->column)
            t->column--;
        break;
    default:
        if ((oflag & OLCUC) && c >= 'a' && c <= 'z')
            c = (uint8_t)(c - 32);
        if (c >= 32 && c != 127 && ((c & 0xc0) != 0x80 || !(t->termios.iflag & IUTF8)))
            t->column++;
    }
    out[0] = (char)c;
    return 1;
}

void tty_ldisc_output(struct tty *t, const uint8_t *bytes, size_t len)
{
    char out[256];
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        n += process_output(t, bytes[i], out + n);
        if (n > sizeof(out) - TAB_COLUMNS) {
            put_raw(t, out, n);
            n = 0;
        }
    }
    if (n)
        put_raw(t, out, n);
}

static void echo_bytes(struct tty *t, const char *bytes, size_t len)
{
    tty_ldisc_output(t, (const uint8_t *)bytes, len);
}

static bool is_shown_as_caret(const struct tty *t, uint8_t c)
{
    return (t->termios.lflag & ECHOCTL) && (c < 32 || c == 127) && c != '\t' && c != '\n';
}

static void echo_char(struct tty *t, uint8_t c)
{
    if (is_shown_as_caret(t, c)) {
        char caret[2] = {'^', (char)(c ^ 0100)};
        echo_bytes(t, caret, 2);
    } else {
        echo_bytes(t, (const char *)&c, 1);
    }
}

/* ---- the ring ---- */

static uint16_t *cell_at(struct tty *t, uint32_t index)
{
    return &t->ring[(t->head + index) % TTY_RING_CELLS];
}

static void ring_put(struct tty *t, uint16_t cell)
{
    /* One cell stays free for the newline that ends a full line. */
    if (t->used >= TTY_RING_CELLS - (cell & (TTY_DELIM | TTY_EOF) ? 0u : 1u)) {
        if (t->termios.iflag & IMAXBEL)
            put_raw(t, "\a", 1);
        return;
    }
    *cell_at(t, t->used) = cell;
    t->used++;
    t->line_cells++;
    if (cell & (TTY_DELIM | TTY_EOF)) {
        t->lines++;
        t->line_cells = 0;
    }
}

void tty_ldisc_flush_input(struct tty *t)
{
    t->head = t->used = t->line_cells = t->lines = 0;
    t->literal = false;
    poll_wake(&t->space, POLL_WRITABLE);
}

void tty_ldisc_mode_changed(struct tty *t, uint32_t old_lflag)
{
    if (!((old_lflag ^ t->termios.lflag) & ICANON))
        return;
    if (!(t->termios.lflag & ICANON)) { /* raw: all is readable, line ends mean nothing */
        for (uint32_t i = 0; i < t->used; i++)
            *cell_at(t, i) &= 0xff;
        t->lines = 0;
    } else if (t->used) { /* canonical: what is there is one line */
        uint16_t *last = cell_at(t, t->used - 1);
        *last |= TTY_DELIM;
        t->lines = 1;
    }
    t->line_cells = 0;
    poll_wake(&t->readable, POLL_READABLE);
}

bool tty_ldisc_readable(const struct tty *t)
{
    if (t->termios.lflag & ICANON)
        return t->lines > 0;
    uint32_t min = t->termios.cc[VTIME] == 0 && t->termios.cc[VMIN] ? t->termios.cc[VMIN] : 1;
    return t->used >= min;
}

static void ring_drop(struct tty *t, uint16_t cell)
{
    t->head = (t->head + 1) % TTY_RING_CELLS;
    t->used--;
    if (cell & (TTY_DELIM | TTY_EOF))
        t->lines--;
}

long tty_ldisc_take(struct tty *t, struct uio *u, bool *eof)
{
    bool canonical = (t->termios.lflag & ICANON) != 0;
    long total = 0;
    *eof = false;
    while (t->used && (!canonical || t->lines)) {
        uint16_t cell = *cell_at(t, 0);
        if (cell & TTY_EOF) {
            ring_drop(t, cell);
            *eof = total == 0;
            break;
        }
        if (!u->resid)
            break;
        uint8_t byte = (uint8_t)cell;
        long r = uio_read(u, &byte, 1);
        if (r < 0)
            return total ? total : r;
        ring_drop(t, cell);
        total++;
        if (canonical && (cell & TTY_DELIM))
            break;
    }
    if (!canonical)
        t->line_cells = 0;
    if (total)
        poll_wake(&t->space, POLL_WRITABLE);
    return total;
}

/* ---- editing ---- */

static uint32_t width_of(const struct tty *t, uint8_t c)
{
    if (is_shown_as_caret(t, c))
        return 2;
    if (c < 32 || c == 127)
        return 0;
    return (t->termios.iflag & IUTF8) && (c & 0xc0) == 0x80 ? 0 : 1;
}

/* Where the cursor would stand after the first cells of the unfinished line. */
static uint32_t line_end_column(struct tty *t)
{
    uint32_t column = t->line_column;
    for (uint32_t i = t->used - t->line_cells; i < t->used; i++) {
        uint8_t c = (uint8_t)*cell_at(t, i);
        if (c == '\t')
            column += TAB_COLUMNS - column % TAB_COLUMNS;
        else
            column += width_of(t, c);
    }
    return column;
}

static uint8_t erase_cell(struct tty *t)
{
    uint8_t c = (uint8_t)*cell_at(t, t->used - 1);
    t->used--;
    t->line_cells--;
    return c;
}

static void erase_char(struct tty *t)
{
    uint32_t lflag = t->termios.lflag;
    uint8_t c = erase_cell(t);
    if (t->termios.iflag & IUTF8)
        while ((c & 0xc0) == 0x80 && t->line_cells)
            c = erase_cell(t);
    if (!(lflag & ECHO))
        return;
    if (!(lflag & ECHOE)) {
        echo_char(t, t->termios.cc[VERASE]);
        return;
    }
    if (c == '\t') {
        uint32_t target = line_end_column(t);
        while (t->column > target)
            echo_bytes(t, "\b", 1);
        return;
    }
    for (uint32_t n = (t->termios.iflag & IUTF8) && (c & 0x80) ? 1 : width_of(t, c); n; n--)
        echo_bytes(t, "\b \b", 3);
}

static void erase_line(struct tty *t)
{
    uint32_t lflag = t->termios.lflag;
    if (!(lflag & ECHO) || ((lflag & ECHOK) && (lflag & ECHOKE) && (lflag & ECHOE))) {
        while (t->line_cells)
            erase_char(t);
        return;
    }
    t->used -= t->line_cells;
    t->line_cells = 0;
    echo_char(t, t->termios.cc[VKILL]);
    if (lflag & ECHOK)
        echo_bytes(t, "\n", 1);
}

static bool is_word_byte(uint8_t c)
{
    return c == '_' || c >= 0x80 || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

static void erase_word(struct tty *t)
{
    bool seen = false;
    while (t->line_cells) {
        bool word = is_word_byte((uint8_t)*cell_at(t, t->used - 1));
        if (seen && !word)
            break;
        seen |= word;
        erase_char(t);
    }
}

static void reprint_line(struct tty *t)
{
    echo_char(t, t->termios.cc[VREPRINT]);
    echo_bytes(t, "\n", 1);
    for (uint32_t i = t->used - t->line_cells; i < t->used; i++)
        echo_char(t, (uint8_t)*cell_at(t, i));
}

/* ---- input ---- */

static bool is_cc(const struct tty *t, int which, uint8_t c)
{
    return t->termios.cc[which] != CC_DISABLED && t->termios.cc[which] == c;
}

static bool input_signal(struct tty *t, uint8_t c)
{
    int signo = 0;
    if (!(t->termios.lflag & ISIG))
        return false;
    if (is_cc(t, VINTR, c))
        signo = SIGINT_;
    else if (is_cc(t, VQUIT, c))
        signo = SIGQUIT_;
    else if (is_cc(t, VSUSP, c))
        signo = SIGTSTP_;
    if (!signo)
        return false;
    if (!(t->termios.lflag & NOFLSH))
        tty_ldisc_flush_input(t);
    t->stopped = false;
    if (t->termios.lflag & ECHO)
        echo_char(t, c);
    if (t->pgrp > 0)
        port_signal_pgrp(t->pgrp, signo);
    return true;
}

static bool input_flow(struct tty *t, uint8_t c)
{
    if (!(t->termios.iflag & IXON))
        return false;
    if (is_cc(t, VSTART, c))
        t->stopped = false;
    else if (is_cc(t, VSTOP, c))
        t->stopped = true;
    else
        return false;
    if (!t->stopped)
        poll_wake(&t->writable, POLL_WRITABLE);
    return true;
}

static void remember_line_start(struct tty *t)
{
    if (!t->line_cells)
        t->line_column = t->column;
}

static void input_line_end(struct tty *t, uint8_t c, uint16_t mark)
{
    if (mark == TTY_EOF) {
        ring_put(t, TTY_EOF);
    } else {
        if ((t->termios.lflag & ECHO) || (c == '\n' && (t->termios.lflag & ECHONL)))
            echo_char(t, c);
        ring_put(t, (uint16_t)(c | TTY_DELIM));
    }
    poll_wake(&t->readable, POLL_READABLE);
}

/* Editing keys of canonical mode. */
static bool input_edit(struct tty *t, uint8_t c)
{
    bool extended = (t->termios.lflag & IEXTEN) != 0;
    if (is_cc(t, VERASE, c)) {
        if (t->line_cells)
            erase_char(t);
    } else if (is_cc(t, VKILL, c)) {
        erase_line(t);
    } else if (extended && is_cc(t, VWERASE, c)) {
        erase_word(t);
    } else if (extended && is_cc(t, VREPRINT, c)) {
        reprint_line(t);
    } else if (c == '\n') {
        input_line_end(t, c, TTY_DELIM);
    } else if (is_cc(t, VEOF, c)) {
        input_line_end(t, c, TTY_EOF);
    } else if (is_cc(t, VEOL, c) || (extended && is_cc(t, VEOL2, c))) {
        input_line_end(t, c, TTY_DELIM);
    } else {
        return false;
    }
    return true;
}

static void input_plain(struct tty *t, uint8_t c)
{
    if (t->termios.lflag & ECHO) {
        remember_line_start(t);
        if (c == '\n')
            echo_bytes(t, "\n", 1);
        else
            echo_char(t, c);
    }
    ring_put(t, c);
    if (!(t->termios.lflag & ICANON)) {
        t->line_cells = 0;
        poll_wake(&t->readable, POLL_READABLE);
    }
}

void tty_ldisc_input(struct tty *t, uint8_t c)
{
    uint32_t iflag = t->termios.iflag, lflag = t->termios.lflag;
    if (iflag & ISTRIP)
        c &= 0x7f;
    if ((iflag & IUCLC) && (lflag & IEXTEN) && c >= 'A' && c <= 'Z')
        c = (uint8_t)(c + 32);
    if (t->literal) {
        t->literal = false;
        input_plain(t, c);
        return;
    }
    if (input_flow(t, c))
        return;
    if (t->stopped && (iflag & IXON) && (iflag & IXANY)) {
        t->stopped = false;
        poll_wake(&t->writable, POLL_WRITABLE);
    }
    if (input_signal(t, c))
        return;
    if (c == '\r') {
        if (iflag & IGNCR)
            return;
        if (iflag & ICRNL)
            c = '\n';
    } else if (c == '\n' && (iflag & INLCR)) {
        c = '\r';
    }
    if ((lflag & ICANON) && (lflag & IEXTEN) && is_cc(t, VLNEXT, c)) {
        t->literal = true;
        if ((lflag & (ECHO | ECHOCTL)) == (ECHO | ECHOCTL))
            echo_bytes(t, "^\b", 2);
        return;
    }
    if ((lflag & ICANON) && input_edit(t, c))
        return;
    input_plain(t, c);
}
