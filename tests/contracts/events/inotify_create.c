// SPDX-License-Identifier: GPL-2.0-or-later
/* inotify on a directory and on a file: what each operation reports. */
#include "contract.h"

#include <sys/inotify.h>

static void *volatile nowhere = (void *)8;

static void show(const char *what, int fd)
{
    static const char *const names[] = {
        "ACCESS", "MODIFY", "ATTRIB", "CLOSE_WRITE", "CLOSE_NOWRITE", "OPEN", "MOVED_FROM",
        "MOVED_TO", "CREATE", "DELETE", "DELETE_SELF", "MOVE_SELF"};
    char buf[4096], text[128];
    ssize_t n = read(fd, buf, sizeof(buf));

    if (n < 0)
        SAY("%s: %s", what, errno_name(errno));
    for (char *p = buf; p < buf + n;) {
        struct inotify_event *e = (struct inotify_event *)p;

        text[0] = '\0';
        for (size_t i = 0; i < ARRAY_LEN(names); i++)
            if (e->mask & 1u << i) {
                strcat(text, " ");
                strcat(text, names[i]);
            }
        SAY("%s: watch %d%s%s%s%s, cookie %d, len %u \"%s\"", what, e->wd, text,
            e->mask & IN_ISDIR ? " ISDIR" : "", e->mask & IN_IGNORED ? " IGNORED" : "",
            e->mask & IN_UNMOUNT ? " UNMOUNT" : "", e->cookie != 0, e->len, e->len ? e->name : "");
        p += sizeof(*e) + e->len;
    }
}

int main(void)
{
    int in = inotify_init1(IN_NONBLOCK), fd, w;

    CHECK(mkdir("/tmp/d", 0755) == 0);
    show("nothing", in);
    R(inotify_add_watch(in, "/tmp/d", IN_ALL_EVENTS));
    fd = open("/tmp/d/f", O_CREAT | O_RDWR, 0644);
    show("create", in);
    write(fd, "ab", 2);
    write(fd, "cd", 2);
    show("two writes", in);
    lseek(fd, 0, SEEK_SET);
    read(fd, &w, 1);
    show("read", in);
    ftruncate(fd, 1);
    show("ftruncate", in);
    fchmod(fd, 0600);
    show("fchmod", in);
    close(fd);
    show("close", in);
    chmod("/tmp/d/f", 0644);
    show("chmod", in);
    truncate("/tmp/d/f", 0);
    show("truncate", in);
    link("/tmp/d/f", "/tmp/d/g");
    show("link", in);
    symlink("f", "/tmp/d/s");
    show("symlink", in);
    rename("/tmp/d/g", "/tmp/d/h");
    show("rename", in);
    rename("/tmp/d/h", "/tmp/out");
    show("rename out", in);
    rename("/tmp/out", "/tmp/d/back");
    show("rename in", in);
    mkdir("/tmp/d/sub", 0755);
    show("mkdir", in);
    R(inotify_add_watch(in, "/tmp/d/f", IN_ALL_EVENTS));
    R(inotify_add_watch(in, "/tmp/d/f", IN_MODIFY));
    R(inotify_add_watch(in, "/tmp/d/sub", IN_ALL_EVENTS | IN_ONLYDIR));
    unlink("/tmp/d/f");
    show("unlink with another name", in);
    unlink("/tmp/d/back");
    show("unlink", in);
    rmdir("/tmp/d/sub");
    show("rmdir", in);
    unlink("/tmp/d/s");
    close(open("/tmp/d", O_RDONLY | O_DIRECTORY));
    show("open the directory", in);
    R(inotify_rm_watch(in, 1));
    show("rm_watch", in);
    R(inotify_rm_watch(in, 1));
    w = inotify_add_watch(in, "/tmp/d", IN_CREATE | IN_ONESHOT);
    close(open("/tmp/d/1", O_CREAT | O_RDWR, 0644));
    close(open("/tmp/d/2", O_CREAT | O_RDWR, 0644));
    show("one shot", in);
    R(inotify_add_watch(in, "/tmp/d", IN_CREATE) > w);
    R(inotify_add_watch(in, "/tmp/d", IN_CREATE | IN_MASK_CREATE));
    R(inotify_add_watch(in, "/tmp/d/1", IN_CREATE | IN_ONLYDIR));
    R(inotify_add_watch(in, "/tmp/none", IN_CREATE));
    R(inotify_add_watch(in, "/tmp/d", 0));
    R(inotify_add_watch(0, "/tmp/d", IN_CREATE));
    R(inotify_add_watch(99, "/tmp/d", IN_CREATE));
    R(inotify_add_watch(in, nowhere, IN_CREATE));
    R(inotify_add_watch(in, "/tmp/d", IN_MASK_ADD | IN_MASK_CREATE | IN_CREATE));
    R(inotify_init1(1));
    close(open("/tmp/d/3", O_CREAT | O_RDWR, 0644));
    R(ioctl(in, 0x541b, &w));
    V(w);
    R(read(in, &w, 4));
    return verdict();
}
