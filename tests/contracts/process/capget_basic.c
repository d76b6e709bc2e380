// SPDX-License-Identifier: GPL-2.0-or-later
/* Capabilities of root and of what root becomes, and their errors. */
#include "contract.h"

#include <sys/prctl.h>

/* linux/capability.h */
#define _LINUX_CAPABILITY_VERSION_3 0x20080522
struct __user_cap_header_struct {
    uint32_t version;
    int pid;
};
struct __user_cap_data_struct {
    uint32_t effective, permitted, inheritable;
};

static void show(const char *who)
{
    struct __user_cap_header_struct h = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct d[2];

    CHECK(syscall(SYS_capget, &h, d) == 0);
    SAY("%s: effective %d permitted %d inheritable %d", who, d[0].effective != 0,
        d[0].permitted != 0, d[0].inheritable != 0);
}

int main(void)
{
    struct __user_cap_header_struct h = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct d[2];

    show("root");
    h.version = 1;
    R(syscall(SYS_capget, &h, NULL));
    X(h.version);
    h.version = 1;
    R(syscall(SYS_capget, &h, d));
    h.version = _LINUX_CAPABILITY_VERSION_3;
    h.pid = 99999;
    R(syscall(SYS_capget, &h, d));
    h.pid = -1;
    R(syscall(SYS_capget, &h, d));
    R(syscall(SYS_capget, NULL, d));
    h.pid = 1;
    R(syscall(SYS_capset, &h, d));
    h.pid = 0;
    CHECK(syscall(SYS_capget, &h, d) == 0);
    R(syscall(SYS_capset, &h, d));
    CHILD(R(setuid(1000)); show("user"); d[0].effective = d[0].permitted = 1;
          R(syscall(SYS_capset, &h, d)));
    CHILD(R(prctl(PR_SET_KEEPCAPS, 1)); R(setuid(1000)); show("keeping"));
    CHILD(R(seteuid(1000)); show("effective user"); R(seteuid(0)); show("root again"));
    R(prctl(PR_CAPBSET_READ, 0));
    R(prctl(PR_CAPBSET_READ, 99));
    return verdict();
}
