/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clone_abi.h - the order of clone(2)'s last arguments on x86_64: child_tid, then tls. */
#ifndef KERNEL_ARCH_CLONE_ABI_H
#define KERNEL_ARCH_CLONE_ABI_H

#define CLONE_ARG_TLS 4
#define CLONE_ARG_CHILD_TID 3

#endif
