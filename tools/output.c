/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tools/output.c - files that a verb writes; see cmd.h. */
#include "tools/cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

bool output_is_trace(const char *path)
{
    FILE *f = fopen(path, "rbe");
    char head[4];
    bool is = f && fread(head, 1, sizeof(head), f) == sizeof(head) &&
              memcmp(head, "\x89TLT", sizeof(head)) == 0;

    if (f)
        fclose(f);
    return is;
}

/* A file without a name, so that nothing is left however the program ends; -1: not on this disk. */
static int open_nameless(const char *path)
{
    char folder[4096];
    const char *slash = strrchr(path, '/');
    int len = slash ? (int)(slash - path) + 1 : 1;

    if (access("/proc/self/fd", X_OK) != 0 ||
        snprintf(folder, sizeof(folder), "%.*s", len, slash ? path : ".") >= (int)sizeof(folder))
        return -1;
    return open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
}

int output_open(struct output *o, const char *path)
{
    struct stat st;
    bool exists = stat(path, &st) == 0;
    int fd = -1;

    *o = (struct output){.path = path};
    if (path[0] == '-')
        return complain(EXIT_USAGE, "a file's name is wanted, not '%s' (./%s, if that is its name)",
                        path, path);
    if (exists && S_ISDIR(st.st_mode))
        return complain(EXIT_USAGE, "cannot write %s: it is a folder", path);
    if (exists && S_ISREG(st.st_mode) && output_is_trace(path))
        return complain(EXIT_USAGE, "%s is a trace: not overwritten", path);
    /* A device or a pipe is written to, never replaced. */
    if (!exists || S_ISREG(st.st_mode)) {
        if (snprintf(o->part, sizeof(o->part), "%s.%d.part", path, (int)getpid()) >=
            (int)sizeof(o->part))
            return complain(EXIT_USAGE, "the name of the file that is to be written is too long");
        fd = open_nameless(path);
        o->nameless = fd >= 0;
    }
    o->file = o->nameless ? fdopen(fd, "w") : fopen(o->part[0] ? o->part : path, "we");
    return o->file ? EXIT_OK : complain(EXIT_GUEST, "cannot write %s: %s", path, strerror(errno));
}

/* What was written becomes the file. */
static bool put_in_place(const struct output *o)
{
    char self[64];

    if (o->nameless) {
        snprintf(self, sizeof(self), "/proc/self/fd/%d", fileno(o->file));
        unlink(o->part); /* of a process that had this number */
        if (linkat(AT_FDCWD, self, AT_FDCWD, o->part, AT_SYMLINK_FOLLOW) != 0)
            return false;
    }
    return !o->part[0] || rename(o->part, o->path) == 0;
}

int output_close(struct output *o, int code)
{
    bool whole = fflush(o->file) == 0 && !ferror(o->file);

    if (code == EXIT_OK && (!whole || !put_in_place(o)))
        code = complain(EXIT_GUEST, "cannot write %s: %s", o->path, strerror(errno));
    if (code != EXIT_OK && o->part[0])
        unlink(o->part);
    fclose(o->file);
    return code;
}

void streams_open(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", O_RDWR) < 0)
            return;
}

int streams_close(int code)
{
    bool failed = ferror(stdout);

    errno = 0;
    if ((fflush(stdout) == 0 && !failed) || errno == EPIPE) /* nobody wanted more */
        return code;
    complain(0, "standard output could not be written whole%s%s",
             errno ? ": " : " (is the disk full?)", errno ? strerror(errno) : "");
    return code == EXIT_OK ? EXIT_GUEST : code;
}
