// SPDX-License-Identifier: GPL-2.0-or-later
/* sys_system.c - the system as a whole: names, memory, messages, power. */
#include "kernel/include/errno.h"
#include "kernel/include/kmalloc.h"
#include "kernel/include/page.h"
#include "kernel/include/printk.h"
#include "kernel/include/process.h"
#include "kernel/include/string.h"
#include "kernel/include/syscall.h"
#include "kernel/proc/uts.h"

#define NAME_BYTES UTS_NAME_BYTES

const char system_release[] = "6.1.0-trapline", system_version[] = "#1 Trapline";

SYSCALL1(uname, vaddr_t, u)
{
    struct {
        char sysname[NAME_BYTES], nodename[NAME_BYTES], release[NAME_BYTES], version[NAME_BYTES],
            machine[NAME_BYTES], domainname[NAME_BYTES];
    } n = { .sysname = "Linux" };

    strlcpy(n.nodename, uts_current()->nodename, NAME_BYTES);
    strlcpy(n.release, system_release, NAME_BYTES);
    strlcpy(n.version, system_version, NAME_BYTES);
    strlcpy(n.machine, arch_uname_machine, NAME_BYTES);
    strlcpy(n.domainname, uts_current()->domainname, NAME_BYTES);
    return copy_to_user(u, &n, sizeof(n));
}

static long set_system_name(char *name, vaddr_t u, size_t len)
{
    char buf[NAME_BYTES] = "";

    if (!cred_is_privileged(&current->process->cred))
        return -EPERM;
    if (len > NAME_BYTES - 1)
        return -EINVAL;
    if (copy_from_user(buf, u, len))
        return -EFAULT;
    memcpy(name, buf, sizeof(buf));
    return 0;
}

SYSCALL2(sethostname, vaddr_t, u, size_t, len)
{
    return set_system_name(uts_current()->nodename, u, len);
}

SYSCALL2(setdomainname, vaddr_t, u, size_t, len)
{
    return set_system_name(uts_current()->domainname, u, len);
}

SYSCALL1(sysinfo, vaddr_t, u)
{
    struct {
        int64_t uptime;
        uint64_t loads[3], totalram, freeram, sharedram, bufferram, totalswap, freeswap;
        uint16_t procs, pad;
        uint64_t totalhigh, freehigh;
        uint32_t mem_unit;
    } s = { .mem_unit = 1 };
    struct process *p = NULL;

    s.uptime = (int64_t)(clock_monotonic_ns() / NS_PER_S);
    s.totalram = page_count_total() * PAGE_SIZE;
    s.freeram = page_count_free() * PAGE_SIZE;
    while ((p = process_next(p)))
        s.procs = (uint16_t)(s.procs + p->thread_count);
    return copy_to_user(u, &s, sizeof(s));
}

#define SYSLOG_ACTION_READ_ALL 3
#define SYSLOG_ACTION_CONSOLE_LEVEL 8
#define CONSOLE_LEVEL_MAX 8
#define SYSLOG_ACTION_SIZE_UNREAD 9
#define SYSLOG_ACTION_SIZE_BUFFER 10
#define SYSLOG_BUFFER_BYTES 8192

SYSCALL3(syslog, int, action, vaddr_t, u, int, len)
{
    char *buf;
    size_t n;
    int error;

    if (action == SYSLOG_ACTION_SIZE_BUFFER)
        return SYSLOG_BUFFER_BYTES;
    if (action != SYSLOG_ACTION_READ_ALL && !cred_is_privileged(&current->process->cred))
        return -EPERM;
    if (action == SYSLOG_ACTION_CONSOLE_LEVEL)
        return len < 1 || len > CONSOLE_LEVEL_MAX ? -EINVAL : 0;
    if (action != SYSLOG_ACTION_READ_ALL)
        return action < 0 || action > SYSLOG_ACTION_SIZE_BUFFER ? -EINVAL : 0;
    if (!u || len < 0)
        return -EINVAL;
    buf = kmalloc(SYSLOG_BUFFER_BYTES);
    if (!buf)
        return -ENOMEM;
    n = printk_log_read(buf, (size_t)len < SYSLOG_BUFFER_BYTES ? (size_t)len : SYSLOG_BUFFER_BYTES);
    error = copy_to_user(u, buf, n);
    kfree(buf);
    return error ? error : (long)n;
}

#define REBOOT_MAGIC1 0xfee1deadu
#define REBOOT_RESTART 0x01234567u
#define REBOOT_HALT 0xcdef0123u
#define REBOOT_POWER_OFF 0x4321fedcu

SYSCALL4(reboot, uint32_t, magic1, uint32_t, magic2, uint32_t, command, vaddr_t, arg)
{
    if (!cred_is_privileged(&current->process->cred))
        return -EPERM;
    if (magic1 != REBOOT_MAGIC1 ||
        (magic2 != 672274793 && magic2 != 85072278 && magic2 != 369367448 && magic2 != 537993216))
        return -EINVAL;
    switch (command) {
    case REBOOT_RESTART:
        arch_reboot();
    case REBOOT_HALT:
    case REBOOT_POWER_OFF:
        arch_poweroff(0);
    default:
        return command == 0 || command == 0x89abcdef ? 0 : -EINVAL;
    }
}
