/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Linux system calls on x86_64 (arch/x86/entry/syscalls/syscall_64.tbl). */
#define SYS_WRITE      1
#define SYS_MMAP       9
#define SYS_MUNMAP     11
#define SYS_CLONE      56
#define SYS_EXECVE     59
#define SYS_WAIT4      61
#define SYS_GETPPID    110
#define SYS_EXIT_GROUP 231

__asm__(".globl _start\n_start:\n\txorl %ebp, %ebp\n\tmovq %rsp, %rdi\n\tandq $-16, %rsp\n"
        "\tcall user_main\n");

static inline long syscall6(long number, long a, long b, long c, long d, long e, long f)
{
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    long result;

    __asm__ volatile("syscall" : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}
