// SPDX-License-Identifier: GPL-2.0-or-later
/* Links of the namespaces of a process. */
#include "contract.h"

int main(void)
{
    static const char *const names[] = {"uts", "mnt", "pid", "ipc", "net", "user"};
    char path[64], a[64] = {0}, b[64] = {0};

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        snprintf(path, sizeof(path), "/proc/self/ns/%s", names[i]);
        memset(a, 0, sizeof(a));
        V(readlink(path, a, sizeof(a) - 1) > 0);
        a[strcspn(a, "[")] = '\0';
        S(a);
    }
    memset(a, 0, sizeof(a));
    V(readlink("/proc/self/ns/uts", a, 63) == readlink("/proc/1/ns/uts", b, 63));
    V(strcmp(a, b));
    return verdict();
}
