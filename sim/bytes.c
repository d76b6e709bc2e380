/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/bytes.c - what of bytes.h needs the host: a header with <sys/mman.h> would bring the host's
 * MAP_ constants to files that have the guest's.
 */
#include "sim/bytes.h"

#include <sys/mman.h>

void blob_unmap(struct blob *b)
{
    munmap(b->data, b->bytes);
}
