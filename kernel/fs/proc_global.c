/* SPDX-License-Identifier: GPL-2.0-or-later */
/* proc_global.c - what /proc says about the system: memory, time, names, mounts. */
#include "kernel/fs/proc.h"
#include "kernel/include/arch.h"
#include "kernel/include/sched.h"
#include "kernel/include/timer.h"

#define TICK_NS 10000000ull /* USER_HZ is 100 */
#define KIB_PER_PAGE 4u

static void show_meminfo(struct proc_text *t, struct process *p)
{
    (void)p;
    uint64_t total = page_count_total() * KIB_PER_PAGE, free = page_count_free() * KIB_PER_PAGE;
    uint64_t cached = 0;
    for (const struct super_block *sb = fs_mount_first(); sb; sb = sb->next)
        cached += sb->pages_used * KIB_PER_PAGE;
    const struct {
        const char *name;
        uint64_t kib;
    } rows[] = {
        {"MemTotal:", total},   {"MemFree:", free}, {"MemAvailable:", free}, {"Buffers:", 0},
        {"Cached:", cached},    {"SwapCached:", 0}, {"Shmem:", cached},      {"SwapTotal:", 0},
        {"SwapFree:", 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        proc_printf(t, "%-16s%8lu kB\n", rows[i].name, (unsigned long)rows[i].kib);
}

static void show_cpuinfo(struct proc_text *t, struct process *p)
{
    (void)p;
    proc_printf(t, "processor\t: 0\nmodel name\t: %s\n\n", arch_uname_machine);
}

static void show_uptime(struct proc_text *t, struct process *p)
{
    (void)p;
    uint64_t up = clock_monotonic_ns() / TICK_NS, idle = sched_idle_ns() / TICK_NS;
    proc_printf(t, "%lu.%02lu %lu.%02lu\n", (unsigned long)(up / 100), (unsigned long)(up % 100),
                (unsigned long)(idle / 100), (unsigned long)(idle % 100));
}

static void show_version(struct proc_text *t, struct process *p)
{
    (void)p;
    proc_printf(t, "Linux version %s (trapline) %s\n", system_release, system_version);
}

static void show_loadavg(struct proc_text *t, struct process *p)
{
    unsigned count = 0;
    int32_t last = 0;
    for (p = process_next(NULL); p; p = process_next(p)) {
        count++;
        last = p->pid;
    }
    proc_printf(t, "0.00 0.00 0.00 %u/%u %d\n", sched_runnable_count() + 1, count, last);
}

static void show_stat(struct proc_text *t, struct process *p)
{
    uint64_t user = 0, system = 0;
    unsigned count = 0;
    for (p = process_next(NULL); p; p = process_next(p)) {
        struct usage u;
        process_usage(p, &u);
        user += u.user_ns / TICK_NS;
        system += u.system_ns / TICK_NS;
        count++;
    }
    unsigned long us = (unsigned long)user, sy = (unsigned long)system;
    unsigned long idle = (unsigned long)(sched_idle_ns() / TICK_NS);
    int64_t boot = clock_realtime_ns() - (int64_t)clock_monotonic_ns();
    proc_printf(t, "cpu  %lu 0 %lu %lu 0 0 0 0 0 0\n", us, sy, idle);
    proc_printf(t, "cpu0 %lu 0 %lu %lu 0 0 0 0 0 0\n", us, sy, idle);
    proc_printf(t, "intr 0\nctxt 0\nbtime %ld\nprocesses %u\n",
                (long)(boot / PORT_NS_PER_S), count);
    proc_printf(t, "procs_running %u\nprocs_blocked 0\n", sched_runnable_count() + 1);
}

static void show_filesystems(struct proc_text *t, struct process *p)
{
    (void)p;
    proc_printf(t, "nodev\trootfs\nnodev\tramfs\nnodev\ttmpfs\nnodev\tdevtmpfs\nnodev\tproc\n");
}

static void show_cmdline(struct proc_text *t, struct process *p)
{
    (void)p;
    proc_printf(t, "%s\n", port_command_line());
}

static const char *mount_options(const struct super_block *sb)
{
    return sb->flags & MS_RDONLY ? "ro" : "rw";
}

static void mount_flags(struct proc_text *t, const struct super_block *sb)
{
    proc_printf(t, "%s%s%s%s,relatime", mount_options(sb), sb->flags & MS_NOSUID ? ",nosuid" : "",
                sb->flags & MS_NODEV ? ",nodev" : "", sb->flags & MS_NOEXEC ? ",noexec" : "");
}

static int mount_path(struct super_block *sb, char *buf)
{
    struct dentry *root = port_fs()->root;
    if (!dentry_is_below(sb->root, root))
        return -ENOENT;
    return dentry_path(sb->root, root, false, buf, PATH_BYTES_MAX);
}

static void each_mount(struct proc_text *t,
                       void (*line)(struct proc_text *, struct super_block *, const char *))
{
    char *path = kmalloc(PATH_BYTES_MAX);
    if (!path) {
        t->err = -ENOMEM;
        return;
    }
    for (struct super_block *sb = fs_mount_first(); sb; sb = sb->next)
        if (mount_path(sb, path) >= 0)
            line(t, sb, path);
    kfree(path);
}

static void mounts_line(struct proc_text *t, struct super_block *sb, const char *path)
{
    proc_printf(t, "%s ", sb->source);
    proc_append(t, path, strlen(path));
    proc_printf(t, " %s ", sb->type->name);
    mount_flags(t, sb);
    proc_printf(t, " 0 0\n");
}

static void mountinfo_line(struct proc_text *t, struct super_block *sb, const char *path)
{
    uint32_t parent = sb->covers ? sb->covers->sb->id : 1;
    proc_printf(t, "%u %u 0:%u / ", sb->id, parent, sb->dev);
    proc_append(t, path, strlen(path));
    proc_printf(t, " ");
    mount_flags(t, sb);
    proc_printf(t, " - %s %s %s\n", sb->type->name, sb->source, mount_options(sb));
}

void proc_show_mounts(struct proc_text *t, struct process *p)
{
    (void)p;
    each_mount(t, mounts_line);
}

void proc_show_mountinfo(struct proc_text *t, struct process *p)
{
    (void)p;
    each_mount(t, mountinfo_line);
}

static int link_self(struct process *p, char *buf, size_t size)
{
    (void)p;
    return snprintf(buf, size, "%d", port_pid());
}

static int link_thread_self(struct process *p, char *buf, size_t size)
{
    (void)p;
    return snprintf(buf, size, "%d/task/%d", port_pid(), port_thread()->tid);
}

static int link_mounts(struct process *p, char *buf, size_t size)
{
    (void)p;
    return (int)strlcpy(buf, "self/mounts", size);
}

static void show_hostname(struct proc_text *t, struct process *p)
{
    (void)p;
    proc_printf(t, "%s\n", system_hostname);
}

static long store_hostname(struct process *p, char *text, size_t len)
{
    (void)p;
    if (!port_is_privileged())
        return -EPERM;
    if (len && text[len - 1] == '\n')
        text[len - 1] = '\0';
    strlcpy(system_hostname, text, sizeof(system_hostname));
    return 0;
}

static void show_domainname(struct proc_text *t, struct process *p)
{
    (void)p;
    proc_printf(t, "%s\n", system_domainname);
}

static void show_osrelease(struct proc_text *t, struct process *p)
{
    (void)p;
    proc_printf(t, "%s\n", system_release);
}

static void show_ostype(struct proc_text *t, struct process *p)
{
    (void)p;
    proc_printf(t, "Linux\n");
}

static void show_osversion(struct proc_text *t, struct process *p)
{
    (void)p;
    proc_printf(t, "%s\n", system_version);
}

static void show_pid_max(struct proc_text *t, struct process *p)
{
    (void)p;
    proc_printf(t, "32768\n");
}

static void show_zero(struct proc_text *t, struct process *p)
{
    (void)p;
    proc_printf(t, "0\n");
}

static const struct proc_entry kernel_entries[] = {
    {.name = "hostname", .mode = S_IFREG_ | 0644, .show = show_hostname, .store = store_hostname},
    PROC_FILE("domainname", show_domainname),
    PROC_FILE("osrelease", show_osrelease),
    PROC_FILE("ostype", show_ostype),
    PROC_FILE("version", show_osversion),
    PROC_FILE("pid_max", show_pid_max),
    {0},
};
static const struct proc_entry vm_entries[] = {PROC_FILE("overcommit_memory", show_zero), {0}};
static const struct proc_entry sys_entries[] = {
    PROC_DIR("kernel", kernel_entries), PROC_DIR("vm", vm_entries), {0}};

const struct proc_entry proc_root_entries[] = {
    PROC_FILE("cmdline", show_cmdline),
    PROC_FILE("cpuinfo", show_cpuinfo),
    PROC_FILE("filesystems", show_filesystems),
    PROC_FILE("loadavg", show_loadavg),
    PROC_FILE("meminfo", show_meminfo),
    {.name = "mounts", .mode = S_IFLNK_ | 0777, .link = link_mounts},
    {.name = "self", .mode = S_IFLNK_ | 0777, .link = link_self},
    PROC_FILE("stat", show_stat),
    PROC_DIR("sys", sys_entries),
    {.name = "thread-self", .mode = S_IFLNK_ | 0777, .link = link_thread_self},
    PROC_FILE("uptime", show_uptime),
    PROC_FILE("version", show_version),
    {0},
};
