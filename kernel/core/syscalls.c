// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * syscalls.c - the system call table and its dispatch.
 *
 * The table has every number that Linux has on this CPU. Handlers are referred
 * to weakly: a call that nobody has written is NULL here, returns -ENOSYS and is
 * logged once by its name.
 *
 * The caller writes the result to the frame, and only it; signals are delivered
 * later, on the way out (trap_leave_user), so delivery is the last writer.
 */
#include "kernel/include/ktrace.h"
#include "kernel/include/printk.h"
#include "kernel/include/syscall.h"

#define X(number, name) __attribute__((weak)) long sys_##name(const uint64_t *args);
#include "syscall_numbers.h"
#undef X

static const struct {
    syscall_fn fn;
    const char *name;
} table[] = {
#define X(number, name) [number] = { sys_##name, #name },
#include "syscall_numbers.h"
#undef X
};
#define TABLE_SIZE (sizeof(table) / sizeof(table[0]))

static bool reported[TABLE_SIZE];

static long syscall_unimplemented(uint64_t number)
{
    if (number >= TABLE_SIZE || !table[number].name)
        return -ENOSYS;
    if (!reported[number]) {
        reported[number] = true;
        printk("unimplemented system call %s", table[number].name);
    }
    return -ENOSYS;
}

static void note_restart(long result)
{
    if (result == -ERESTARTSYS || result == -ERESTARTNOINTR || result == -ERESTARTNOHAND ||
        result == -ERESTART_RESTARTBLOCK)
        current->restart_code = (int)-result;
}

/* With trace points on: apart from the way below, which keeps nothing across the call. */
static __attribute__((noinline)) long dispatch_traced(uint64_t number, const uint64_t *args)
{
    long result;

    ktrace(syscall_enter, number, args[0]);
    if (number < TABLE_SIZE && table[number].fn)
        result = table[number].fn(args);
    else
        result = syscall_unimplemented(number);
    if (result <= -ERESTARTSYS)
        note_restart(result);
    ktrace(syscall_exit, number, result);
    return result;
}

/* User mode sees no error below -ERESTARTSYS: one comparison tells most calls from restarts. */
long syscall_dispatch(uint64_t number, const uint64_t *args)
{
    long result;

    if (__builtin_expect(ktrace_ring.mask != 0, 0))
        return dispatch_traced(number, args);
    if (number < TABLE_SIZE && table[number].fn)
        result = table[number].fn(args);
    else
        result = syscall_unimplemented(number);
    if (result <= -ERESTARTSYS)
        note_restart(result);
    return result;
}

long syscall_restart_block(long (*fn)(struct restart *r))
{
    current->restart.fn = fn;
    return -ERESTART_RESTARTBLOCK;
}

SYSCALL0(restart_syscall)
{
    long (*fn)(struct restart *r) = current->restart.fn;

    current->restart.fn = NULL;
    return fn ? fn(&current->restart) : -EINTR;
}
