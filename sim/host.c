/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/host.c - the gateway to the host; see host.h.
 *
 * Signals that end a run arrive by signalfd, so no handler and no global is needed. A terminal on
 * standard input belongs to the guest (host_terminal.h): Ctrl-C is a key of its then, and the
 * escape key ends the run.
 */
#include "sim/host.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "loader/fail.h"
#include "sim/host_terminal.h"

#define FILE_BYTES_MAX (2ull << 30)
#define LARGE_PAGE_BYTES ((uintptr_t)2 << 20) /* of an x86_64 host */
#define PAGE_BYTES     4096u
#define PAGEMAP_BATCH  4096u

struct host {
    bool live, interrupted;
    int signal_fd;
    sigset_t old_mask;
    struct host_terminal terminal;
};

static bool stdin_is_usable(void)
{
    struct stat st;

    if (fstat(STDIN_FILENO, &st) != 0)
        return false;
    return S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode) || S_ISREG(st.st_mode) ||
           isatty(STDIN_FILENO);
}

int host_open(enum host_input input, struct host **out, char *err, size_t err_len)
{
    struct host *h = calloc(1, sizeof(*h));
    sigset_t mask;

    *out = NULL;
    if (!h)
        return loader_fail(err, err_len, -ENOMEM, "out of memory");
    sigemptyset(&mask);
    sigaddset(&mask, SIGINT);
    sigaddset(&mask, SIGTERM);
    sigaddset(&mask, SIGHUP);
    sigaddset(&mask, SIGQUIT);
    sigprocmask(SIG_BLOCK, &mask, &h->old_mask);
    h->signal_fd = signalfd(-1, &mask, SFD_NONBLOCK | SFD_CLOEXEC);
    if (h->signal_fd < 0) {
        sigprocmask(SIG_SETMASK, &h->old_mask, NULL);
        free(h);
        return loader_fail(err, err_len, -EIO, "cannot watch for Ctrl-C (signalfd)");
    }
    h->live = input == HOST_INPUT_STDIN && stdin_is_usable();
    if (h->live)
        terminal_enter(&h->terminal);
    *out = h;
    return 0;
}

void host_close(struct host *h)
{
    if (!h)
        return;
    terminal_leave(&h->terminal);
    host_interrupted(h); /* take what came, or it would end the program now */
    close(h->signal_fd);
    sigprocmask(SIG_SETMASK, &h->old_mask, NULL);
    free(h);
}

bool host_interrupted(struct host *h)
{
    struct signalfd_siginfo info;

    while (read(h->signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
        h->interrupted = true;
    terminal_pump(&h->terminal);
    return h->interrupted || h->terminal.leave;
}

void host_interrupt(struct host *h)
{
    h->interrupted = true;
}

bool host_input_is_live(const struct host *h)
{
    return h->live;
}

bool host_input_is_terminal(const struct host *h)
{
    return h->terminal.active;
}

bool host_window_size(unsigned *rows, unsigned *cols)
{
    struct winsize size;

    if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0)
        return false;
    *rows = size.ws_row;
    *cols = size.ws_col;
    return true;
}

static int read_terminal(struct host *h, uint8_t *bytes, size_t len, bool wait)
{
    struct pollfd fds[2] = {{.fd = STDIN_FILENO, .events = POLLIN},
                            {.fd = h->signal_fd, .events = POLLIN}};

    for (;;) {
        if (host_interrupted(h))
            return -EINTR;
        if (h->terminal.used > 0)
            return (int)terminal_take(&h->terminal, bytes, len);
        if (h->terminal.ended) {
            h->live = false;
            return -ENODATA;
        }
        if (!wait)
            return 0;
        if (poll(fds, 2, -1) < 0 && errno != EINTR)
            return -EIO;
    }
}

int host_input_read(struct host *h, uint8_t *bytes, size_t len, bool wait)
{
    struct pollfd fds[2] = {{.fd = STDIN_FILENO, .events = POLLIN},
                            {.fd = h->signal_fd, .events = POLLIN}};
    ssize_t got;

    if (!h->live)
        return -ENODATA;
    if (h->terminal.active)
        return read_terminal(h, bytes, len, wait);
    if (poll(fds, 2, wait ? -1 : 0) < 0)
        return errno == EINTR ? 0 : -EIO;
    if (fds[1].revents && host_interrupted(h))
        return -EINTR;
    if (!fds[0].revents)
        return 0;
    got = read(STDIN_FILENO, bytes, len);
    if (got > 0)
        return (int)got;
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return 0;
    h->live = false;
    return -ENODATA;
}

void host_input_wait(struct host *h, uint64_t ns)
{
    struct pollfd fds[2] = {{.fd = STDIN_FILENO, .events = POLLIN},
                            {.fd = h->signal_fd, .events = POLLIN}};
    const struct timespec time = {.tv_sec = (time_t)(ns / 1000000000u),
                                  .tv_nsec = (long)(ns % 1000000000u)};

    if (h->terminal.used == 0)
        ppoll(fds, 2, &time, NULL);
}

uint64_t host_clock_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
}

