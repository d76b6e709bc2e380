/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scm.c - SCM_RIGHTS and SCM_CREDENTIALS.
 *
 * Invariant: while rights stand on a packet, each AF_UNIX socket among them counts it in
 * `inflight`; unix_collect() compares that with the file's references.
 *
 * The last reference to a socket may free packets with rights, which may free sockets: rights
 * that go are put on one list and let go one after the other, so that a long chain of
 * sockets does not become a deep stack.
 */
#include "kernel/net/scm.h"
#include "kernel/net/unix.h"

unsigned unix_inflight_total;

struct rights_box {
    struct scm_rights rights; /* first */
    struct rights_box *next;
    bool in_flight;
};

static struct rights_box *box_of(struct scm_rights *r)
{
    return container_of(r, struct rights_box, rights);
}

static void count_flight(struct scm_rights *r, bool begins)
{
    if (box_of(r)->in_flight == begins)
        return;
    box_of(r)->in_flight = begins;
    for (unsigned i = 0; i < r->count; i++) {
        struct socket *s = socket_of_file(r->files[i]);
        if (!s || s->family != AF_UNIX)
            continue;
        unix_of(s)->inflight += begins ? 1u : -1u;
        unix_inflight_total += begins ? 1u : -1u;
    }
}

void scm_drop(struct scm *scm)
{
    static struct rights_box *dead;
    static bool draining;
    if (!scm->rights)
        return;
    struct rights_box *b = box_of(scm->rights);
    scm->rights = NULL;
    count_flight(&b->rights, false);
    b->next = dead;
    dead = b;
    if (draining)
        return;
    draining = true;
    while ((b = dead)) {
        dead = b->next;
        for (unsigned i = 0; i < b->rights.count; i++)
            file_unref(b->rights.files[i]);
        kfree(b);
    }
    draining = false;
}

static int add_rights(struct scm *scm, const uint8_t *data, size_t bytes)
{
    size_t n = bytes / sizeof(int32_t);
    if (!n)
        return 0;
    if (n > SCM_RIGHTS_MAX)
        return -EINVAL;
    if (!scm->rights) {
        struct rights_box *b = kzalloc(sizeof(*b));
        if (!b)
            return -ENOMEM;
        scm->rights = &b->rights;
    }
    if (scm->rights->count + n > SCM_RIGHTS_MAX)
        return -EINVAL;
    for (size_t i = 0; i < n; i++) {
        int32_t fd;
        memcpy(&fd, data + i * sizeof(fd), sizeof(fd));
        struct file *f = fd_get_path(fd);
        if (!f)
            return -EBADF;
        scm->rights->files[scm->rights->count++] = f;
    }
    return 0;
}

static int add_cred(struct scm *scm, const uint8_t *data, size_t bytes)
{
    struct ucred_k c;
    if (bytes != sizeof(c))
        return -EINVAL;
    memcpy(&c, data, sizeof(c));
    if (!port_may_claim(c.pid, c.uid, c.gid))
        return -EPERM;
    if (!port_pid_exists(c.pid))
        return -ESRCH;
    scm->cred = (struct peer_cred){c.pid, c.uid, c.gid};
    scm->has_cred = true;
    return 0;
}

int scm_send(const struct message *m, struct scm *out)
{
    size_t at = 0;
    int err = 0;
    memset(out, 0, sizeof(*out));
    while (!err && m->control_in && m->control_len - at >= sizeof(struct cmsghdr_k)) {
        struct cmsghdr_k h;
        memcpy(&h, m->control_in + at, sizeof(h));
        if (h.len < sizeof(h) || h.len > m->control_len - at) {
            err = -EINVAL;
            break;
        }
        const uint8_t *data = m->control_in + at + sizeof(h);
        size_t bytes = h.len - sizeof(h);
        if (h.level == SOL_SOCKET && h.type == SCM_RIGHTS)
            err = add_rights(out, data, bytes);
        else if (h.level == SOL_SOCKET && h.type == SCM_CREDENTIALS)
            err = add_cred(out, data, bytes);
        else if (h.level == SOL_SOCKET)
            err = -EINVAL;
        if (CMSG_ALIGN(h.len) > m->control_len - at)
            break;
        at += CMSG_ALIGN(h.len);
    }
    if (err)
        scm_drop(out);
    return err;
}

