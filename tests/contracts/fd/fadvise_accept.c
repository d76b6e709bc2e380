// SPDX-License-Identifier: GPL-2.0-or-later
/* Which advice is taken, and on what. */
#include "contract.h"

int main(void)
{
    int fd = file_with("/tmp/f", "text"), p[2];

    CHECK(pipe(p) == 0);
    for (int advice = 0; advice < 8; advice++)
        SAY("advice %d: %s", advice, errno_name(posix_fadvise(fd, 0, 0, advice)));
    SAY("%s", errno_name(posix_fadvise(fd, 0, -1, 0)));
    SAY("%s", errno_name(posix_fadvise(p[0], 0, 0, 0)));
    SAY("%s", errno_name(posix_fadvise(99, 0, 0, 0)));
    R(readahead(fd, 0, 100));
    R(readahead(99, 0, 100));
    R(readahead(p[0], 0, 100));
    return verdict();
}