bool host_is_terminal(FILE *stream)
{
    return isatty(fileno(stream));
}

static int read_whole(int fd, const struct stat *st, const char *path, struct blob *out, char *err,
                      size_t err_len)
{
    size_t used = 0, bytes = (size_t)st->st_size;
    uint8_t *data;

    if (!S_ISREG(st->st_mode))
        return loader_fail(err, err_len, S_ISDIR(st->st_mode) ? -EISDIR : -EINVAL,
                           "%s is not a file", path);
    if ((uint64_t)st->st_size > FILE_BYTES_MAX)
        return loader_fail(err, err_len, -EFBIG, "%s is larger than 2 GiB", path);
    data = malloc(bytes + 1);
    if (!data)
        return loader_fail(err, err_len, -ENOMEM, "out of memory while reading %s", path);
    while (used < bytes) {
        ssize_t got = read(fd, data + used, bytes - used);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            int rc = -errno;

            free(data);
            return loader_fail(err, err_len, rc, "cannot read %s: %s", path, strerror(-rc));
        }
        if (got == 0)
            break;
        used += (size_t)got;
    }
    data[used] = 0;
    *out = (struct blob){.data = data, .bytes = used};
    return 0;
}

static int open_file(const char *path, struct stat *st, char *err, size_t err_len)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC), rc;

    if (fd >= 0 && fstat(fd, st) == 0)
        return fd;
    rc = loader_fail(err, err_len, -errno, "cannot open %s: %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    return rc;
}

int host_read_file(const char *path, struct blob *out, char *err, size_t err_len)
{
    struct stat st;
    int rc, fd = open_file(path, &st, err, err_len);

    memset(out, 0, sizeof(*out));
    if (fd < 0)
        return fd;
    rc = read_whole(fd, &st, path, out, err, err_len);
    close(fd);
    return rc;
}

int host_map_file(const char *path, struct blob *out, char *err, size_t err_len)
{
    struct stat st = {0};
    int rc = 0, fd = open_file(path, &st, err, err_len);
    void *data = MAP_FAILED;

    memset(out, 0, sizeof(*out));
    if (fd < 0)
        return fd;
    if (S_ISREG(st.st_mode) && st.st_size > 0)
        data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (data != MAP_FAILED)
        *out = (struct blob){.data = data, .bytes = (size_t)st.st_size, .mapped = true};
    else
        rc = read_whole(fd, &st, path, out, err, err_len);
    close(fd);
    return rc;
}

#define DISK_PIECE_BYTES (1u << 20)

static int read_pieces(int fd, uint8_t *data, uint64_t bytes)
{
    uint8_t *piece = malloc(DISK_PIECE_BYTES);
    int rc = piece ? 0 : -ENOMEM;

    for (uint64_t at = 0; rc == 0 && at < bytes;) {
        size_t want = bytes - at < DISK_PIECE_BYTES ? (size_t)(bytes - at) : DISK_PIECE_BYTES;
        ssize_t got = pread(fd, piece, want, (off_t)at);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            rc = got < 0 ? -errno : -EIO;
        else if (!bytes_are_zero(piece, (size_t)got))
            memcpy(data + at, piece, (size_t)got);
        at += got > 0 ? (uint64_t)got : 0;
    }
    free(piece);
    return rc;
}

int host_read_disk(const char *path, struct blob *out, char *err, size_t err_len)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC), rc = 0;
    struct stat st;

    memset(out, 0, sizeof(*out));
    if (fd < 0)
        return loader_fail(err, err_len, -errno, "cannot open %s: %s", path, strerror(errno));
    if (fstat(fd, &st) != 0)
        rc = loader_fail(err, err_len, -EIO, "cannot open %s: %s", path, strerror(errno));
    else if (!S_ISREG(st.st_mode))
        rc = loader_fail(err, err_len, -EINVAL, "%s is not a file", path);
    else if (st.st_size == 0 || st.st_size % 512 != 0 ||
             (uint64_t)st.st_size > HOST_DISK_BYTES_MAX)
        rc = loader_fail(err, err_len, -EFBIG,
                         "%s has %lld bytes; the image of a disk is a multiple of 512 bytes, and "
                         "16 GiB at most", path, (long long)st.st_size);
    if (rc == 0 && !(out->data = calloc(1, (size_t)st.st_size)))
        rc = loader_fail(err, err_len, -ENOMEM, "out of memory while reading %s", path);
    if (rc == 0) {
        out->bytes = (size_t)st.st_size;
        rc = read_pieces(fd, out->data, out->bytes);
        if (rc != 0) {
            loader_fail(err, err_len, rc, "cannot read %s: %s", path, strerror(-rc));
            blob_free(out);
        }
    }
    close(fd);
    return rc;
}

