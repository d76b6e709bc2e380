// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * syscalls.c - the system call table and its dispatch.
 *
 * The table has every number that Linux has on this CPU. Handlers are referred
 * to weakly: a call that nobody has written is NULL here, returns -ENOSYS and is
 * logged once by its name.
 *
 * The result is written to the frame here, and only here; signals are delivered
 * later, on the way out (trap_leave_user), so delivery is the last writer.
 */
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

static bool is_restart(long result)
{
    return result == -ERESTARTSYS || result == -ERESTARTNOINTR || result == -ERESTARTNOHAND ||
           result == -ERESTART_RESTARTBLOCK;
}

void syscall_dispatch(struct trap_frame *f)
{
    uint64_t number = (uint64_t)frame_syscall_number(f);
    uint64_t scratch[6];
    long result;

    if (number < TABLE_SIZE && table[number].fn)
        result = table[number].fn(frame_syscall_args(f, scratch));
    else
        result = syscall_unimplemented(number);
    if (result == SYSCALL_FRAME_SET)
        return;
    if (is_restart(result))
        current->restart_code = (int)-result;
    frame_set_result(f, result);
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
