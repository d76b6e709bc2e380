/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fs_abi.h - what x86_64's file system calls have of their own: the flags of
 * asm-generic/fcntl.h, asm/stat.h's struct stat, the packed epoll_event.
 */
#ifndef KERNEL_ARCH_FS_ABI_H
#define KERNEL_ARCH_FS_ABI_H

#include <stddef.h>
#include <stdint.h>

#define O_DIRECT 00040000u
#define O_LARGEFILE 00100000u
#define O_DIRECTORY 00200000u
#define O_NOFOLLOW 00400000u

struct stat_k {
    uint64_t st_dev;
    uint64_t st_ino;
    uint64_t st_nlink;
    uint32_t st_mode;
    uint32_t st_uid;
    uint32_t st_gid;
    uint32_t pad0;
    uint64_t st_rdev;
    int64_t st_size;
    int64_t st_blksize;
    int64_t st_blocks;
    int64_t st_atime_s;
    uint64_t st_atime_ns;
    int64_t st_mtime_s;
    uint64_t st_mtime_ns;
    int64_t st_ctime_s;
    uint64_t st_ctime_ns;
    int64_t unused[3];
};
_Static_assert(sizeof(struct stat_k) == 144, "struct stat of x86_64");

struct epoll_event_k {
    uint32_t events;
    uint64_t data;
} __attribute__((packed));
_Static_assert(sizeof(struct epoll_event_k) == 12, "struct epoll_event of x86_64");

#endif
