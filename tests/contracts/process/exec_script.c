// SPDX-License-Identifier: GPL-2.0-or-later
/* The interpreter line: one argument, long lines, a missing interpreter, and nesting. */
#include "contract.h"

static char self[PATH_MAX];

static void script(const char *path, const char *line)
{
    close(file_with(path, line));
    CHECK(chmod(path, 0755) == 0);
}

int main(int argc, char **argv)
{
    char line[600];

    if (argc > 1) {
        for (int i = 0; i < argc; i++)
            SAY("argv[%d] %s", i, strcmp(argv[i], self) == 0 ? "self" : argv[i]);
        return 0;
    }
    CHECK(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
    char *args[] = {"zero", "one", "two", NULL}, *env[] = {NULL};

    script("/tmp/a", "#!/tmp/prog first  second \nrest\n");
    script("/tmp/b", "#! /tmp/prog");
    script("/tmp/c", "#!/none\n");
    script("/tmp/d", "#!\n");
    script("/tmp/e", "#!/tmp/a\n");
    R(symlink(self, "/tmp/prog"));
    CHILD(execve("/tmp/a", args, env));
    CHILD(execve("/tmp/b", args, env));
    R(execve("/tmp/c", args, env));
    R(execve("/tmp/d", args, env));
    CHILD(execve("/tmp/e", args, env));
    memset(line, 'x', sizeof(line));
    memcpy(line, "#!/", 3);
    line[sizeof(line) - 1] = '\0';
    script("/tmp/f", line);
    R(execve("/tmp/f", args, env));
    script("/tmp/g", "#!/tmp/g\n");
    R(execve("/tmp/g", args, env));
    return verdict();
}
