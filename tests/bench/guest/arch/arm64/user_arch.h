/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Linux system calls on arm64 (include/uapi/asm-generic/unistd.h). */
#define SYS_WRITE      64
#define SYS_EXIT_GROUP 94
#define SYS_GETPPID    173
#define SYS_MUNMAP     215
#define SYS_CLONE      220
#define SYS_EXECVE     221
#define SYS_MMAP       222
#define SYS_WAIT4      260

__asm__(".globl _start\n_start:\n\tmov x29, #0\n\tmov x0, sp\n\tb user_main\n");

static inline long syscall6(long number, long a, long b, long c, long d, long e, long f)
{
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    register long x5 __asm__("x5") = f;

    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                     : "memory");
    return x0;
}
