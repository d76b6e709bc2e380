// SPDX-License-Identifier: GPL-2.0-or-later
/* System V messages: types, order, truncation, full queues, waiting, removal; errors. */
#include "contract.h"

#include <sys/ipc.h>
#include <sys/msg.h>

struct message {
    long type;
    char text[16384];
};

static struct message m;

static int put(int id, long type, const char *text, int flags)
{
    m.type = type;
    strcpy(m.text, text);
    return msgsnd(id, &m, strlen(text), flags);
}

static void get(int id, size_t max, long type, int flags)
{
    memset(&m, 0, sizeof(m));
    ssize_t n = msgrcv(id, &m, max, type, flags);

    if (n < 0)
        SAY("type %ld: %s", type, errno_name(errno));
    else
        SAY("type %ld: %zd bytes of type %ld, \"%s\"", type, n, m.type, m.text);
}

int main(void)
{
    int id = msgget(IPC_PRIVATE, 0600), count = 0;
    struct msqid_ds d;
    pid_t child;

    CHECK(id >= 0);
    R(put(id, 3, "three", 0));
    R(put(id, 1, "one", 0));
    R(put(id, 2, "two", 0));
    R(put(id, 1, "uno", 0));
    R(msgctl(id, IPC_STAT, &d));
    SAY("%lu messages, %lu bytes of %lu", (long)d.msg_qnum, (long)d.msg_cbytes, (long)d.msg_qbytes);
    get(id, 100, 1, 0);
    get(id, 100, -2, 0);
    get(id, 2, 0, 0);
    get(id, 2, 0, MSG_NOERROR);
    get(id, 100, 2, MSG_EXCEPT | IPC_NOWAIT);
    get(id, 100, 2, 0);
    get(id, 100, 0, IPC_NOWAIT);
    R(put(id, 5, "", 0));
    get(id, 100, 0, 0);
    R(put(id, 0, "x", 0));
    R(put(id, -1, "x", 0));
    m.type = 1;
    R(msgsnd(id, &m, 8193, 0));
    R(msgsnd(id, &m, 8192, 0));
    R(msgsnd(id, &m, 8192, 0));
    R(msgsnd(id, &m, 1, IPC_NOWAIT));
    get(id, 8192, 0, 0);
    get(id, 8192, 0, 0);
    while (msgsnd(id, &m, 0, IPC_NOWAIT) == 0)
        count++;
    SAY("empty messages until %s: %d", errno_name(errno), count);
    child = fork();
    if (child == 0) {
        _exit(put(id, 9, "late", 0) == 0 ? 0 : 1);
    }
    sleep_ms(20);
    while (msgrcv(id, &m, 100, -8, IPC_NOWAIT) >= 0)
        ;
    show_status("child", reap(child));
    get(id, 100, 9, 0);
    child = fork();
    if (child == 0) {
        get(id, 100, 4, 0);
        _exit(msgrcv(id, &m, 100, 4, 0) == -1 && errno == EIDRM ? 0 : 1);
    }
    sleep_ms(20);
    CHECK(put(id, 4, "woken", 0) == 0);
    sleep_ms(20);
    R(msgctl(id, IPC_RMID, NULL));
    show_status("child", reap(child));
    R(put(id, 4, "gone", 0));
    R(msgget(0x55, 0));
    R(msgctl(id, IPC_STAT, &d));
    R(msgctl(-1, IPC_STAT, &d));
    return verdict();
}
