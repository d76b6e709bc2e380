// SPDX-License-Identifier: GPL-2.0-or-later
/* Fields of /proc/self/status. */
#include "contract.h"

static void field(const char *name)
{
    static char copy[65536];
    char *at, want[64];

    snprintf(want, sizeof(want), "\n%s:", name);
    copy[0] = '\n';
    strcpy(copy + 1, text_of("/proc/self/status"));
    at = strstr(copy, want);
    if (!at) {
        SAY("%s: missing", name);
        return;
    }
    at[1 + strcspn(at + 1, "\n")] = '\0';
    for (char *c = at; *c; c++)
        if (*c == '\t')
            *c = ' ';
    SAY("%s", at + 1);
}

int main(void)
{
    sigset_t set = set_of(SIGUSR1);

    signal(SIGUSR2, SIG_IGN);
    sigprocmask(SIG_BLOCK, &set, NULL);
    raise(SIGUSR1);
    R(setresuid(1, 0, 3));
    umask(027);
    field("Name");
    field("Umask");
    field("State");
    field("Tgid");
    field("Pid");
    field("PPid");
    field("TracerPid");
    field("Uid");
    field("Gid");
    field("FDSize");
    field("Groups");
    field("Threads");
    field("SigPnd");
    field("ShdPnd");
    field("SigBlk");
    field("SigIgn");
    field("SigCgt");
    field("NoNewPrivs");
    field("Seccomp");
    V(strstr(text_of("/proc/self/status"), "\nVmRSS:") != NULL);
    V(strstr(text_of("/proc/self/status"), "\nVmSize:") != NULL);
    V(strstr(text_of("/proc/self/status"), "\nvoluntary_ctxt_switches:") != NULL);
    V(strstr(text_of("/proc/self/status"), "\nCapEff:") != NULL);
    return verdict();
}
