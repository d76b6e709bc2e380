/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * host_arch.h - arch.h on the host, as far as kernel/mm needs it.
 *
 * Rules of use: host_start() before each test gives fresh RAM; host_end() checks that
 * every page has come back.
 */
#ifndef TESTS_KERNEL_MM_HOST_ARCH_H
#define TESTS_KERNEL_MM_HOST_ARCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kernel/include/arch.h"
#include "kernel/include/kmalloc.h"
#include "kernel/include/page.h"

#define HOST_RAM_BYTES (16ull << 20)
#define HOST_RAM_BASE 0x40000000ull

void host_start(void);
void host_end(void);
/* The same as a test's set-up and tear-down. */
int host_setup(void **state);
int host_teardown(void **state);
/* Entries in a page table now; and the rights of one page, 0 where there is none. */
unsigned host_pmap_count(const struct pmap *pm);
unsigned host_pmap_prot(const struct pmap *pm, vaddr_t va);

#endif
