/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/host_cache.c - a folder of files that may be lost; see host_cache.h. */
#include "sim/host_cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/host.h"

#define FILES_MAX 1024u /* that are looked at; more than fit by their size */

struct kept {
    char name[64];
    uint64_t bytes;
    struct timespec used;
};

static bool path_of(const char *dir, const char *name, char path[4096])
{
    return snprintf(path, 4096, "%s/%s", dir, name) < 4096;
}

int host_cache_get(const char *dir, const char *name, struct blob *out)
{
    char path[4096], err[256];

    if (!path_of(dir, name, path) || host_map_file(path, out, err, sizeof(err)) != 0)
        return -ENOENT;
    return 0;
}

void host_cache_used(const char *dir, const char *name)
{
    char path[4096];

    if (path_of(dir, name, path))
        (void)utimensat(AT_FDCWD, path, NULL, 0);
}

static void make_folders(const char *dir)
{
    char path[4096];
    size_t len = strlen(dir);

    if (len >= sizeof(path))
        return;
    memcpy(path, dir, len + 1);
    for (size_t i = 1; i <= len; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        path[i] = '\0';
        (void)mkdir(path, 0700); /* whether it is there now, the file will tell */
        path[i] = dir[i];
    }
}

static int write_file(const char *path, const void *data, size_t bytes)
{
    char temporary[4096];
    size_t done = 0;
    int fd, rc = 0;

    if (snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path) >= (int)sizeof(temporary))
        return -ENAMETOOLONG;
    fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0)
        return -errno;
    while (rc == 0 && done < bytes) {
        ssize_t put = write(fd, (const uint8_t *)data + done, bytes - done);

        if (put < 0 && errno != EINTR)
            rc = -errno;
        else if (put > 0)
            done += (size_t)put;
    }
    if (close(fd) != 0 && rc == 0)
        rc = -errno;
    if (rc == 0 && rename(temporary, path) != 0)
        rc = -errno;
    if (rc != 0)
        unlink(temporary);
    return rc;
}

static size_t list_kept(const char *dir, const char *suffix, struct kept *list)
{
    char **names, path[4096], err[256];
    size_t count = 0;

    if (host_list_dir(dir, suffix, &names, err, sizeof(err)) != 0)
        return 0;
    for (size_t i = 0; names[i] && count < FILES_MAX; i++) {
        struct stat st;

        if (strlen(names[i]) >= sizeof(list->name) || !path_of(dir, names[i], path) ||
            stat(path, &st) != 0)
            continue;
        snprintf(list[count].name, sizeof(list->name), "%s", names[i]);
        list[count].bytes = (uint64_t)st.st_size;
        list[count++].used = st.st_mtim;
    }
    free(names);
    return count;
}

static int by_use(const void *a, const void *b)
{
    const struct timespec *x = &((const struct kept *)a)->used,
                          *y = &((const struct kept *)b)->used;

    if (x->tv_sec != y->tv_sec)
        return x->tv_sec < y->tv_sec ? -1 : 1;
    return x->tv_nsec < y->tv_nsec ? -1 : x->tv_nsec > y->tv_nsec;
}

static void prune(const char *dir, const char *suffix, uint64_t bytes_max)
{
    struct kept *list = calloc(FILES_MAX, sizeof(*list));
    uint64_t bytes = 0;
    char path[4096];
    size_t count;

    if (!list)
        return;
    count = list_kept(dir, suffix, list);
    qsort(list, count, sizeof(*list), by_use);
    for (size_t i = 0; i < count; i++)
        bytes += list[i].bytes;
    for (size_t i = 0; i < count && bytes > bytes_max; i++) {
        if (path_of(dir, list[i].name, path))
            (void)unlink(path);
        bytes -= list[i].bytes;
    }
    free(list);
}

int host_cache_put(const char *dir, const char *name, const void *data, size_t bytes,
                   uint64_t bytes_max)
{
    const char *suffix = strrchr(name, '.');
    char path[4096];
    int rc;

    if (bytes > bytes_max)
        return -EFBIG;
    if (!path_of(dir, name, path))
        return -ENAMETOOLONG;
    make_folders(dir);
    rc = write_file(path, data, bytes);
    if (rc == 0 && suffix)
        prune(dir, suffix, bytes_max);
    return rc;
}
