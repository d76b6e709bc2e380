/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/host_cable.c - a socket between two processes; see host_cable.h.
 *
 * A message is u32 length (little-endian), bytes. Both ends send and receive at once, so that two
 * long messages do not wait for each other.
 */
#include "sim/host_cable.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "loader/fail.h"

#define POLL_MS        100 /* how late Ctrl-C may be seen */
#define RETRY_MS       20  /* between two tries to connect */
#define TELL_AFTER_MS  1000
#define PREFIX_BYTES   4u

struct host_cable {
    struct host *host;
    int fd;
};

/* Wait until `fd` has an event; -EINTR: Ctrl-C, 0: nothing yet. */
static int wait_for(struct host *h, int fd, short events, int ms, short *got)
{
    struct pollfd p = {.fd = fd, .events = events};

    *got = 0;
    if (poll(&p, 1, ms) < 0 && errno != EINTR)
        return -EIO;
    *got = p.revents;
    return host_interrupted(h) ? -EINTR : 0;
}

static void tell(unsigned *waited_ms, unsigned more, const char *what, const char *path)
{
    if (*waited_ms < TELL_AFTER_MS && *waited_ms + more >= TELL_AFTER_MS)
        fprintf(stderr, "trapline: waiting for the machine that %s %s\r\n", what, path);
    *waited_ms += more;
}

static int listen_at(struct host *h, const struct sockaddr_un *a, int *fd, char *err,
                     size_t err_len)
{
    int door = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), rc = 0;
    unsigned waited = 0;
    short got = 0;

    if (door < 0 || bind(door, (const struct sockaddr *)a, sizeof(*a)) != 0 ||
        listen(door, 1) != 0) {
        rc = loader_fail(err, err_len, -errno, errno == EADDRINUSE
                             ? "%s is there already: another machine listens there, or left it "
                               "behind; name another file, or remove it"
                             : "cannot listen at %s", a->sun_path);
        if (door >= 0)
            close(door);
        return rc;
    }
    while (rc == 0 && !(got & POLLIN)) {
        rc = wait_for(h, door, POLLIN, POLL_MS, &got);
        tell(&waited, POLL_MS, "connects to", a->sun_path);
    }
    if (rc == 0)
        *fd = accept4(door, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (rc != 0 || *fd < 0)
        rc = loader_fail(err, err_len, rc ? rc : -EIO, "no machine came to %s", a->sun_path);
    close(door);
    unlink(a->sun_path);
    return rc;
}

static int connect_to(struct host *h, const struct sockaddr_un *a, int *fd, char *err,
                      size_t err_len)
{
    unsigned waited = 0;

    for (;;) {
        int rc = 0;

        *fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (*fd < 0)
            return loader_fail(err, err_len, -errno, "cannot make a socket");
        if (connect(*fd, (const struct sockaddr *)a, sizeof(*a)) == 0)
            return 0;
        if (errno != ENOENT && errno != ECONNREFUSED)
            rc = loader_fail(err, err_len, -errno, "cannot connect to %s: %s", a->sun_path,
                             strerror(errno));
        close(*fd);
        if (rc == 0 && host_interrupted(h))
            rc = loader_fail(err, err_len, -EINTR, "no machine listens at %s", a->sun_path);
        if (rc != 0)
            return rc;
        poll(NULL, 0, RETRY_MS);
        tell(&waited, RETRY_MS, "listens at", a->sun_path);
    }
}

int host_cable_open(struct host *h, const char *path, bool listens, struct host_cable **out,
                    char *err, size_t err_len)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    struct host_cable *c;
    int fd = -1, rc;

    *out = NULL;
    if (strlen(path) >= sizeof(a.sun_path))
        return loader_fail(err, err_len, -ENAMETOOLONG, "%s is too long a name for a socket: %zu "
                           "bytes at most", path, sizeof(a.sun_path) - 1);
    strcpy(a.sun_path, path);
    rc = listens ? listen_at(h, &a, &fd, err, err_len) : connect_to(h, &a, &fd, err, err_len);
    if (rc != 0)
        return rc;
    c = malloc(sizeof(*c));
    if (!c) {
        close(fd);
        return loader_fail(err, err_len, -ENOMEM, "out of memory");
    }
    *c = (struct host_cable){h, fd};
    *out = c;
    return 0;
}

