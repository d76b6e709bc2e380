// SPDX-License-Identifier: GPL-2.0-or-later
/* The host's and the domain's name. */
#include "contract.h"

#include <sys/utsname.h>

int main(void)
{
    struct utsname u;
    char name[100] = {0}, long_name[80];

    R(sethostname("contract", 8));
    R(gethostname(name, sizeof(name)));
    S(name);
    uname(&u);
    S(u.nodename);
    R(setdomainname("some.domain", 11));
    uname(&u);
    S(u.domainname);
    memset(long_name, 'h', sizeof(long_name));
    R(sethostname(long_name, 64));
    uname(&u);
    V(strlen(u.nodename));
    R(sethostname(long_name, 65));
    R(sethostname(long_name, (size_t)-1));
    R(sethostname(NULL, 4));
    R(sethostname("", 0));
    uname(&u);
    S(u.nodename);
    CHILD(R(setuid(1)); R(sethostname("x", 1)); R(setdomainname("x", 1)));
    S(text_of("/proc/sys/kernel/hostname"));
    R(sethostname("back", 4));
    S(text_of("/proc/sys/kernel/hostname"));
    return verdict();
}
