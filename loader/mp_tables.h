/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loader/mp_tables.h - the x86_64 board in the words of the MultiProcessor Specification, inside
 * loader/ only.
 *
 * Rules of use: one block of bytes for X86_MP_TABLES, the floating pointer first, so that a kernel
 * that looks through the last 64 KiB below 1 MiB finds it.
 */
#ifndef TRAPLINE_LOADER_MP_TABLES_H
#define TRAPLINE_LOADER_MP_TABLES_H

#include "loader/layout.h"

/* *out is malloc'ed. `virtio_count` devices stand on the virtio bus. -ENOMEM. */
MUST_CHECK int mp_tables_build(unsigned virtio_count, uint8_t **out, size_t *out_bytes);

#endif
