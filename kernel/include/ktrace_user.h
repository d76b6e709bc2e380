/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ktrace_user.h - the trace point of user copies.
 *
 * Rules of use: included by arch.h alone, behind the prototypes of the copies. From there on
 * their names are these functions, which note the copy and call the CPU's (uaccess.S). Who moves
 * one thing in several pieces passes the point once and calls the quiet ones.
 */
#ifndef KERNEL_KTRACE_USER_H
#define KERNEL_KTRACE_USER_H

#include "kernel/include/ktrace.h"

static inline int quiet_copy_from_user(void *dst, vaddr_t src, size_t len)
{
    return copy_from_user(dst, src, len);
}

static inline int quiet_copy_to_user(vaddr_t dst, const void *src, size_t len)
{
    return copy_to_user(dst, src, len);
}

static inline int traced_copy_from_user(void *dst, vaddr_t src, size_t len)
{
    ktrace(user_copy, src, len);
    return copy_from_user(dst, src, len);
}

static inline int traced_copy_to_user(vaddr_t dst, const void *src, size_t len)
{
    ktrace(user_copy, dst, len | KTRACE_TO_USER);
    return copy_to_user(dst, src, len);
}

static inline long traced_strncpy_from_user(char *dst, vaddr_t src, size_t size)
{
    ktrace(user_copy, src, size);
    return strncpy_from_user(dst, src, size);
}

static inline int traced_clear_user(vaddr_t dst, size_t len)
{
    ktrace(user_copy, dst, len | KTRACE_TO_USER);
    return clear_user(dst, len);
}

#define copy_from_user traced_copy_from_user
#define copy_to_user traced_copy_to_user
#define strncpy_from_user traced_strncpy_from_user
#define clear_user traced_clear_user

#endif
