/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fs_abi.h - what arm64's file system calls have of their own: asm/fcntl.h's
 * flags, asm-generic/stat.h's struct stat, the natural epoll_event.
 */
#ifndef KERNEL_ARCH_FS_ABI_H
#define KERNEL_ARCH_FS_ABI_H

#include <stddef.h>
#include <stdint.h>

#define O_DIRECTORY 00040000u
#define O_NOFOLLOW 00100000u
#define O_DIRECT 00200000u
#define O_LARGEFILE 00400000u

struct stat_k {
    uint64_t st_dev;
    uint64_t st_ino;
    uint32_t st_mode;
    uint32_t st_nlink;
    uint32_t st_uid;
    uint32_t st_gid;
    uint64_t st_rdev;
    uint64_t pad1;
    int64_t st_size;
    int32_t st_blksize;
    int32_t pad2;
    int64_t st_blocks;
    int64_t st_atime_s;
    uint64_t st_atime_ns;
    int64_t st_mtime_s;
    uint64_t st_mtime_ns;
    int64_t st_ctime_s;
    uint64_t st_ctime_ns;
    uint32_t unused[2];
};
_Static_assert(sizeof(struct stat_k) == 128, "struct stat of arm64");

struct epoll_event_k {
    uint32_t events;
    uint32_t pad;
    uint64_t data;
};
_Static_assert(sizeof(struct epoll_event_k) == 16, "struct epoll_event of arm64");

#endif
