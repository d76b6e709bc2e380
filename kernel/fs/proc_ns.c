/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * proc_ns.c - /proc/PID/ns: links that name the namespaces of a process, so that two can be
 * compared. There is one of each but of UTS; the links cannot be opened.
 */
#include "kernel/fs/proc.h"
#include "kernel/proc/uts.h"

/* Linux's numbers of the first ones. */
#define NS_IPC 4026531839u
#define NS_UTS 4026531838u
#define NS_USER 4026531837u
#define NS_PID 4026531836u
#define NS_CGROUP 4026531835u
#define NS_TIME 4026531834u
#define NS_NET 4026531840u
#define NS_MNT 4026531841u
#define NS_OTHERS 4026532000u

#define NS_LINK(name_, number_)                                                                   \
    static int link_##name_(struct process *p, char *buf, size_t size)                            \
    {                                                                                             \
        (void)p;                                                                                  \
        return snprintf(buf, size, #name_ ":[%u]", number_);                                      \
    }
NS_LINK(cgroup, NS_CGROUP)
NS_LINK(ipc, NS_IPC)
NS_LINK(mnt, NS_MNT)
NS_LINK(net, NS_NET)
NS_LINK(pid, NS_PID)
NS_LINK(time, NS_TIME)
NS_LINK(user, NS_USER)

/* A namespace of its own is numbered by the first process that is in it. */
static int link_uts(struct process *p, char *buf, size_t size)
{
    const struct uts_namespace *ns = uts_of(p);
    const struct process *first = NULL;
    while ((first = process_next(first)))
        if (uts_of(first) == ns)
            break;
    return snprintf(buf, size, "uts:[%u]",
                    first && first->pid > 1 ? NS_OTHERS + (unsigned)first->pid : NS_UTS);
}

#define NS_ENTRY(name_) {.name = #name_, .mode = S_IFLNK_ | 0777, .link = link_##name_}
const struct proc_entry proc_ns_entries[] = {
    NS_ENTRY(cgroup), NS_ENTRY(ipc),  NS_ENTRY(mnt),  NS_ENTRY(net), NS_ENTRY(pid),
    NS_ENTRY(time),   NS_ENTRY(user), NS_ENTRY(uts),  {0},
};
