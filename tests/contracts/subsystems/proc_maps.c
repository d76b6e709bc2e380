// SPDX-License-Identifier: GPL-2.0-or-later
/* /proc/self/maps shows mappings with their protections, offsets and names. */
#include "contract.h"

static void line_of(const void *p, const char *what)
{
    static char copy[65536];
    char *save = NULL;

    strcpy(copy, text_of("/proc/self/maps"));
    for (char *l = strtok_r(copy, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
        unsigned long from, to, offset, inode;
        char prot[8], dev[16], name[128] = "";

        CHECK(sscanf(l, "%lx-%lx %7s %lx %15s %lu %127s", &from, &to, prot, &offset, dev, &inode,
                     name) >= 6);
        if ((unsigned long)p >= from && (unsigned long)p < to) {
            SAY("%s: %s offset %lx inode %d name \"%s\"", what, prot, offset, inode != 0, name);
            return;
        }
    }
    SAY("%s: none", what);
}

int main(void)
{
    int fd = file_with("/tmp/f", "x"), local = 0;
    char *a = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *f = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
    char *s = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, PAGE);

    mprotect(a + PAGE, PAGE, PROT_NONE);
    mprotect(a + 2 * PAGE, PAGE, PROT_READ | PROT_EXEC);
    line_of(a, "anonymous");
    line_of(a + PAGE, "none");
    line_of(a + 2 * PAGE, "executable");
    line_of(f, "file");
    line_of(s, "shared");
    line_of(&local, "stack");
    line_of((void *)8, "nothing");
    void *brk = sbrk(0);
    CHECK(syscall(SYS_brk, (char *)brk + PAGE) > 0);
    line_of(brk, "heap");
    R(unlink("/tmp/f"));
    static char copy[65536];
    strcpy(copy, text_of("/proc/self/maps"));
    V(strstr(copy, "/tmp/f (deleted)") != NULL);
    V(strstr(copy, "[vdso]") != NULL);
    unsigned long last = 0;
    int unordered = 0;
    for (char *l = copy; *l; l = strchr(l, '\n') + 1) {
        unsigned long from = strtoul(l, NULL, 16);

        unordered += from < last;
        last = from;
    }
    V(unordered);
    return verdict();
}
