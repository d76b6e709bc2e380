// SPDX-License-Identifier: GPL-2.0-or-later
/* The lines of /proc/self/mountinfo and mounts agree and name the file systems. */
#include "contract.h"

static int lines(const char *text)
{
    int n = 0;

    for (; *text; text++)
        n += *text == '\n';
    return n;
}

static void find(const char *point)
{
    static char copy[65536];
    char *save = NULL, want[64];

    strcpy(copy, text_of("/proc/self/mounts"));
    snprintf(want, sizeof(want), " %s ", point);
    for (char *l = strtok_r(copy, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
        char type[32] = "?";

        if (strstr(l, want) && sscanf(l, "%*s %*s %31s", type) == 1)
            SAY("%s: %s", point, type);
    }
}

int main(void)
{
    int a = lines(text_of("/proc/self/mountinfo")), b = lines(text_of("/proc/self/mounts"));
    int id = 0, parent = 0, major, minor;
    char root[64] = "", point[64] = "";

    V(a == b);
    V(a >= 3);
    V(sscanf(text_of("/proc/self/mountinfo"), "%d %d %d:%d %63s %63s", &id, &parent, &major, &minor,
             root, point));
    S(root);
    S(point);
    V(strstr(text_of("/proc/self/mountinfo"), " - ") != NULL);
    find("/proc");
    find("/dev");
    find("/dev/pts");
    return verdict();
}
