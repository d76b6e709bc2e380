// SPDX-License-Identifier: GPL-2.0-or-later
/* Copies within and between files, with and without offsets. */
#include "contract.h"

int main(void)
{
    int a = file_with("/tmp/a", "0123456789"), b = file_with("/tmp/b", "abcdef");
    loff_t in = 2, out = 3;

    R(copy_file_range(a, &in, b, &out, 4, 0));
    SAY("in %lld out %lld", (long long)in, (long long)out);
    S(text_of("/tmp/b"));
    R(copy_file_range(a, NULL, b, NULL, 3, 0));
    R(lseek(a, 0, SEEK_CUR));
    R(lseek(b, 0, SEEK_CUR));
    S(text_of("/tmp/b"));
    in = 8;
    R(copy_file_range(a, &in, b, NULL, 100, 0));
    in = 10;
    R(copy_file_range(a, &in, b, NULL, 100, 0));
    in = 0;
    out = 2;
    R(copy_file_range(a, &in, a, &out, 5, 0));
    out = 5;
    R(copy_file_range(a, &in, a, &out, 5, 0));
    S(text_of("/tmp/a"));
    R(copy_file_range(a, NULL, b, NULL, 1, 1));
    R(copy_file_range(99, NULL, b, NULL, 1, 0));
    R(copy_file_range(a, NULL, open("/tmp/b", O_RDONLY), NULL, 1, 0));
    R(copy_file_range(open("/tmp/a", O_WRONLY), NULL, b, NULL, 1, 0));
    R(copy_file_range(a, NULL, open("/tmp/b", O_WRONLY | O_APPEND), NULL, 1, 0));
    R(copy_file_range(open("/tmp", O_RDONLY), NULL, b, NULL, 1, 0));
    int p[2];
    CHECK(pipe(p) == 0);
    R(copy_file_range(a, NULL, p[1], NULL, 1, 0));
    return verdict();
}
