/* SPDX-License-Identifier: GPL-2.0-or-later */
/* host_port.c - memory, pages, the caller and time for kernel code that runs on the host. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/kernel/host_port.h"
#include "kernel/fs/tmpfs.h"
#include "kernel/include/thread.h"
#include "kernel/include/timer.h"

struct host host;
static struct thread host_thread;
struct thread *current = &host_thread;
volatile bool leave_work;

/* ---- memory ---- */

static bool allocation_fails(void)
{
    if (!host.fail_in || --host.fail_in)
        return false;
    host.failed = true;
    return true;
}

void *kmalloc(size_t bytes)
{
    return allocation_fails() ? NULL : malloc(bytes);
}

void *kzalloc(size_t bytes)
{
    return allocation_fails() ? NULL : calloc(1, bytes);
}

void *krealloc(void *p, size_t bytes)
{
    return allocation_fails() ? NULL : realloc(p, bytes);
}

void kfree(void *p)
{
    free(p);
}

char *kstrndup(const char *s, size_t len)
{
    char *copy = allocation_fails() ? NULL : calloc(1, len + 1);
    if (copy)
        memcpy(copy, s, len);
    return copy;
}

struct host_page {
    struct page page;
    uint8_t bytes[PAGE_BYTES];
};

struct page *page_alloc(void)
{
    return page_alloc_zeroed();
}

struct page *page_alloc_zeroed(void)
{
    struct host_page *p = allocation_fails() ? NULL : calloc(1, sizeof(*p));
    if (!p)
        return NULL;
    p->page.refs = 1;
    host.pages++;
    return &p->page;
}

void page_unref(struct page *p)
{
    if (--p->refs)
        return;
    host.pages--;
    free(p);
}

void *page_to_virt(const struct page *p)
{
    return ((struct host_page *)(uintptr_t)p)->bytes;
}

uint64_t page_count_total(void)
{
    return 16384;
}

void printk(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
}

_Noreturn void kassert_failed(const char *cond, const char *file, int line)
{
    fprintf(stderr, "%s:%d: broken invariant: %s\n", file, line, cond);
    abort();
}

size_t strlcpy(char *dst, const char *src, size_t size)
{
    size_t len = strlen(src);
    if (size) {
        size_t n = len < size - 1 ? len : size - 1;
        memcpy(dst, src, n);
        dst[n] = '\0';
    }
    return len;
}

/* ---- fs/port.h ---- */

void port_unmap_pages(struct vnode *vn, uint64_t first, uint64_t last)
{
    (void)vn;
    (void)first;
    (void)last;
}

int port_copy_in(void *dst, uint64_t src, size_t len)
{
    if (!src)
        return -EFAULT;
    memcpy(dst, (const void *)(uintptr_t)src, len);
    return 0;
}

int port_copy_out(uint64_t dst, const void *src, size_t len)
{
    if (!dst)
        return -EFAULT;
    memcpy((void *)(uintptr_t)dst, src, len);
    return 0;
}

long port_string_in(char *dst, uint64_t src, size_t size)
{
    if (!src)
        return -EFAULT;
    size_t len = strnlen((const char *)(uintptr_t)src, size);
    if (len == size)
        return -ENAMETOOLONG;
    memcpy(dst, (const void *)(uintptr_t)src, len + 1);
    return (long)len;
}

struct fs_context *port_fs(void)
{
    static struct fs_context boot;
    if (host.fs)
        return host.fs;
    boot.root = boot.cwd = fs_root();
    return &boot;
}

struct fd_table *port_fds(void)
{
    return host.fds;
}

int port_unshare_fds(void)
{
    return 0;
}

uint32_t port_fsuid(void)
{
    return host.uid;
}

uint32_t port_fsgid(void)
{
    return host.gid;
}

uint32_t port_ruid(void)
{
    return host.uid;
}

uint32_t port_rgid(void)
{
    return host.gid;
}

bool port_in_group(uint32_t gid)
{
    return gid == host.gid;
}

bool port_is_privileged(void)
{
    return host.uid == 0;
}

int32_t port_pid(void)
{
    return 1;
}

bool port_pid_exists(int32_t pid)
{
    return pid == 1;
}

bool port_may_claim(int32_t pid, uint32_t uid, uint32_t gid)
{
    return host.uid == 0 || (pid == 1 && uid == host.uid && gid == host.gid);
}

uint64_t port_limit_files(void)
{
    return host.limit_files;
}

uint64_t port_limit_fsize(void)
{
    return host.limit_fsize;
}

