/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tools/boot_cache_options.c - where booted machines and compressed images are kept, if they are.
 *
 * TRAPLINE_BOOT_CACHE names the folder, or is `off`; else it is $XDG_CACHE_HOME/trapline, else
 * ~/.cache/trapline. A relative XDG_CACHE_HOME counts as none (XDG Base Directory Specification).
 */
#include "tools/cmd.h"

#include <stdlib.h>

#define BUILD_IDS_BYTES 1024u

bool cache_dir_choose(char *dir, size_t len)
{
    const char *own = getenv("TRAPLINE_BOOT_CACHE"), *xdg = getenv("XDG_CACHE_HOME"),
               *home = getenv("HOME");
    int n = -1;

    if (own && own[0] != '\0')
        n = strcmp(own, "off") == 0 ? -1 : snprintf(dir, len, "%s", own);
    else if (xdg && xdg[0] == '/')
        n = snprintf(dir, len, "%s/trapline", xdg);
    else if (home && home[0] == '/')
        n = snprintf(dir, len, "%s/.cache/trapline", home);
    return n > 0 && (size_t)n < len;
}

bool boot_cache_choose(struct boot_cache *cache, const char *dir)
{
    uint8_t ids[BUILD_IDS_BYTES];
    struct blob build = {.data = ids, .bytes = host_build_ids(ids, sizeof(ids))};

    if (build.bytes == 0)
        return false;
    cache->dir = dir;
    cache->build = image_hash_of(&build);
    return true;
}
