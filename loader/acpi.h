/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loader/acpi.h - the x86_64 board in the words of ACPI, inside loader/ only.
 *
 * Rules of use: one block of bytes for X86_FIRMWARE, the RSDP first, so that a kernel finds it by
 * the pointer of its boot protocol or by looking through the firmware's area.
 */
#ifndef TRAPLINE_LOADER_ACPI_H
#define TRAPLINE_LOADER_ACPI_H

#include "loader/layout.h"

/* *out is malloc'ed. `virtio_count` devices stand on the virtio bus. -ENOMEM. */
MUST_CHECK int acpi_build(unsigned virtio_count, uint8_t **out, size_t *out_bytes);

#endif
