/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loader/initramfs.c - a folder as a cpio archive (newc), written by libarchive.
 *
 * The same folder gives the same bytes on every host: names in byte order, uid,
 * gid and mtime 0, inode numbers 1, 2, 3 by order, device 0, hard links as
 * files of their own. Only type, permission bits, contents, link targets and
 * device numbers come from the folder. Added where absent: /dev/console (5, 1)
 * and, when asked, /etc/trapline/argv with the folders it needs.
 */
#include "loader/boot.h"

#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "loader/fail.h"

#define PATH_BYTES_MAX  4096u
#define FILE_BYTES_MAX  0xffffffffll /* newc keeps sizes in 8 hex digits */
#define ARGV_PATH       "etc/trapline/argv"

struct packer {
    struct archive *archive;
    uint8_t *bytes;     /* the archive so far */
    size_t used, room;
    int64_t inode_last;
    bool skip_argv;     /* the caller gives its own ARGV_PATH */
    bool saw_dev, saw_console, saw_etc, saw_trapline;
    char *err;
    size_t err_len;
};

static int out_of_memory(struct packer *p)
{
    return loader_fail(p->err, p->err_len, -ENOMEM, "out of memory while packing the initramfs");
}

static la_ssize_t collect(struct archive *a, void *ctx, const void *buf, size_t len)
{
    struct packer *p = ctx;

    if (p->used + len > p->room) {
        size_t room = (p->used + len) * 2;
        uint8_t *grown = realloc(p->bytes, room);

        if (!grown) {
            archive_set_error(a, ENOMEM, "out of memory");
            return -1;
        }
        p->bytes = grown;
        p->room = room;
    }
    memcpy(p->bytes + p->used, buf, len);
    p->used += len;
    return (la_ssize_t)len;
}

static int packer_open(struct packer *p)
{
    p->archive = archive_write_new();
    if (!p->archive)
        return out_of_memory(p);
    archive_write_set_bytes_per_block(p->archive, 0);
    if (archive_write_set_format_cpio_newc(p->archive) != ARCHIVE_OK ||
        archive_write_open(p->archive, p, NULL, collect, NULL) != ARCHIVE_OK)
        return loader_fail(p->err, p->err_len, -EIO, "cannot write a cpio archive: %s",
                           archive_error_string(p->archive));
    return 0;
}

/* Header of one entry, then `len` bytes of contents (or the target of a symbolic link). */
static int put_entry(struct packer *p, const char *path, mode_t mode, dev_t rdev, const void *data,
                     size_t len)
{
    struct archive_entry *e = archive_entry_new();
    int rc = 0;

    if (!e)
        return out_of_memory(p);
    archive_entry_set_pathname(e, path);
    archive_entry_set_mode(e, mode);
    archive_entry_set_ino64(e, ++p->inode_last);
    archive_entry_set_nlink(e, S_ISDIR(mode) ? 2 : 1);
    archive_entry_set_uid(e, 0);
    archive_entry_set_gid(e, 0);
    archive_entry_set_mtime(e, 0, 0);
    archive_entry_set_dev(e, 0);
    if (S_ISCHR(mode) || S_ISBLK(mode))
        archive_entry_set_rdev(e, rdev);
    if (S_ISLNK(mode))
        archive_entry_set_symlink(e, data);
    archive_entry_set_size(e, S_ISREG(mode) ? (la_int64_t)len : 0);
    if (archive_write_header(p->archive, e) < ARCHIVE_OK ||
        (S_ISREG(mode) && len > 0 && archive_write_data(p->archive, data, len) != (la_ssize_t)len))
        rc = loader_fail(p->err, p->err_len, -EIO, "cannot pack %s: %s", path,
                         archive_error_string(p->archive));
    archive_entry_free(e);
    return rc;
}