int host_write_at(const char *path, uint64_t at, const void *data, size_t bytes, char *err,
                  size_t err_len)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC), rc = 0;

    if (fd < 0 || pwrite(fd, data, bytes, (off_t)at) != (ssize_t)bytes)
        rc = loader_fail(err, err_len, -EIO, "cannot write %s: %s", path, strerror(errno));
    if (fd >= 0 && close(fd) != 0 && rc == 0)
        rc = loader_fail(err, err_len, -EIO, "cannot write %s: %s", path, strerror(errno));
    return rc;
}

int host_write_file(const char *path, const void *data, size_t bytes, char *err, size_t err_len)
{
    char *temporary;
    struct stat st;
    FILE *f = NULL;
    int rc = 0;

    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
        return loader_fail(err, err_len, -EINVAL, "cannot write %s: it is not a file", path);
    if (asprintf(&temporary, "%s.new", path) < 0)
        return loader_fail(err, err_len, -ENOMEM, "out of memory while writing %s", path);
    f = fopen(temporary, "wb");
    if (!f || fwrite(data, 1, bytes, f) != bytes)
        rc = -EIO;
    if (f && fclose(f) != 0)
        rc = -EIO;
    if (rc == 0 && rename(temporary, path) != 0)
        rc = -EIO;
    if (rc != 0) {
        loader_fail(err, err_len, rc, "cannot write %s: %s", path, strerror(errno));
        unlink(temporary);
    }
    free(temporary);
    return rc;
}

int host_program_dir(char *dir, size_t len)
{
    ssize_t got = readlink("/proc/self/exe", dir, len - 1);
    char *slash, *path;

    if (got > 0) {
        dir[got] = '\0';
    } else { /* no /proc, as in a bare chroot: as execve() was told */
        path = realpath((const char *)getauxval(AT_EXECFN), NULL);
        if (!path || strlen(path) >= len) {
            free(path);
            return -ENOENT;
        }
        strcpy(dir, path);
        free(path);
    }
    slash = strrchr(dir, '/');
    if (!slash)
        return -ENOENT;
    slash[slash == dir] = '\0';
    return 0;
}

bool host_file_exists(const char *path)
{
    return access(path, R_OK) == 0;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

int host_list_dir(const char *dir, const char *suffix, char ***names, char *err, size_t err_len)
{
    struct byte_buf text = {0};
    size_t count = 0, tail = strlen(suffix);
    struct dirent *e;
    char **list, *at;
    DIR *d = opendir(dir);

    *names = NULL;
    if (!d)
        return loader_fail(err, err_len, -errno, "cannot open the folder %s: %s", dir,
                           strerror(errno));
    while ((e = readdir(d)) != NULL) {
        size_t len = strlen(e->d_name);

        if (len <= tail || strcmp(e->d_name + len - tail, suffix) != 0)
            continue;
        buf_put(&text, e->d_name, len + 1);
        count++;
    }
    closedir(d);
    list = text.failed ? NULL : malloc((count + 1) * sizeof(*list) + text.used + 1);
    if (!list) {
        buf_free(&text);
        return loader_fail(err, err_len, -ENOMEM, "out of memory while listing %s", dir);
    }
    at = (char *)(list + count + 1);
    if (text.used > 0)
        memcpy(at, text.data, text.used);
    for (size_t i = 0; i < count; i++, at += strlen(at) + 1)
        list[i] = at;
    list[count] = NULL;
    qsort(list, count, sizeof(*list), compare_names);
    buf_free(&text);
    *names = list;
    return 0;
}

void host_pages_fill(void *mem, size_t bytes)
{
    uintptr_t first = ((uintptr_t)mem + LARGE_PAGE_BYTES - 1) & -LARGE_PAGE_BYTES;
    uintptr_t end = ((uintptr_t)mem + bytes) & -LARGE_PAGE_BYTES;

    if (first < end)
        (void)madvise((void *)first, end - first, MADV_HUGEPAGE); /* it may have none */
}

size_t host_pages_touched(const void *mem, size_t pages, uint8_t *touched)
{
    uint64_t entry[PAGEMAP_BATCH];
    size_t first = (uintptr_t)mem / PAGE_BYTES, count = pages;
    int fd = -1;

    memset(touched, 1, pages);
    if (sysconf(_SC_PAGESIZE) != PAGE_BYTES || (uintptr_t)mem % PAGE_BYTES != 0)
        return count;
    fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    for (size_t done = 0; fd >= 0 && done < pages;) {
        size_t want = pages - done < PAGEMAP_BATCH ? pages - done : PAGEMAP_BATCH;
        ssize_t got = pread(fd, entry, want * 8, (off_t)((first + done) * 8));

        if (got <= 0)
            break;
        /* Bit 63: present; 62: swapped out (Documentation/admin-guide/mm/pagemap.rst). */
        for (size_t i = 0; i < (size_t)got / 8; i++) {
            touched[done + i] = (entry[i] >> 62) != 0;
            count -= !touched[done + i];
        }
        done += (size_t)got / 8;
        if (got < 8)
            break;
    }
    if (fd >= 0)
        close(fd);
    return count;
}