int scm_to_packet(struct scm *scm, struct packet *p, bool with_rights)
{
    p->scm.cred = scm->cred;
    p->scm.has_cred = scm->has_cred;
    if (!with_rights || !scm->rights)
        return 0;
    if (unix_inflight_total > port_limit_files() && !port_is_privileged())
        return -ETOOMANYREFS;
    p->scm.rights = scm->rights;
    scm->rights = NULL;
    count_flight(p->scm.rights, true);
    return 0;
}

void scm_add_cred(struct packet *p, const struct socket *from, const struct socket *to)
{
    if (p->scm.has_cred || !((from->flags | to->flags) & SOCKF_PASSCRED))
        return;
    p->scm.cred = (struct peer_cred){port_pid(), port_ruid(), port_rgid()};
    p->scm.has_cred = true;
}

void scm_set_cred(const struct packet *p, struct scm *scm)
{
    scm->cred = p->scm.has_cred ? p->scm.cred : (struct peer_cred){0, ID_OVERFLOW, ID_OVERFLOW};
    scm->has_cred = true;
}

bool scm_same_cred(const struct packet *p, const struct scm *scm)
{
    struct scm other = {0};
    scm_set_cred(p, &other);
    return !memcmp(&other.cred, &scm->cred, sizeof(scm->cred));
}

void scm_take_rights(struct packet *p, bool peek, struct scm *out)
{
    struct scm_rights *r = p->scm.rights;
    if (!r)
        return;
    if (!peek) {
        p->scm.rights = NULL;
        count_flight(r, false);
        scm_drop(out);
        out->rights = r;
        return;
    }
    struct rights_box *copy = kzalloc(sizeof(*copy));
    if (!copy)
        return;
    copy->rights.count = r->count;
    for (unsigned i = 0; i < r->count; i++)
        copy->rights.files[i] = file_ref(r->files[i]);
    scm_drop(out);
    out->rights = &copy->rights;
}

/* Descriptors for as many as the control buffer has room for. */
static void receive_rights(struct message *m, struct scm_rights *r)
{
    int32_t fds[SCM_RIGHTS_MAX];
    unsigned room = 0, n = 0;
    if (m->control_out && m->control_len > sizeof(struct cmsghdr_k))
        room = (unsigned)((m->control_len - sizeof(struct cmsghdr_k)) / sizeof(int32_t));
    while (n < room && n < r->count) {
        fds[n] = fd_install(file_ref(r->files[n]), 0, (m->flags & MSG_CMSG_CLOEXEC) != 0);
        if (fds[n] < 0) {
            file_unref(r->files[n]);
            break;
        }
        n++;
    }
    if (n)
        message_put_control(m, SOL_SOCKET, SCM_RIGHTS, fds, n * sizeof(fds[0]));
    if (n < r->count)
        m->flags_out |= MSG_CTRUNC;
}

void scm_receive(const struct socket *s, struct message *m, struct scm *scm)
{
    bool cred = s->flags & SOCKF_PASSCRED;
    if (!m->control_out) {
        if (cred || scm->rights)
            m->flags_out |= MSG_CTRUNC;
    } else {
        const struct ucred_k c = {scm->cred.pid, scm->cred.uid, scm->cred.gid};
        if (cred)
            message_put_control(m, SOL_SOCKET, SCM_CREDENTIALS, &c, sizeof(c));
        if (scm->rights)
            receive_rights(m, scm->rights);
    }
    scm_drop(scm);
}
