/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tools/output.c - files that a verb writes; see cmd.h. */
#include "tools/cmd.h"

#include <errno.h>
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

int output_open(struct output *o, const char *path)
{
    struct stat st;
    bool exists = stat(path, &st) == 0;

    o->path = path;
    o->part[0] = '\0';
    if (exists && S_ISDIR(st.st_mode))
        return complain(EXIT_USAGE, "cannot write %s: it is a folder", path);
    if (exists && S_ISREG(st.st_mode) && output_is_trace(path))
        return complain(EXIT_USAGE, "%s is a trace: not overwritten", path);
    /* A device or a pipe is written to, never replaced. */
    if ((!exists || S_ISREG(st.st_mode)) &&
        snprintf(o->part, sizeof(o->part), "%s.part", path) >= (int)sizeof(o->part))
        return complain(EXIT_USAGE, "the name of the file that is to be written is too long");
    o->file = fopen(o->part[0] ? o->part : path, "we");
    return o->file ? EXIT_OK : complain(EXIT_GUEST, "cannot write %s: %s", path, strerror(errno));
}

int output_close(struct output *o, int code)
{
    bool whole = fflush(o->file) == 0 && !ferror(o->file);

    whole = fclose(o->file) == 0 && whole;
    if (code == EXIT_OK && (!whole || (o->part[0] && rename(o->part, o->path) != 0)))
        code = complain(EXIT_GUEST, "cannot write %s: %s", o->path, strerror(errno));
    if (code != EXIT_OK && o->part[0])
        unlink(o->part);
    return code;
}