struct thread *port_thread(void)
{
    return current;
}

int64_t port_realtime_ns(void)
{
    return host.realtime_ns++;
}

uint64_t port_monotonic_ns(void)
{
    return host.monotonic_ns;
}

int port_sleep(volatile bool *woken, uint64_t deadline_ns)
{
    if (host.on_sleep && !*woken)
        host.on_sleep();
    if (*woken)
        return 0;
    if (deadline_ns != POLL_NO_DEADLINE) {
        host.monotonic_ns = deadline_ns;
        return -ETIMEDOUT;
    }
    return -ERESTARTSYS;
}

void port_wake(struct thread *t)
{
    (void)t;
}

void port_sigmask_temporary(uint64_t mask)
{
    (void)mask;
}

void port_sigmask_undo(void)
{
}

void port_signal_self(int signo)
{
    host.signals_self |= 1ull << signo;
}

void port_signal_pgrp(int32_t pgrp, int signo)
{
    (void)pgrp;
    host.signals_pgrp |= 1ull << signo;
}

void port_signal_owner(int32_t owner, int signo)
{
    (void)owner;
    (void)signo;
}

void port_signal_io(const struct file *f, int code, int64_t band, int fd)
{
    (void)f, (void)code, (void)band, (void)fd;
}

void port_io_cred(struct file *f)
{
    (void)f;
}

bool port_owner_exists(int32_t type, int32_t pid)
{
    (void)type;
    return pid == 1;
}

int32_t port_pgrp(void)
{
    return host.pgrp;
}

int32_t port_session(void)
{
    return host.session;
}

struct tty *port_controlling_tty(void)
{
    return host.tty;
}

void port_set_controlling_tty(struct tty *t)
{
    host.tty = t;
}

void port_session_lose_tty(int32_t session)
{
    (void)session;
    host.tty = NULL;
}

bool port_signal_is_ignored(int signo)
{
    (void)signo;
    return false;
}

bool port_pgrp_is_orphaned(int32_t pgrp)
{
    (void)pgrp;
    return false;
}

int32_t port_session_of_pgrp(int32_t pgrp)
{
    return pgrp == 99 ? -1 : host.session;
}

bool port_has_writable_mapping(const struct vnode *vn)
{
    (void)vn;
    return false;
}

void port_console_write(const char *bytes, size_t len)
{
    if (host.output_len + len > sizeof(host.output) - 1)
        len = sizeof(host.output) - 1 - host.output_len;
    memcpy(host.output + host.output_len, bytes, len);
    host.output_len += len;
    host.output[host.output_len] = '\0';
}

/* ---- timers: nothing here waits for one ---- */

void timer_init(struct timer *t, void (*fn)(struct timer *t))
{
    list_init(&t->node);
    t->fn = fn;
}

void timer_start(struct timer *t, uint64_t deadline_ns)
{
    t->deadline_ns = deadline_ns;
}

void timer_cancel(struct timer *t)
{
    list_remove(&t->node);
}

long syscall_restart_block(long (*fn)(struct restart *r));
long syscall_restart_block(long (*fn)(struct restart *r))
{
    (void)fn;
    return -ERESTART_RESTARTBLOCK;
}

/* ---- the machine ---- */

void host_boot(void)
{
    static bool registered;
    memset(&host, 0, sizeof(host));
    host.limit_files = 1024;
    host.limit_fsize = UINT64_MAX;
    host.realtime_ns = 1000 * PORT_NS_PER_S;
    host.pgrp = host.session = 1;
    if (!registered) {
        registered = true;
        fs_type_register(&tmpfs_type);
        fs_type_register(&rootfs_type);
        if (fs_mount("rootfs", "rootfs", NULL, 0, NULL))
            abort();
    }
    host.fs = fs_context_create();
    host.fds = fd_table_create();
}

/* Removes all below the directory with the kernel's own calls. */
static void remove_children(struct dentry *dir)
{
    while (dir->child_first) {
        struct dentry *d = dir->child_first;
        remove_children(d);
        if (d->mounted)
            abort(); /* a test left a mount behind */
        dentry_unlink(d);
    }
}

void host_halt(void)
{
    fd_table_unref(host.fds);
    fs_context_unref(host.fs);
    host.fs = NULL;
    host.fds = NULL;
    remove_children(fs_root());
    fs_root()->vnode->nlink = 2;
    fs_root()->vnode->size = 40;
}

const char *port_command_line(void)
{
    return "";
}
