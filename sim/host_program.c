/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/host_program.c - other programs of the host, for the kit's assembler; see host.h.
 *
 * The input stands in a file without a name, so that a program that reads none, or ends early,
 * holds nobody up.
 */
#include "sim/host.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGS_MAX 16u

extern char **environ;

static int spawn(const char *program, const char *const *args, int in, int out, pid_t *pid)
{
    const char *words[ARGS_MAX + 2] = {program};
    posix_spawn_file_actions_t actions;
    int rc;

    for (unsigned i = 0; i < ARGS_MAX && args[i]; i++)
        words[i + 1] = args[i];
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out, STDERR_FILENO);
    rc = posix_spawnp(pid, program, &actions, NULL, (char **)words, environ);
    posix_spawn_file_actions_destroy(&actions);
    return -rc;
}

static int file_of(const char *text)
{
    int fd = memfd_create("input", MFD_CLOEXEC);
    size_t len = strlen(text);

    if (fd < 0)
        return -errno;
    if (write(fd, text, len) != (ssize_t)len || lseek(fd, 0, SEEK_SET) != 0) {
        close(fd);
        return -EIO;
    }
    return fd;
}

static int wait_for(pid_t pid)
{
    int status;

    while (waitpid(pid, &status, 0) != pid)
        if (errno != EINTR)
            return -EIO;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EIO;
}

int host_run_program(const char *const *programs, const char *const *args, const char *input,
                     char *said, size_t said_len)
{
    int in = file_of(input), out = memfd_create("output", MFD_CLOEXEC), rc = -ENOENT;
    ssize_t got = 0;
    pid_t pid;

    if (in >= 0 && out >= 0) {
        for (; *programs && rc == -ENOENT; programs++)
            rc = spawn(*programs, args, in, out, &pid);
        if (rc == 0)
            rc = wait_for(pid);
        got = pread(out, said, said_len - 1, 0);
    } else {
        rc = -EIO;
    }
    said[got > 0 ? got : 0] = '\0';
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    return rc;
}

int host_temporary_file(char *path, size_t len)
{
    int fd;

    snprintf(path, len, "/tmp/trapline-XXXXXX");
    fd = mkostemp(path, O_CLOEXEC);
    if (fd < 0)
        return -errno;
    close(fd);
    return 0;
}

void host_remove_file(const char *path)
{
    unlink(path);
}
