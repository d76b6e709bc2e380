/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tty_file.c - reading, writing, polling and the ioctls of a terminal.
 *
 * Raw reads follow VMIN and VTIME (tenths of a second): both zero returns at
 * once; VMIN alone waits for that many bytes; VTIME alone waits that long for
 * the first; both start the clock with each byte.
 */
#include "kernel/dev/tty_core.h"
#include "kernel/fs/port.h"
#include "kernel/include/fs_uapi.h"

#define TCGETS 0x5401u
#define TCSETS 0x5402u
#define TCSETSW 0x5403u
#define TCSETSF 0x5404u
#define TCSBRK 0x5409u
#define TCXONC 0x540au
#define TCFLSH 0x540bu
#define TIOCEXCL 0x540cu
#define TIOCNXCL 0x540du
#define TIOCOUTQ 0x5411u
#define TIOCSTI 0x5412u
#define TIOCGWINSZ 0x5413u
#define TIOCSWINSZ 0x5414u
#define TIOCMGET 0x5415u
#define TIOCINQ 0x541bu
#define TIOCSBRK 0x5427u
#define TIOCCBRK 0x5428u
#define TCSBRKP 0x5425u
#define TIOCSETD 0x5423u
#define TIOCGETD 0x5424u
#define TIOCVHANGUP 0x5437u
#define TIOCGDEV 0x80045432u
#define TIOCGEXCL 0x80045440u
#define TCGETS2 0x802c542au
#define TCSETS2 0x402c542bu
#define TCSETSW2 0x402c542cu
#define TCSETSF2 0x402c542du

#define SIGWINCH_ 28
#define DECISECOND_NS 100000000ull

static uint64_t vtime_deadline(const struct tty *t)
{
    return port_monotonic_ns() + t->termios.cc[VTIME] * DECISECOND_NS;
}

static int wait_input(struct tty *t, uint64_t deadline)
{
    int err = poll_sleep(&t->readable, deadline);
    if (!err && t->hung_up)
        return -EIO;
    return err;
}

/* *again: the terminal left canonical mode while we waited. */
static long read_canonical(struct tty *t, struct uio *u, bool nonblocking, bool *again)
{
    bool eof;
    while (!t->lines) {
        if (t->hung_up)
            return 0;
        if (nonblocking)
            return -EAGAIN;
        int err = wait_input(t, POLL_NO_DEADLINE);
        if (!err)
            err = tty_check_read(t);
        if (err)
            return err;
        if (!(t->termios.lflag & ICANON)) {
            *again = true;
            return 0;
        }
    }
    return tty_ldisc_take(t, u, &eof);
}

static long read_raw(struct tty *t, struct uio *u, bool nonblocking)
{
    uint32_t min = t->termios.cc[VMIN], time = t->termios.cc[VTIME];
    uint64_t deadline = time && !min ? vtime_deadline(t) : POLL_NO_DEADLINE;
    bool eof;
    long total = 0;
    for (;;) {
        long n = tty_ldisc_take(t, u, &eof);
        if (n < 0)
            return total ? total : n;
        total += n;
        if (!u->resid || total >= (long)min) {
            if (total || (!min && !time))
                return total;
        }
        if (t->hung_up)
            return total;
        if (nonblocking)
            return total ? total : -EAGAIN;
        if (n && min && time)
            deadline = vtime_deadline(t);
        int err = wait_input(t, deadline);
        if (err == -ETIMEDOUT)
            return total;
        if (!err)
            err = tty_check_read(t);
        if (err)
            return total ? total : err;
    }
}

long tty_read(struct tty *t, struct uio *u, bool nonblocking)
{
    int err = tty_check_read(t);
    if (t->hung_up)
        return 0;
    if (err)
        return err;
    if (!u->resid)
        return 0;
    if (t->termios.lflag & ICANON) {
        bool again = false;
        long n = read_canonical(t, u, nonblocking, &again);
        if (!again)
            return n;
    }
    return read_raw(t, u, nonblocking);
}

/* How many bytes may be written now; each may become OUTPUT_BYTES_MAX (a tab). */
#define OUTPUT_BYTES_MAX 8
static size_t output_room(struct tty *t)
{
    if (t->stopped)
        return 0;
    return t->room ? t->room(t) / OUTPUT_BYTES_MAX : SIZE_MAX;
}

long tty_write(struct tty *t, struct uio *u, bool nonblocking)
{
    uint8_t chunk[256];
    long total = 0;
    int err = tty_check_write(t, false);
    if (err)
        return err;
    while (u->resid) {
        size_t room;
        while (!(room = output_room(t))) {
            if (nonblocking)
                return total ? total : -EAGAIN;
            err = poll_sleep(&t->writable, POLL_NO_DEADLINE);
            if (!err && t->hung_up)
                err = -EIO;
            if (err)
                return total ? total : err;
        }
        long n = uio_write(u, chunk, room < sizeof(chunk) ? room : sizeof(chunk));
        if (n < 0)
            return total ? total : n;
        tty_ldisc_output(t, chunk, (size_t)n);
        total += n;
    }
    return total;
}

