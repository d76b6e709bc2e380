/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Short pieces of code, one exception each; test_traps.c has what must come of
 * them, in the same order. x0 is an address that the test gives. A piece runs
 * where the test puts it, with `fault` at the instruction that traps.
 */
    .arch armv8-a+crc+crypto
    .include "boot.inc"
main:
ready:
    b ready

    .macro piece name
    .pushsection .rodata
    .quad piece_\name, fault_\name, end_\name
    .popsection
piece_\name:
    .endm
    .macro traps name
fault_\name:
    .endm
    .macro ends name
end_\name:
    .endm
    .macro one name, insn:vararg
    piece \name
    nop
    traps \name
    \insn
    nop
    ends \name
    .endm

    .pushsection .rodata
    .balign 8
table:
    .popsection

    one svc, svc #0x1234
    one brk, brk #0xf00d
    one udf, .inst 0x00000000
    one smc, smc #0
    one hvc_user, hvc #0
    one eret_user, eret
    one undefined_msr, .inst 0xd51bf0e0
    one mrs_privileged, mrs x3, sctlr_el1
    one msr_privileged, msr ttbr0_el1, x7
    one tlbi_user, tlbi vmalle1
    one daifset_user, msr daifset, #2
    one daifclr_user, msr daifclr, #15
    one mrs_daif_user, mrs x5, daif
    one msr_daif_user, msr daif, x5
    one spsel_user, msr spsel, #1
    one ctr_user, mrs x1, ctr_el0
    one dczva_user, dc zva, x0
    one cvau_user, dc cvau, x0
    one wfi_user, wfi
    one wfe_user, wfe
    one counter_user, mrs x2, cntvct_el0
    one pcounter_user, mrs x2, cntpct_el0
    one vtimer_user, msr cntv_ctl_el0, x2
    one ptimer_user, mrs x2, cntp_cval_el0
    one frequency_user, mrs x2, cntfrq_el0
    one load, ldr x1, [x0]
    one load_pair, ldp x1, x2, [x0]
    one store, str x1, [x0]
    one store_vector, stp q0, q1, [x0]
    one atomic, ldxr x1, [x0]
    one jump, br x0
    one add_vector, add v0.4s, v1.4s, v2.4s
    one move_vector, fmov d0, x1
    one load_vector, ldr q3, [x0]
    one read_fpcr, mrs x1, fpcr
    one crc, crc32x w1, w2, x3
    one wide_sha, sha256h q0, q1, v2.4s
    .ltorg

    .balign 2048
vectors:
    .rept 512
    b .
    .endr
