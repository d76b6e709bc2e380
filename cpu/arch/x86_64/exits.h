/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/arch/x86_64/exits.h - #VMEXIT codes (AMD64 manual vol. 2, appendix C) and
 * the engine's derived flags.
 */
#ifndef TRAPLINE_CPU_X86_64_EXITS_H
#define TRAPLINE_CPU_X86_64_EXITS_H

#define EXIT_BASE 0x100u /* the engine reports EXIT_BASE + exit code */

#define EXIT_READ_CR   0x00u
#define EXIT_WRITE_CR  0x10u
#define EXIT_WRITE_DR  0x30u
#define EXIT_EXCEPTION 0x40u
#define EXIT_INTR      0x60u
#define EXIT_RDTSC     0x6eu
#define EXIT_RDPMC     0x6fu
#define EXIT_CPUID     0x72u
#define EXIT_SWINT     0x75u
#define EXIT_INVD      0x76u
#define EXIT_HLT       0x78u
#define EXIT_MSR       0x7cu
#define EXIT_SHUTDOWN  0x7fu
#define EXIT_VMRUN     0x80u
#define EXIT_RDTSCP    0x87u
#define EXIT_WBINVD    0x89u
#define EXIT_MONITOR   0x8au
#define EXIT_MWAIT     0x8bu
#define EXIT_NPF       0x400u

#define INTERCEPT(code) (1ull << ((code)-EXIT_INTR))

#define HFLAG_CPL         0x3u
#define HFLAG_INHIBIT_IRQ 0x8u
#define HFLAG_CS32        0x10u
#define HFLAG_SS32        0x20u
#define HFLAG_ADDSEG      0x40u
#define HFLAG_PE          0x80u
#define HFLAG_LMA         0x4000u
#define HFLAG_CS64        0x8000u
#define HFLAG_GUEST       0x200000u

#endif
