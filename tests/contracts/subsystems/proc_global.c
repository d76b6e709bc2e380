// SPDX-License-Identifier: GPL-2.0-or-later
/* The files of /proc that are about the machine: there, not empty, of the known form. */
#include "contract.h"

int main(void)
{
    long a = -1, b = -1;
    char word[64] = "";
    double x = -1, y = -1;

    V(sscanf(text_of("/proc/meminfo"), "MemTotal: %ld kB", &a));
    V(strstr(text_of("/proc/meminfo"), "MemFree:") != NULL);
    V(strstr(text_of("/proc/meminfo"), "MemAvailable:") != NULL);
    V(strstr(text_of("/proc/meminfo"), "SwapTotal:") != NULL);
    V(sscanf(text_of("/proc/uptime"), "%lf %lf", &x, &y));
    V(sscanf(text_of("/proc/loadavg"), "%lf %*f %*f %ld/%ld", &x, &a, &b));
    V(sscanf(text_of("/proc/stat"), "cpu %ld %ld", &a, &b));
    V(strstr(text_of("/proc/stat"), "\nbtime ") != NULL);
    V(strstr(text_of("/proc/stat"), "\nprocesses ") != NULL);
    V(sscanf(text_of("/proc/version"), "%63s", word));
    S(word);
    V(strlen(text_of("/proc/cpuinfo")) > 10);
    V(strstr(text_of("/proc/filesystems"), "tmpfs") != NULL);
    V(strstr(text_of("/proc/filesystems"), "nodev\tproc") != NULL);
    V(strlen(text_of("/proc/cmdline")) > 0);
    V(strstr(text_of("/proc/devices"), "Character") != NULL);
    V(strlen(text_of("/proc/sys/kernel/osrelease")) > 1);
    S(text_of("/proc/sys/kernel/ostype"));
    V(atoi(text_of("/proc/sys/kernel/pid_max")) >= 32768);
    V(strlen(text_of("/proc/sys/kernel/random/boot_id")));
    V(strlen(text_of("/proc/sys/kernel/random/uuid")));
    V(strcmp(text_of("/proc/sys/kernel/random/uuid"), text_of("/proc/sys/kernel/random/uuid")));
    V(sscanf(text_of("/proc/sys/fs/file-max"), "%ld", &a));
    R(open("/proc/none", O_RDONLY));
    R(open("/proc/uptime", O_WRONLY));
    R(mkdir("/proc/x", 0755));
    R(unlink("/proc/uptime"));
    return verdict();
}
