/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/arch/x86_64/vmcb.h - virtual machine control block, AMD64 manual vol. 2,
 * appendix B. Only what VMRUN, VMLOAD and exits of this machine use.
 */
#ifndef TRAPLINE_CPU_X86_64_VMCB_H
#define TRAPLINE_CPU_X86_64_VMCB_H

#include <stddef.h>
#include <stdint.h>

struct __attribute__((packed)) vmcb_seg {
    uint16_t selector;
    uint16_t attrib;
    uint32_t limit;
    uint64_t base;
};

struct __attribute__((packed)) vmcb {
    uint16_t intercept_cr_read, intercept_cr_write, intercept_dr_read, intercept_dr_write;
    uint32_t intercept_exceptions;
    uint64_t intercept;
    uint8_t reserved1[0x40 - 0x14];
    uint64_t iopm_base, msrpm_base, tsc_offset;
    uint32_t asid;
    uint32_t tlb_control;
    uint64_t int_ctl, int_state, exit_code, exit_info_1, exit_info_2, exit_int_info, nested_ctl;
    uint8_t reserved2[0xa8 - 0x98];
    uint64_t event_inj, nested_cr3;
    uint8_t reserved3[0x400 - 0xb8];
    struct vmcb_seg es, cs, ss, ds, fs, gs, gdtr, ldtr, idtr, tr;
    uint8_t reserved4[0x4cb - 0x4a0];
    uint8_t cpl;
    uint32_t reserved5;
    uint64_t efer;
    uint8_t reserved6[0x548 - 0x4d8];
    uint64_t cr4, cr3, cr0, dr7, dr6, rflags, rip;
    uint8_t reserved7[0x5d8 - 0x580];
    uint64_t rsp;
    uint8_t reserved8[0x5f8 - 0x5e0];
    uint64_t rax, star, lstar, cstar, sfmask, kernel_gs_base, sysenter_cs, sysenter_esp,
        sysenter_eip, cr2;
};

_Static_assert(offsetof(struct vmcb, iopm_base) == 0x40, "vmcb");
_Static_assert(offsetof(struct vmcb, exit_info_2) == 0x80, "vmcb");
_Static_assert(offsetof(struct vmcb, nested_ctl) == 0x90, "vmcb");
_Static_assert(offsetof(struct vmcb, nested_cr3) == 0xb0, "vmcb");
_Static_assert(offsetof(struct vmcb, es) == 0x400, "vmcb");
_Static_assert(offsetof(struct vmcb, efer) == 0x4d0, "vmcb");
_Static_assert(offsetof(struct vmcb, rip) == 0x578, "vmcb");
_Static_assert(offsetof(struct vmcb, cr2) == 0x640, "vmcb");

#endif
