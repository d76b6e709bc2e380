// SPDX-License-Identifier: GPL-2.0-or-later
/* From a file to a pipe, a socket and a file, with and without an offset. */
#include "contract.h"

#include <sys/sendfile.h>
#include <sys/socket.h>

int main(void)
{
    int fd = file_with("/tmp/f", "0123456789"), out = file_with("/tmp/o", ""), p[2], s[2];
    off_t at = 4;
    char b[16] = {0};

    CHECK(pipe(p) == 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, s) == 0);
    R(sendfile(p[1], fd, &at, 3));
    V(at);
    R(read(p[0], b, 16));
    SAY("%.3s", b);
    R(lseek(fd, 0, SEEK_CUR));
    R(sendfile(out, fd, NULL, 100));
    R(lseek(fd, 0, SEEK_CUR));
    S(text_of("/tmp/o"));
    R(sendfile(out, fd, NULL, 100));
    at = 8;
    R(sendfile(s[0], fd, &at, 100));
    R(read(s[1], b, 16));
    at = -1;
    R(sendfile(out, fd, &at, 1));
    R(sendfile(out, p[0], NULL, 0));
    R(sendfile(99, fd, NULL, 1));
    R(sendfile(out, 99, NULL, 1));
    R(sendfile(open("/tmp/o", O_RDONLY), fd, NULL, 1));
    R(sendfile(out, open("/tmp/f", O_WRONLY), NULL, 1));
    R(sendfile(open("/tmp/o", O_WRONLY | O_APPEND), fd, NULL, 1));
    at = 0;
    R(sendfile(fd, fd, &at, 3));
    return verdict();
}
