// SPDX-License-Identifier: GPL-2.0-or-later
/* Which operation touches which time. */
#include "contract.h"

static struct stat last;

static void changed(const char *what)
{
    struct stat st;

    CHECK(stat("/tmp/d/f", &st) == 0);
    SAY("%s: mtime %d ctime %d", what,
        memcmp(&st.st_mtim, &last.st_mtim, sizeof(st.st_mtim)) != 0,
        memcmp(&st.st_ctim, &last.st_ctim, sizeof(st.st_ctim)) != 0);
    last = st;
    sleep_ms(20);
}

int main(void)
{
    struct stat a, b;

    CHECK(mkdir("/tmp/d", 0755) == 0);
    int fd = file_with("/tmp/d/f", "x");
    changed("start");
    changed("nothing");
    CHECK(write(fd, "y", 1) == 1);
    changed("write");
    CHECK(fchmod(fd, 0600) == 0);
    changed("chmod");
    CHECK(link("/tmp/d/f", "/tmp/d/g") == 0);
    changed("link");
    CHECK(unlink("/tmp/d/g") == 0);
    changed("unlink");
    CHECK(ftruncate(fd, 5) == 0);
    changed("truncate");
    CHECK(rename("/tmp/d/f", "/tmp/d/h") == 0 && rename("/tmp/d/h", "/tmp/d/f") == 0);
    changed("rename");
    CHECK(chown("/tmp/d/f", 3, 3) == 0);
    changed("chown");
    CHECK(stat("/tmp/d", &a) == 0);
    sleep_ms(20);
    close(file_with("/tmp/d/new", ""));
    CHECK(stat("/tmp/d", &b) == 0);
    V(memcmp(&a.st_mtim, &b.st_mtim, sizeof(a.st_mtim)) != 0);
    return verdict();
}
