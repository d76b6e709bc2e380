/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tests/qemu/mkinitramfs.c - the initramfs that Trapline makes of a folder, as a file for QEMU.
 *
 *     mkinitramfs OUT.cpio DIR [ARGV...]
 */
#include <stdio.h>
#include <stdlib.h>

#include "loader/boot.h"

int main(int argc, char **argv)
{
    char err[300];
    void *bytes;
    size_t len;
    FILE *f;

    if (argc < 3) {
        fprintf(stderr, "usage: mkinitramfs OUT.cpio DIR [ARGV...]\n");
        return 2;
    }
    if (initramfs_from_dir(argv[2], argc > 3 ? (const char *const *)argv + 3 : NULL, &bytes, &len,
                           err, sizeof(err)) != 0) {
        fprintf(stderr, "mkinitramfs: %s\n", err);
        return 1;
    }
    f = fopen(argv[1], "wb");
    if (!f || fwrite(bytes, 1, len, f) != len || fclose(f) != 0) {
        perror(argv[1]);
        return 1;
    }
    free(bytes);
    return 0;
}
