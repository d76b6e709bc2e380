/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/host_cache.h - a folder of files that may be lost at any time.
 *
 * Rules of use
 *   - A name's ending says of which kind the file is; files with another are left alone.
 *   - Several processes may use one folder: a file is put in place whole, in one step.
 *     What is read may be damaged all the same: the reader checks it.
 */
#ifndef TRAPLINE_SIM_HOST_CACHE_H
#define TRAPLINE_SIM_HOST_CACHE_H

#include "sim/bytes.h"

/* -ENOENT where there is none or it cannot be read. */
MUST_CHECK int host_cache_get(const char *dir, const char *name, struct blob *out);
/* It was of use: it goes later than others. */
void host_cache_used(const char *dir, const char *name);
/*
 * Folder and its parents are made where they are not there. Afterwards the files of the kind hold
 * `bytes_max` together at most; those used least lately went. -EFBIG: it alone is larger.
 */
MUST_CHECK int host_cache_put(const char *dir, const char *name, const void *data, size_t bytes,
                              uint64_t bytes_max);

#endif
