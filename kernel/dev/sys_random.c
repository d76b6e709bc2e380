/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sys_random.c - getrandom. The generator is seeded before PID 1, so no call ever waits. */
#include "kernel/fs/port.h"
#include "kernel/include/chrdev.h"
#include "kernel/include/syscall.h"

#define GRND_NONBLOCK 1u
#define GRND_RANDOM 2u
#define GRND_INSECURE 4u

SYSCALL3(getrandom, uint64_t, buf, uint64_t, len, uint64_t, flags)
{
    struct uio u;
    uint64_t pos = 0;
    if (flags & ~7ull || (flags & (GRND_RANDOM | GRND_INSECURE)) == (GRND_RANDOM | GRND_INSECURE))
        return -EINVAL;
    uio_init_user(&u, buf, len);
    return dev_random_fops.read(NULL, &u, &pos);
}
