/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ptrace.h - Linux's numbers and structures of ptrace; what differs per CPU is in
 * arch/CPU/ptrace.c.
 */
#ifndef KERNEL_UAPI_PTRACE_H
#define KERNEL_UAPI_PTRACE_H

#include <stdint.h>

#define PTRACE_TRACEME 0
#define PTRACE_PEEKTEXT 1
#define PTRACE_PEEKDATA 2
#define PTRACE_POKETEXT 4
#define PTRACE_POKEDATA 5
#define PTRACE_CONT 7
#define PTRACE_KILL 8
#define PTRACE_SINGLESTEP 9
#define PTRACE_ATTACH 16
#define PTRACE_DETACH 17
#define PTRACE_SYSCALL 24
#define PTRACE_SETOPTIONS 0x4200
#define PTRACE_GETEVENTMSG 0x4201
#define PTRACE_GETSIGINFO 0x4202
#define PTRACE_SETSIGINFO 0x4203
#define PTRACE_GETREGSET 0x4204
#define PTRACE_SETREGSET 0x4205
#define PTRACE_SEIZE 0x4206
#define PTRACE_INTERRUPT 0x4207
#define PTRACE_LISTEN 0x4208
#define PTRACE_GETSIGMASK 0x420a
#define PTRACE_SETSIGMASK 0x420b
#define PTRACE_GET_SYSCALL_INFO 0x420e

/* Bit n of the options asks for event n; bit 0 is TRACESYSGOOD. */
#define PTRACE_EVENT_FORK 1
#define PTRACE_EVENT_VFORK 2
#define PTRACE_EVENT_CLONE 3
#define PTRACE_EVENT_EXEC 4
#define PTRACE_EVENT_VFORK_DONE 5
#define PTRACE_EVENT_EXIT 6
#define PTRACE_EVENT_STOP 128
#define PTRACE_O_TRACESYSGOOD 0x01u
#define PTRACE_O_EXITKILL (1u << 20)
#define PTRACE_O_ALL (0xffu | PTRACE_O_EXITKILL | (1u << 21))

#define PTRACE_SYSCALL_INFO_NONE 0
#define PTRACE_SYSCALL_INFO_ENTRY 1
#define PTRACE_SYSCALL_INFO_EXIT 2

struct ptrace_syscall_info_k {
    uint8_t op, pad[3];
    uint32_t arch;
    uint64_t pc, sp;
    union {
        struct {
            uint64_t number, args[6];
        } entry;
        struct {
            int64_t result;
            uint8_t is_error, pad[7];
        } exit;
        uint64_t bytes[8];
    };
};
#define PTRACE_SYSCALL_INFO_NONE_BYTES 24u
#define PTRACE_SYSCALL_INFO_ENTRY_BYTES 80u
#define PTRACE_SYSCALL_INFO_EXIT_BYTES 33u

#define NT_PRSTATUS 1u
#define NT_FPREGSET 2u
#define NT_X86_XSTATE 0x202u
#define NT_ARM_TLS 0x401u
#define NT_ARM_HW_BREAK 0x402u
#define NT_ARM_HW_WATCH 0x403u
#define NT_ARM_SYSTEM_CALL 0x404u

#endif
