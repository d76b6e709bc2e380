/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * proc_sys.c - /proc/sys: the settings that programs ask for. Most are facts here and cannot be
 * written; the names of the system can.
 */
#include "kernel/fs/proc.h"
#include "kernel/include/chrdev.h"
#include "kernel/proc/uts.h"

#define UUID_BYTES 16

static void show_hostname(struct proc_text *t, struct process *p)
{
    (void)p;
    proc_printf(t, "%s\n", uts_current()->nodename);
}

static long store_name(char *name, size_t size, char *text, size_t len)
{
    if (!port_is_privileged())
        return -EPERM;
    if (len && text[len - 1] == '\n')
        text[len - 1] = '\0';
    strlcpy(name, text, size);
    return 0;
}

static long store_hostname(struct process *p, char *text, size_t len)
{
    (void)p;
    return store_name(uts_current()->nodename, UTS_NAME_BYTES, text, len);
}

static void show_domainname(struct proc_text *t, struct process *p)
{
    (void)p;
    proc_printf(t, "%s\n", uts_current()->domainname);
}

static long store_domainname(struct process *p, char *text, size_t len)
{
    (void)p;
    return store_name(uts_current()->domainname, UTS_NAME_BYTES, text, len);
}

static void show_osrelease(struct proc_text *t, struct process *p)
{
    (void)p;
    proc_printf(t, "%s\n", system_release);
}

static void show_osversion(struct proc_text *t, struct process *p)
{
    (void)p;
    proc_printf(t, "%s\n", system_version);
}

static void put_uuid(struct proc_text *t, uint8_t b[UUID_BYTES])
{
    b[6] = (b[6] & 0x0f) | 0x40; /* version 4, RFC 4122 */
    b[8] = (b[8] & 0x3f) | 0x80;
    for (int i = 0; i < UUID_BYTES; i++)
        proc_printf(t, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", b[i]);
    proc_printf(t, "\n");
}

/* Another one at each reading. */
static void show_uuid(struct proc_text *t, struct process *p)
{
    uint8_t b[UUID_BYTES];
    (void)p;
    random_bytes(b, sizeof(b));
    put_uuid(t, b);
}

static void show_boot_id(struct proc_text *t, struct process *p)
{
    static uint8_t id[UUID_BYTES];
    static bool made;
    (void)p;
    if (!made)
        random_bytes(id, sizeof(id));
    made = true;
    put_uuid(t, id);
}

static void show_file_nr(struct proc_text *t, struct process *p)
{
    unsigned files = 0;
    for (p = process_next(NULL); p; p = process_next(p))
        for (unsigned fd = 0; p->fds && fd < p->fds->count; fd++)
            files += p->fds->slots[fd].file != NULL;
    proc_printf(t, "%u\t0\t1048576\n", files);
}

static const struct proc_entry random_entries[] = {
    PROC_FILE("boot_id", show_boot_id),
    PROC_TEXT("entropy_avail", "256\n"),
    PROC_TEXT("poolsize", "256\n"),
    PROC_FILE("uuid", show_uuid),
    {0},
};
static const struct proc_entry pty_entries[] = {PROC_TEXT("max", "256\n"), {0}};
static const struct proc_entry kernel_entries[] = {
    PROC_TEXT("cap_last_cap", "40\n"),
    PROC_TEXT("core_pattern", "core\n"),
    PROC_TEXT("core_uses_pid", "0\n"),
    {.name = "domainname", .mode = S_IFREG_ | 0644, .show = show_domainname,
     .store = store_domainname},
    {.name = "hostname", .mode = S_IFREG_ | 0644, .show = show_hostname, .store = store_hostname},
    PROC_TEXT("kptr_restrict", "0\n"),
    PROC_TEXT("ngroups_max", "64\n"),
    PROC_FILE("osrelease", show_osrelease),
    PROC_TEXT("ostype", "Linux\n"),
    PROC_TEXT("overflowgid", "65534\n"),
    PROC_TEXT("overflowuid", "65534\n"),
    PROC_TEXT("pid_max", "32768\n"),
    PROC_TEXT("printk", "4\t4\t1\t7\n"),
    PROC_DIR("pty", pty_entries),
    PROC_DIR("random", random_entries),
    PROC_TEXT("randomize_va_space", "0\n"),
    PROC_TEXT("sched_rr_timeslice_ms", "10\n"),
    PROC_TEXT("tainted", "0\n"),
    PROC_TEXT("threads-max", "32768\n"),
    PROC_FILE("version", show_osversion),
    {0},
};
static const struct proc_entry vm_entries[] = {
    PROC_TEXT("max_map_count", "65530\n"),
    PROC_TEXT("mmap_min_addr", "65536\n"),
    PROC_TEXT("overcommit_memory", "0\n"),
    PROC_TEXT("overcommit_ratio", "50\n"),
    PROC_TEXT("swappiness", "60\n"),
    {0},
};
static const struct proc_entry inotify_entries[] = {
    PROC_TEXT("max_queued_events", "16384\n"),
    PROC_TEXT("max_user_instances", "128\n"),
    PROC_TEXT("max_user_watches", "65536\n"),
    {0},
};
static const struct proc_entry fs_entries[] = {
    PROC_TEXT("file-max", "1048576\n"),
    PROC_FILE("file-nr", show_file_nr),
    PROC_DIR("inotify", inotify_entries),
    PROC_TEXT("nr_open", "1048576\n"),
    PROC_TEXT("pipe-max-size", "1048576\n"),
    {0},
};

const struct proc_entry proc_sys_entries[] = {
    PROC_DIR("fs", fs_entries),
    PROC_DIR("kernel", kernel_entries),
    PROC_DIR("vm", vm_entries),
    {0},
};