void host_cable_close(struct host_cable *c)
{
    if (!c)
        return;
    close(c->fd);
    free(c);
}

/* As many bytes as the socket takes now; -EPIPE. */
static int send_some(struct host_cable *c, const uint8_t *bytes, size_t len, size_t *done)
{
    ssize_t put = send(c->fd, bytes + *done, len - *done, MSG_NOSIGNAL | MSG_DONTWAIT);

    if (put < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -EPIPE;
    *done += (size_t)put;
    return 0;
}

static size_t wanted(const struct byte_buf *in, uint32_t *len)
{
    if (in->used < PREFIX_BYTES)
        return PREFIX_BYTES - in->used;
    *len = (uint32_t)in->data[0] | (uint32_t)in->data[1] << 8 | (uint32_t)in->data[2] << 16 |
           (uint32_t)in->data[3] << 24;
    return *len + PREFIX_BYTES - in->used;
}

/* What has come of this one message. *left: how much is missing; -EPIPE, -EBADMSG, -ENOMEM. */
static int receive_some(struct host_cable *c, struct byte_buf *in, size_t *left)
{
    uint8_t piece[4096];
    uint32_t len = 0;
    ssize_t got;

    while ((*left = wanted(in, &len)) > 0) {
        if (len > HOST_CABLE_MESSAGE_MAX)
            return -EBADMSG;
        got = recv(c->fd, piece, *left < sizeof(piece) ? *left : sizeof(piece), MSG_DONTWAIT);
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            return 0;
        if (got <= 0)
            return -EPIPE;
        buf_put(in, piece, (size_t)got);
        if (in->failed)
            return -ENOMEM;
    }
    return 0;
}

static int put_message(const struct byte_buf *out, struct byte_buf *message)
{
    buf_put_le(message, out->used, PREFIX_BYTES);
    buf_put(message, out->data, out->used);
    return message->failed ? -ENOMEM : 0;
}

int host_cable_exchange(struct host_cable *c, const struct byte_buf *out, struct byte_buf *in)
{
    struct byte_buf message = {0};
    size_t sent = 0, left = 1;
    int rc = put_message(out, &message);

    in->used = 0;
    while (rc == 0 && (sent < message.used || left > 0)) {
        short events = (short)((left > 0 ? POLLIN : 0) | (sent < message.used ? POLLOUT : 0));
        short got;
        int heard = 0;

        if (sent < message.used)
            rc = send_some(c, message.data, message.used, &sent);
        /* Where the other end is gone, what it said before is still there. */
        heard = receive_some(c, in, &left);
        if (left > 0)
            rc = heard;
        if (rc == 0 && (sent < message.used || left > 0))
            rc = wait_for(c->host, c->fd, events, POLL_MS, &got);
    }
    buf_free(&message);
    if (left > 0 || rc == -EINTR)
        return rc ? rc : -EPIPE;
    memmove(in->data, in->data + PREFIX_BYTES, in->used - PREFIX_BYTES);
    in->used -= PREFIX_BYTES;
    return 0;
}

void host_cable_say(struct host_cable *c, const struct byte_buf *out)
{
    struct byte_buf message = {0};
    size_t sent = 0;
    short got;

    if (put_message(out, &message) == 0)
        while (send_some(c, message.data, message.used, &sent) == 0 && sent < message.used)
            if (wait_for(c->host, c->fd, POLLOUT, POLL_MS, &got) != 0)
                break;
    buf_free(&message);
}
