/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tty_core.h - the terminal object, between the line discipline (tty_ldisc.c),
 * the file side with its ioctls (tty_file.c) and job control (tty_job.c).
 *
 * Rules of use
 *   - Input enters by tty_ldisc_input(), in thread context only.
 *   - The ring holds 16-bit cells: a byte, and TTY_DELIM where a canonical
 *     read ends (newline, EOL), TTY_EOF where it ends without that byte.
 */
#ifndef KERNEL_DEV_TTY_CORE_H
#define KERNEL_DEV_TTY_CORE_H

#include "kernel/include/file.h"
#include "kernel/include/tty.h"

#define TTY_RING_CELLS 4096u
#define TTY_DELIM 0x100u
#define TTY_EOF 0x200u

enum { /* c_cc */
    VINTR, VQUIT, VERASE, VKILL, VEOF, VTIME, VMIN, VSWTC, VSTART, VSTOP, VSUSP, VEOL,
    VREPRINT, VDISCARD, VWERASE, VLNEXT, VEOL2, NCCS = 19
};
/* c_iflag */
#define ISTRIP 0000040u
#define INLCR 0000100u
#define IGNCR 0000200u
#define ICRNL 0000400u
#define IUCLC 0001000u
#define IXON 0002000u
#define IXANY 0004000u
#define IMAXBEL 0020000u
#define IUTF8 0040000u
/* c_oflag */
#define OPOST 0000001u
#define OLCUC 0000002u
#define ONLCR 0000004u
#define OCRNL 0000010u
#define ONOCR 0000020u
#define ONLRET 0000040u
#define TABDLY 0014000u
/* c_lflag */
#define ISIG 0000001u
#define ICANON 0000002u
#define ECHO 0000010u
#define ECHOE 0000020u
#define ECHOK 0000040u
#define ECHONL 0000100u
#define NOFLSH 0000200u
#define TOSTOP 0000400u
#define ECHOCTL 0001000u
#define ECHOKE 0004000u
#define IEXTEN 0100000u

struct termios_k {
    uint32_t iflag, oflag, cflag, lflag;
    uint8_t line;
    uint8_t cc[NCCS];
};

struct winsize_k {
    uint16_t rows, cols, xpixel, ypixel;
};

struct tty {
    uint32_t refs;
    uint64_t dev;             /* device number */
    struct termios_k termios;
    struct winsize_k size;
    int32_t session, pgrp;    /* 0: none */
    uint16_t ring[TTY_RING_CELLS];
    uint32_t head, used;      /* first cell; cells in the ring */
    uint32_t line_cells;      /* cells of the unfinished line: erasable, not yet readable */
    uint32_t lines;           /* delimiters in the ring */
    uint32_t column, line_column; /* of the cursor; where the unfinished line began */
    bool stopped;             /* by VSTOP or TCOOFF */
    bool literal;             /* VLNEXT seen */
    bool hung_up;             /* the other side is gone for good */
    bool is_pty;
    bool exclusive;           /* TIOCEXCL: no more opens but by root */
    uint32_t files;           /* open on it */
    uint32_t hangups;         /* files opened before the last one are hung up (struct tty_file) */
    struct poll_head readable, writable, space; /* space: input has been taken */
    void (*output)(struct tty *t, const char *bytes, size_t len); /* the driver */
    size_t (*room)(struct tty *t); /* bytes that output takes now; NULL: any number */
    void (*closed)(struct tty *t); /* the last file of it was closed; NULL: nobody cares */
};

/* What an open file of a terminal keeps. */
struct tty_file {
    struct tty *tty; /* counted */
    uint32_t hangups;
};

void tty_init(struct tty *t, uint64_t dev, void (*output)(struct tty *, const char *, size_t));
/* One byte from the line: edits, echoes, signals, wakes. */
void tty_ldisc_input(struct tty *t, uint8_t byte);
bool tty_ldisc_readable(const struct tty *t);
/* Take what one read may take; 0 with *eof for VEOF at the start of a line. */
long tty_ldisc_take(struct tty *t, struct uio *u, bool *eof);
/* Written bytes through output processing to the driver. */
void tty_ldisc_output(struct tty *t, const uint8_t *bytes, size_t len);
void tty_ldisc_flush_input(struct tty *t);
/* After termios changed: what is in the ring is readable by the new rules. */
void tty_ldisc_mode_changed(struct tty *t, uint32_t old_lflag);

/* Job control: 0 go on; -EIO, -ERESTARTSYS. */
int tty_check_read(struct tty *t);
int tty_check_write(struct tty *t, bool is_ioctl);
long tty_job_ioctl(struct tty *t, unsigned cmd, uint64_t arg);
void tty_open_controlling(struct tty *t, unsigned open_flags);

long tty_read(struct tty *t, struct uio *u, bool nonblocking);
long tty_write(struct tty *t, struct uio *u, bool nonblocking);
long tty_ioctl(struct tty *t, unsigned cmd, uint64_t arg);
uint32_t tty_poll(struct tty *t, struct poll_table *pt);
struct tty *tty_console(void);

/*
 * Makes f a file of t (a reference is taken), with tty_fops; becomes controlling by open's rules.
 */
int tty_file_open(struct file *f, struct tty *t, bool may_control);
extern const struct file_ops tty_fops;
/* All files of t so far are hung up; the session loses it, its leader gets SIGHUP and SIGCONT. */
void tty_hang_up(struct tty *t);

/* ---- pty.c, devpts.c ---- */
int pty_slave_open(struct file *f); /* by f->vnode's minor number */
int devpts_add(unsigned index, uint64_t rdev);
void devpts_remove(unsigned index);
/* The slave's file, for TIOCGPTPEER: a descriptor or -errno. */
int devpts_open(unsigned index, unsigned flags);

#endif
