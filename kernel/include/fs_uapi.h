/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fs_uapi.h - numbers and structures of Linux's file system calls that are the
 * same on all CPUs. What differs (four O_* flags, struct stat, epoll_event's
 * packing) is in arch/CPU/fs_abi.h.
 */
#ifndef KERNEL_FS_UAPI_H
#define KERNEL_FS_UAPI_H

#include <stdint.h>

#define O_ACCMODE 00000003u
#define O_RDONLY 00000000u
#define O_WRONLY 00000001u
#define O_RDWR 00000002u
#define O_CREAT 00000100u
#define O_EXCL 00000200u
#define O_NOCTTY 00000400u
#define O_TRUNC 00001000u
#define O_APPEND 00002000u
#define O_NONBLOCK 00004000u
#define O_DSYNC 00010000u
#define O_ASYNC 00020000u
#define O_NOATIME 01000000u
#define O_CLOEXEC 02000000u
#define O_SYNC_BIT 04000000u
#define O_PATH 010000000u
#define O_TMPFILE_BIT 020000000u

#define AT_FDCWD (-100)
#define AT_SYMLINK_NOFOLLOW 0x100u
#define AT_EACCESS 0x200u
#define AT_REMOVEDIR 0x200u
#define AT_SYMLINK_FOLLOW 0x400u
#define AT_NO_AUTOMOUNT 0x800u
#define AT_EMPTY_PATH 0x1000u
#define AT_STATX_SYNC_TYPE 0x6000u

#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2
#define SEEK_DATA 3
#define SEEK_HOLE 4

#define F_DUPFD 0
#define F_GETFD 1
#define F_SETFD 2
#define F_GETFL 3
#define F_SETFL 4
#define F_GETLK 5
#define F_SETLK 6
#define F_SETLKW 7
#define F_SETOWN 8
#define F_GETOWN 9
#define F_SETSIG 10
#define F_GETSIG 11
#define F_SETOWN_EX 15
#define F_GETOWN_EX 16
#define F_OWNER_TID 0
#define F_OWNER_PID 1
#define F_OWNER_PGRP 2
#define F_OFD_GETLK 36
#define F_OFD_SETLK 37
#define F_OFD_SETLKW 38
#define F_DUPFD_CLOEXEC 1030
#define F_SETPIPE_SZ 1031
#define F_GETPIPE_SZ 1032
#define F_ADD_SEALS 1033
#define F_GET_SEALS 1034
#define FD_CLOEXEC 1
#define F_RDLCK 0
#define F_WRLCK 1
#define F_UNLCK 2
#define F_SEAL_SEAL 0x01u
#define F_SEAL_SHRINK 0x02u
#define F_SEAL_GROW 0x04u
#define F_SEAL_WRITE 0x08u
#define F_SEAL_FUTURE_WRITE 0x10u

#define DT_UNKNOWN 0u
#define DT_FIFO 1u
#define DT_CHR 2u
#define DT_DIR 4u
#define DT_BLK 6u
#define DT_REG 8u
#define DT_LNK 10u
#define DT_SOCK 12u

#define MS_RDONLY 1u
#define MS_NOSUID 2u
#define MS_NODEV 4u
#define MS_NOEXEC 8u
#define MS_REMOUNT 32u
#define MS_BIND 4096u
#define MS_MOVE 8192u
#define MS_REC 16384u
#define MS_SILENT 32768u
#define MS_UNBINDABLE (1u << 17)
#define MS_PRIVATE (1u << 18)
#define MS_SLAVE (1u << 19)
#define MS_SHARED (1u << 20)
#define MS_RELATIME (1u << 21)

#define MAGIC_TMPFS 0x01021994u
#define MAGIC_PROC 0x9fa0u
#define MAGIC_PIPEFS 0x50495045u
#define MAGIC_ANON 0x09041934u

/* Linux's encoding of device numbers in st_rdev and mknod. */
static inline uint64_t dev_make(uint32_t major, uint32_t minor)
{
    return ((uint64_t)(minor & 0xff)) | ((uint64_t)(major & 0xfff) << 8) |
           ((uint64_t)(minor & ~0xffu) << 12) | ((uint64_t)(major & ~0xfffu) << 32);
}
static inline uint32_t dev_major(uint64_t dev)
{
    return (uint32_t)(((dev >> 8) & 0xfff) | ((dev >> 32) & ~0xfffu));
}
static inline uint32_t dev_minor(uint64_t dev)
{
    return (uint32_t)((dev & 0xff) | ((dev >> 12) & ~0xffu));
}

struct timespec_k {
    int64_t sec;
    int64_t nsec;
};

#endif
