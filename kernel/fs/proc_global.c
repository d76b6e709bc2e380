/* SPDX-License-Identifier: GPL-2.0-or-later */
/* proc_global.c - what /proc says about the system: memory, time, names, mounts. */
#include "kernel/fs/proc.h"
#include "kernel/include/arch.h"
#include "kernel/include/sched.h"
#include "kernel/proc/ids.h"
#include "kernel/proc/lifecycle.h"
#include "kernel/proc/oom.h"
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
        {"MemTotal:", total}, {"MemFree:", free},      {"MemAvailable:", free}, {"Buffers:", 0},
        {"Cached:", cached},  {"SwapCached:", 0},      {"Active:", cached},     {"Inactive:", 0},
        {"Unevictable:", 0},  {"Mlocked:", 0},         {"SwapTotal:", 0},       {"SwapFree:", 0},
        {"Dirty:", 0},        {"Writeback:", 0},       {"AnonPages:", 0},       {"Mapped:", 0},
        {"Shmem:", cached},   {"KReclaimable:", 0},    {"Slab:", 0},            {"SReclaimable:", 0},
        {"SUnreclaim:", 0},   {"PageTables:", 0},      {"CommitLimit:", total}, {"Committed_AS:", 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        proc_printf(t, "%-16s%8lu kB\n", rows[i].name, (unsigned long)rows[i].kib);
}

static void show_cpuinfo(struct proc_text *t, struct process *p)
{
    (void)p;
    char text[1024];
    int n = arch_cpuinfo(text, sizeof(text));
    proc_append(t, text, (size_t)n);
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

/* The averages stay 0: nobody samples the queue. */
static void show_loadavg(struct proc_text *t, struct process *p)
{
    unsigned count = 0;
    for (p = process_next(NULL); p; p = process_next(p))
        count += p->thread_count;
    proc_printf(t, "0.00 0.00 0.00 %u/%u %d\n", sched_runnable_count(), count, tid_latest());
}

static uint64_t switches_ever(void)
{
    uint64_t n = 0;
    for (struct process *p = process_next(NULL); p; p = process_next(p)) {
        struct usage u;
        process_usage(p, &u);
        usage_add(&u, &p->usage_children); /* those that were waited for */
        n += u.switches_voluntary + u.switches_involuntary;
    }
    return n;
}

/* What was not idle was user time: the two modes are not told apart. */
static void show_stat(struct proc_text *t, struct process *p)
{
    int64_t boot = clock_realtime_ns() - (int64_t)clock_monotonic_ns();
    unsigned long idle = (unsigned long)(sched_idle_ns() / TICK_NS);
    unsigned long busy = (unsigned long)((clock_monotonic_ns() - sched_idle_ns()) / TICK_NS);
    (void)p;
    proc_printf(t, "cpu  %lu 0 0 %lu 0 0 0 0 0 0\ncpu0 %lu 0 0 %lu 0 0 0 0 0 0\n", busy, idle, busy,
                idle);
    proc_printf(t, "intr 0\nctxt %lu\nbtime %ld\nprocesses %d\n", (unsigned long)switches_ever(),
                (long)((boot + PORT_NS_PER_S / 2) / PORT_NS_PER_S), tid_latest());
    proc_printf(t, "procs_running %u\nprocs_blocked 0\nsoftirq 0 0 0 0 0 0 0 0 0 0 0\n",
                sched_runnable_count());
}

static void show_filesystems(struct proc_text *t, struct process *p)
{
    (void)p;
    proc_printf(t, "nodev\trootfs\nnodev\tramfs\nnodev\ttmpfs\nnodev\tdevtmpfs\nnodev\tproc\nnodev\tdevpts\n");
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

static void show_vmstat(struct proc_text *t, struct process *p)
{
    (void)p;
    uint64_t faults = 0;
    for (p = process_next(NULL); p; p = process_next(p)) {
        struct usage u;
        process_usage(p, &u);
        faults += u.faults_minor;
    }
    proc_printf(t, "nr_free_pages %lu\n", (unsigned long)page_count_free());
    proc_printf(t, "pgpgin 0\npgpgout 0\npswpin 0\npswpout 0\npgfault %lu\npgmajfault 0\n",
                (unsigned long)faults);
    proc_printf(t, "oom_kill %lu\n", (unsigned long)oom_kills());
}

static const char tty_drivers[] =
    "/dev/tty             /dev/tty        5       0 system:/dev/tty\n"
    "/dev/console         /dev/console    5       1 system:console\n"
    "/dev/ptmx            /dev/ptmx       5       2 system\n"
    "serial               /dev/ttyS       4 64-95 serial\n"
    "pty_slave            /dev/pts      136 0-255 pty:slave\n"
    "pty_master           /dev/ptm      128 0-255 pty:master\n";
static const struct proc_entry tty_entries[] = {PROC_TEXT("drivers", tty_drivers), {0}};

const struct proc_entry proc_root_entries[] = {
    PROC_TEXT("cgroups", "#subsys_name\thierarchy\tnum_cgroups\tenabled\n"),
    PROC_TEXT("consoles", "ttyS0                -W- (EC   )    4:64\n"),
    PROC_TEXT("devices", "Character devices:\n  1 mem\n  4 ttyS\n  5 /dev/tty\n  5 /dev/console\n"
                         "  5 /dev/ptmx\n136 pts\n\nBlock devices:\n"),
    PROC_TEXT("diskstats", ""),
    PROC_TEXT("modules", ""),
    PROC_TEXT("partitions", "major minor  #blocks  name\n\n"),
    PROC_TEXT("swaps", "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"),
    PROC_DIR("tty", tty_entries),
    PROC_FILE("vmstat", show_vmstat),
    PROC_FILE("cmdline", show_cmdline),
    PROC_FILE("cpuinfo", show_cpuinfo),
    PROC_FILE("filesystems", show_filesystems),
    PROC_FILE("loadavg", show_loadavg),
    PROC_FILE("meminfo", show_meminfo),
    {.name = "mounts", .mode = S_IFLNK_ | 0777, .link = link_mounts},
    {.name = "self", .mode = S_IFLNK_ | 0777, .link = link_self},
    PROC_FILE("stat", show_stat),
    PROC_DIR("sys", proc_sys_entries),
    {.name = "thread-self", .mode = S_IFLNK_ | 0777, .link = link_thread_self},
    PROC_FILE("uptime", show_uptime),
    PROC_FILE("version", show_version),
    {0},
};
