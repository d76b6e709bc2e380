// SPDX-License-Identifier: GPL-2.0-or-later
/* pipe_fork - two processes and two pipes in ping-pong, end of file, and SIGPIPE. */
#include "check.h"

#define ROUNDS 20

static void child(int in, int out)
{
    uint32_t v;

    while (read(in, &v, sizeof(v)) == sizeof(v)) {
        v = v * 3 + 1;
        if (write(out, &v, sizeof(v)) != sizeof(v))
            _exit(2);
    }
    _exit(0);
}

int main(void)
{
    int to[2], from[2], status;
    uint32_t v = 1, expect = 1;

    STEP("pipes");
    CHECK(pipe(to) == 0 && pipe(from) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        close(to[1]);
        close(from[0]);
        child(to[0], from[1]);
    }
    close(to[0]);
    close(from[1]);
    STEP("ping-pong");
    for (int i = 0; i < ROUNDS; i++) {
        CHECK(write(to[1], &v, sizeof(v)) == sizeof(v));
        CHECK(read(from[0], &v, sizeof(v)) == sizeof(v));
        expect = expect * 3 + 1;
        CHECK(v == expect);
    }
    STEP("end of file");
    close(to[1]);
    CHECK(read(from[0], &v, sizeof(v)) == 0);
    CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    STEP("SIGPIPE");
    CHECK(pipe(to) == 0);
    close(to[0]);
    signal(SIGPIPE, SIG_IGN);
    CHECK(write(to[1], "x", 1) == -1 && errno == EPIPE);
    return verdict();
}