/* The whole file; `size` is what fstat said. *out is malloc'ed. */
static int read_file(struct packer *p, int dir_fd, const char *name, const char *path, size_t size,
                     uint8_t **out)
{
    int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    size_t got = 0;
    uint8_t *buf;

    if (fd < 0)
        return loader_fail(p->err, p->err_len, -errno, "cannot read %s: %s", path, strerror(errno));
    buf = malloc(size + 1);
    while (buf && got < size) {
        ssize_t n = read(fd, buf + got, size - got);

        if (n <= 0)
            break;
        got += (size_t)n;
    }
    close(fd);
    if (!buf)
        return out_of_memory(p);
    if (got != size) {
        free(buf);
        return loader_fail(p->err, p->err_len, -EIO, "%s changed while it was read", path);
    }
    *out = buf;
    return 0;
}

static int put_file(struct packer *p, int dir_fd, const char *name, const char *path,
                    const struct stat *st)
{
    uint8_t *data = NULL;
    int rc;

    if (st->st_size > FILE_BYTES_MAX)
        return loader_fail(p->err, p->err_len, -EFBIG, "%s is over 4 GiB, which cpio cannot hold",
                           path);
    rc = read_file(p, dir_fd, name, path, (size_t)st->st_size, &data);
    if (rc == 0)
        rc = put_entry(p, path, st->st_mode, 0, data, (size_t)st->st_size);
    free(data);
    return rc;
}

static int put_symlink(struct packer *p, int dir_fd, const char *name, const char *path)
{
    char target[PATH_BYTES_MAX];
    ssize_t n = readlinkat(dir_fd, name, target, sizeof(target) - 1);

    if (n < 0)
        return loader_fail(p->err, p->err_len, -errno, "cannot read the link %s: %s", path,
                           strerror(errno));
    target[n] = '\0';
    return put_entry(p, path, S_IFLNK | 0777, 0, target, (size_t)n);
}

static void notice(struct packer *p, const char *path)
{
    p->saw_dev |= strcmp(path, "dev") == 0;
    p->saw_console |= strcmp(path, "dev/console") == 0;
    p->saw_etc |= strcmp(path, "etc") == 0;
    p->saw_trapline |= strcmp(path, "etc/trapline") == 0;
}

static int put_dir(struct packer *p, int parent_fd, const char *name, const char *prefix);

static int put_node(struct packer *p, int dir_fd, const char *name, const char *path)
{
    struct stat st;
    int rc;

    if (p->skip_argv && strcmp(path, ARGV_PATH) == 0)
        return 0;
    if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return loader_fail(p->err, p->err_len, -errno, "cannot read %s: %s", path, strerror(errno));
    notice(p, path);
    if (S_ISREG(st.st_mode))
        return put_file(p, dir_fd, name, path, &st);
    if (S_ISLNK(st.st_mode))
        return put_symlink(p, dir_fd, name, path);
    rc = put_entry(p, path, st.st_mode, st.st_rdev, NULL, 0);
    if (rc == 0 && S_ISDIR(st.st_mode))
        rc = put_dir(p, dir_fd, name, path);
    return rc;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void free_names(char **names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    free(names);
}

/* Names in a folder but "." and "..", in byte order. */
static int list_names(DIR *d, char ***out, size_t *out_count)
{
    char **names = NULL;
    size_t count = 0, room = 0;
    struct dirent *de;

    while ((de = readdir(d)) != NULL) {
        if (strcmp(de->d_name, ".") == 0 || strcmp(de->d_name, "..") == 0)
            continue;
        if (count == room) {
            char **grown = realloc(names, (room = room * 2 + 16) * sizeof(*names));

            if (!grown)
                goto fail;
            names = grown;
        }
        names[count] = strdup(de->d_name);
        if (!names[count])
            goto fail;
        count++;
    }
    if (count > 0)
        qsort(names, count, sizeof(*names), compare_names);
    *out = names;
    *out_count = count;
    return 0;
fail:
    free_names(names, count);
    return -ENOMEM;
}

/* All of folder `name` in `parent_fd`; `prefix` is its path in the archive, "" for the root. */
static int put_dir(struct packer *p, int parent_fd, const char *name, const char *prefix)
{
    int fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);
    char path[PATH_BYTES_MAX];
    char **names = NULL;
    size_t count = 0;
    int rc;

    if (!d) {
        rc = loader_fail(p->err, p->err_len, -errno, "cannot read the folder %s: %s",
                         prefix[0] ? prefix : name, strerror(errno));
        if (fd >= 0)
            close(fd);
        return rc;
    }
    rc = list_names(d, &names, &count);
    if (rc != 0)
        rc = out_of_memory(p);
    for (size_t i = 0; i < count && rc == 0; i++) {
        int n = snprintf(path, sizeof(path), "%s%s%s", prefix, prefix[0] ? "/" : "", names[i]);

        if (n >= (int)sizeof(path))
            rc = loader_fail(p->err, p->err_len, -ENAMETOOLONG, "a path under %s is too long",
                             prefix);
        else
            rc = put_node(p, fd, names[i], path);
    }
    free_names(names, count);
    closedir(d);
    return rc;
}

