/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * clone_abi.h - the order of clone(2)'s last arguments on arm64 (CONFIG_CLONE_BACKWARDS): tls, then
 * child_tid.
 */
#ifndef KERNEL_ARCH_CLONE_ABI_H
#define KERNEL_ARCH_CLONE_ABI_H

#define CLONE_ARG_TLS 3
#define CLONE_ARG_CHILD_TID 4

#endif
