/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fs_init.c - the tree at boot: the root with the boot archive in it, /dev, /proc, /tmp. */
#include "kernel/fs/initramfs.h"
#include "kernel/fs/port.h"
#include "kernel/fs/procfs.h"
#include "kernel/fs/tmpfs.h"
#include "kernel/include/chrdev.h"

static void mount_at(const char *path, const char *type, uint32_t mode)
{
    struct dentry *d;
    int err = fs_mkdir(fs_root(), path, mode);
    if (err && err != -EEXIST)
        return;
    err = path_lookup(fs_root(), path, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &d);
    if (err)
        return;
    err = fs_mount(type, type, d, 0, NULL);
    if (err)
        printk("cannot mount %s on %s: error %d", type, path, -err);
    dentry_unref(d);
}

void fs_init(const void *initrd, size_t initrd_bytes, uint64_t entropy_seed)
{
    random_seed(entropy_seed);
    fs_type_register(&rootfs_type);
    fs_type_register(&ramfs_type);
    fs_type_register(&tmpfs_type);
    fs_type_register(&devtmpfs_type);
    fs_type_register(&proc_type);
    fs_type_register(&devpts_type);
    int err = fs_mount("rootfs", "rootfs", NULL, 0, NULL);
    kassert(!err);
    err = initrd_bytes ? initramfs_unpack(initrd, initrd_bytes) : 0;
    if (err == -ENOEXEC)
        printk("initramfs: not an uncompressed newc archive");
    else if (err)
        printk("initramfs: damaged archive, error %d", -err);
    mount_at("/dev", "devtmpfs", 0755);
    mount_at("/dev/pts", "devpts", 0755);
    mount_at("/proc", "proc", 0555);
    fs_mkdir(fs_root(), "/tmp", 01777);
}
