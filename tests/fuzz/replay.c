/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A fuzz target without libFuzzer: each file of each folder named is one input, and so are its
 * beginnings and its bytes with one of them changed. What libFuzzer found once is found here.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

#define CUTS 64u

/* A copy that ends where its allocation ends, so that a sanitizer sees a read behind it. */
static void give(const uint8_t *bytes, size_t size, size_t change)
{
    uint8_t *copy = malloc(size ? size : 1);

    if (!copy)
        abort();
    memcpy(copy, bytes, size);
    if (change < size)
        copy[change] ^= (uint8_t)(1u << change % 8);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static void file(const char *path)
{
    static uint8_t bytes[1 << 20];
    FILE *f = fopen(path, "rb");
    size_t size;

    if (!f) {
        perror(path);
        exit(2);
    }
    size = fread(bytes, 1, sizeof(bytes), f);
    fclose(f);
    give(bytes, size, size);
    for (size_t i = 0; i < CUTS && size; i++) {
        give(bytes, size * i / CUTS, size);
        give(bytes, size, size * i / CUTS);
    }
}

int main(int argc, char **argv)
{
    unsigned count = 0;

    for (int i = 1; i < argc; i++) {
        DIR *dir = opendir(argv[i]);
        struct dirent *entry;

        while (dir && (entry = readdir(dir))) {
            char path[4096];

            if (entry->d_name[0] == '.')
                continue;
            snprintf(path, sizeof(path), "%s/%s", argv[i], entry->d_name);
            file(path);
            count++;
        }
        if (dir)
            closedir(dir);
    }
    printf("%u files\n", count);
    return count ? 0 : 1;
}
