// SPDX-License-Identifier: GPL-2.0-or-later
/* Real, effective and saved ids of users and groups. */
#include "contract.h"

static void show(void)
{
    uid_t r, e, s;
    gid_t gr, ge, gs;

    CHECK(getresuid(&r, &e, &s) == 0 && getresgid(&gr, &ge, &gs) == 0);
    SAY("uid %d %d %d gid %d %d %d", r, e, s, gr, ge, gs);
}

int main(void)
{
    show();
    R(syscall(SYS_getresuid, (void *)8, (void *)8, (void *)8));
    CHILD(R(setresgid(1, 2, 3)); show(); R(setresuid(4, 5, 6)); show();
          R(setresuid(6, 4, 5)); show();
          R(setresuid(7, -1, -1)); R(setresuid(-1, 6, -1)); show(); R(setresgid(9, 9, 9));
          R(setresgid(3, 1, -1)); show());
    CHILD(R(setreuid(1000, 2000)); show(); R(setreuid(-1, 1000)); show(); R(setuid(2000)); show();
          R(setuid(0)));
    CHILD(R(setregid(100, 200)); show(); R(setgid(300)); show());
    CHILD(R(seteuid(1000)); show(); R(setuid(0)); show(); R(seteuid(0)); show());
    V(syscall(SYS_setfsuid, 50));
    V(syscall(SYS_setfsuid, -1));
    V(syscall(SYS_setfsgid, 0));
    show();
    return verdict();
}
