/* SPDX-License-Identifier: GPL-2.0-or-later */
/* chrdev.c - the table of character devices, and the nodes of /dev. */
#include "kernel/include/chrdev.h"
#include "kernel/dev/tty_core.h"
#include "kernel/fs/namespace.h"
#include "kernel/fs/port.h"
#include "kernel/include/fs_uapi.h"

static const struct chrdev devices[] = {
    {1, 3, "null", 0666, &dev_null_fops},      {1, 5, "zero", 0666, &dev_zero_fops},
    {1, 7, "full", 0666, &dev_full_fops},      {1, 8, "random", 0666, &dev_random_fops},
    {1, 9, "urandom", 0666, &dev_random_fops}, {1, 11, "kmsg", 0644, &dev_kmsg_fops},
    {5, 0, "tty", 0666, &dev_tty_fops},        {5, 1, "console", 0600, &dev_console_fops},
    {4, 64, "ttyS0", 0660, &dev_console_fops}, {204, 64, "ttyAMA0", 0660, &dev_console_fops},
    {5, 2, "ptmx", 0666, &dev_ptmx_fops},
};
#define DEVICES (sizeof(devices) / sizeof(devices[0]))

static int chrdev_open(struct file *f)
{
    uint64_t rdev = f->vnode->rdev;
    if (dev_major(rdev) == PTY_SLAVE_MAJOR)
        return pty_slave_open(f);
    for (size_t i = 0; i < DEVICES; i++) {
        if (rdev != dev_make(devices[i].major, devices[i].minor))
            continue;
        f->ops = devices[i].fops;
        return f->ops->open ? f->ops->open(f) : 0;
    }
    return -ENXIO;
}

const struct file_ops chrdev_fops = {.open = chrdev_open};

static int add(struct dentry *dir, const char *name, uint32_t mode, uint64_t rdev,
               const char *target)
{
    struct dentry *d;
    int err = dir_create(dir, name, strlen(name), mode, rdev, target, &d);
    if (!err)
        dentry_unref(d);
    return err;
}

int chrdev_populate(struct super_block *sb)
{
    static const char *const links[][2] = {
        {"fd", "/proc/self/fd"},
        {"stdin", "/proc/self/fd/0"},
        {"stdout", "/proc/self/fd/1"},
        {"stderr", "/proc/self/fd/2"},
    };
    int err = 0;
    for (size_t i = 0; i < DEVICES && !err; i++)
        err = add(sb->root, devices[i].name, S_IFCHR_ | devices[i].mode,
                  dev_make(devices[i].major, devices[i].minor), NULL);
    for (size_t i = 0; i < sizeof(links) / sizeof(links[0]) && !err; i++)
        err = add(sb->root, links[i][0], S_IFLNK_ | 0777, 0, links[i][1]);
    if (!err)
        err = add(sb->root, "shm", S_IFDIR_ | S_ISVTX_ | 0777, 0, NULL);
    if (!err)
        err = add(sb->root, "pts", S_IFDIR_ | 0755, 0, NULL);
    return err;
}