uint32_t tty_poll(struct tty *t, struct poll_table *pt)
{
    uint32_t events = 0;
    poll_register(pt, &t->readable);
    poll_register(pt, &t->writable);
    if (tty_ldisc_readable(t))
        events |= POLL_READABLE;
    if (output_room(t))
        events |= POLL_WRITABLE;
    if (t->hung_up)
        events |= POLL_HUP | POLL_ERR | POLL_READABLE | POLL_WRITABLE;
    return events;
}

/* struct termios (36 bytes) is the head of struct termios2 (44 bytes: two speeds more). */
static long get_termios(struct tty *t, uint64_t arg, bool second)
{
    struct {
        struct termios_k t;
        uint32_t ispeed, ospeed;
    } out = {.t = t->termios, .ispeed = 38400, .ospeed = 38400};
    _Static_assert(sizeof(struct termios_k) == 36, "struct termios");
    return port_copy_out(arg, &out, second ? sizeof(out) : sizeof(out.t));
}

static long set_termios(struct tty *t, uint64_t arg, bool flush)
{
    struct termios_k fresh;
    int err = tty_check_write(t, true);
    if (err)
        return err;
    if (port_copy_in(&fresh, arg, sizeof(fresh)))
        return -EFAULT;
    if (flush)
        tty_ldisc_flush_input(t);
    uint32_t old_lflag = t->termios.lflag;
    t->termios = fresh;
    tty_ldisc_mode_changed(t, old_lflag);
    if (t->stopped && !(fresh.iflag & IXON)) {
        t->stopped = false;
        poll_wake(&t->writable, POLL_WRITABLE);
    }
    return 0;
}

static long set_winsize(struct tty *t, uint64_t arg)
{
    struct winsize_k size;
    if (port_copy_in(&size, arg, sizeof(size)))
        return -EFAULT;
    if (!memcmp(&size, &t->size, sizeof(size)))
        return 0;
    t->size = size;
    if (t->pgrp > 0)
        port_signal_pgrp(t->pgrp, SIGWINCH_);
    return 0;
}

static long flow_control(struct tty *t, uint64_t action)
{
    if (action > 3)
        return -EINVAL;
    if (action < 2) { /* TCOOFF, TCOON */
        t->stopped = action == 0;
        poll_wake(&t->writable, POLL_WRITABLE);
    }
    return 0;
}

static long flush_queues(struct tty *t, uint64_t queue)
{
    if (queue > 2)
        return -EINVAL;
    if (queue != 1)
        tty_ldisc_flush_input(t);
    return 0;
}

static long input_bytes(struct tty *t, uint64_t arg)
{
    int32_t n = (int32_t)t->used;
    if (t->termios.lflag & ICANON)
        n = t->lines ? (int32_t)(t->used - t->line_cells) : 0;
    return port_copy_out(arg, &n, sizeof(n));
}

static long push_input(struct tty *t, uint64_t arg)
{
    uint8_t byte;
    if (port_controlling_tty() != t && !port_is_privileged())
        return -EPERM;
    if (port_copy_in(&byte, arg, 1))
        return -EFAULT;
    tty_ldisc_input(t, byte);
    return 0;
}

static long out_int(uint64_t arg, int32_t value)
{
    return port_copy_out(arg, &value, sizeof(value));
}

/* There is one line discipline, N_TTY. */
static long set_discipline(uint64_t arg)
{
    int32_t which;
    if (port_copy_in(&which, arg, sizeof(which)))
        return -EFAULT;
    return which ? -EINVAL : 0;
}

long tty_ioctl(struct tty *t, unsigned cmd, uint64_t arg)
{
    switch (cmd) {
    case TCGETS:
    case TCGETS2:
        return get_termios(t, arg, cmd == TCGETS2);
    case TCSETS:
    case TCSETSW:
    case TCSETS2:
    case TCSETSW2:
        return set_termios(t, arg, false);
    case TCSETSF:
    case TCSETSF2:
        return set_termios(t, arg, true);
    case TCSBRK:
    case TCSBRKP:
    case TIOCSBRK:
    case TIOCCBRK:
        return tty_check_write(t, true); /* output is never queued: drained already */
    case TCXONC:
        return flow_control(t, arg);
    case TCFLSH:
        return flush_queues(t, arg);
    case TIOCEXCL:
    case TIOCNXCL:
        t->exclusive = cmd == TIOCEXCL;
        return 0;
    case TIOCGEXCL:
        return out_int(arg, t->exclusive);
    case TIOCOUTQ:
    case TIOCGETD:
        return out_int(arg, 0);
    case TIOCSETD:
        return set_discipline(arg);
    case TIOCGDEV:
        return out_int(arg, (int32_t)t->dev);
    case TIOCVHANGUP:
        if (!port_is_privileged())
            return -EPERM;
        tty_hang_up(t);
        return 0;
    case TIOCMGET:
        return out_int(arg, 0x126); /* DTR RTS CAR CTS... of a line that is always there */
    case TIOCINQ:
        return input_bytes(t, arg);
    case TIOCSTI:
        return push_input(t, arg);
    case TIOCGWINSZ:
        return port_copy_out(arg, &t->size, sizeof(t->size));
    case TIOCSWINSZ:
        return set_winsize(t, arg);
    }
    return tty_job_ioctl(t, cmd, arg);
}