static int put_console(struct packer *p)
{
    int rc = 0;

    if (!p->saw_dev)
        rc = put_entry(p, "dev", S_IFDIR | 0755, 0, NULL, 0);
    if (rc == 0 && !p->saw_console)
        rc = put_entry(p, "dev/console", S_IFCHR | 0600, makedev(5, 1), NULL, 0);
    return rc;
}

static int put_argv(struct packer *p, const char *const *argv)
{
    size_t len = 0;
    char *bytes, *at;
    int rc = 0;

    for (size_t i = 0; argv[i]; i++)
        len += strlen(argv[i]) + 1;
    at = bytes = malloc(len + 1);
    if (!bytes)
        return out_of_memory(p);
    for (size_t i = 0; argv[i]; i++)
        at = stpcpy(at, argv[i]) + 1;
    if (!p->saw_etc)
        rc = put_entry(p, "etc", S_IFDIR | 0755, 0, NULL, 0);
    if (rc == 0 && !p->saw_trapline)
        rc = put_entry(p, "etc/trapline", S_IFDIR | 0755, 0, NULL, 0);
    if (rc == 0)
        rc = put_entry(p, ARGV_PATH, S_IFREG | 0644, 0, bytes, len);
    free(bytes);
    return rc;
}

/* Ends the archive; gives its bytes away when all went well. */
static int packer_close(struct packer *p, int rc, void **out, size_t *out_bytes)
{
    if (p->archive) {
        if (rc == 0 && archive_write_close(p->archive) != ARCHIVE_OK)
            rc = loader_fail(p->err, p->err_len, -EIO, "cannot end the cpio archive: %s",
                             archive_error_string(p->archive));
        /* Never archive_write_fail(): libarchive then leaks the state of its output. */
        archive_write_free(p->archive);
    }
    if (rc != 0) {
        free(p->bytes);
        return rc;
    }
    *out = p->bytes;
    *out_bytes = p->used;
    return 0;
}

int initramfs_from_dir(const char *dir, const char *const *argv, void **out, size_t *out_bytes,
                       char *err, size_t err_len)
{
    struct packer p = {.err = err, .err_len = err_len, .skip_argv = argv != NULL};
    int rc = packer_open(&p);

    if (rc == 0)
        rc = put_dir(&p, AT_FDCWD, dir, "");
    if (rc == 0)
        rc = put_console(&p);
    if (rc == 0 && argv)
        rc = put_argv(&p, argv);
    return packer_close(&p, rc, out, out_bytes);
}

int initramfs_add_argv(const void *in, size_t in_bytes, const char *const *argv, void **out,
                       size_t *out_bytes, char *err, size_t err_len)
{
    static const uint8_t zeros[4];
    struct packer p = {.err = err, .err_len = err_len};
    int rc = packer_open(&p);

    /* The kernel unpacks archive after archive, each at a multiple of four. */
    if (rc == 0 && in_bytes > 0 &&
        (collect(p.archive, &p, in, in_bytes) < 0 ||
         collect(p.archive, &p, zeros, (4 - in_bytes % 4) % 4) < 0))
        rc = out_of_memory(&p);
    if (rc == 0)
        rc = put_argv(&p, argv);
    return packer_close(&p, rc, out, out_bytes);
}
