/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fpsimd.S - the FP and SIMD registers, to and from a struct trap_frame (x0). */
#include "kernel/arch/arm64/asm.h"
#include "kernel/arch/arm64/frame.h"

    .arch armv8-a+fp+simd

    .macro fp_pairs op
    \op q0, q1, [x0, #FRAME_V(0)]
    \op q2, q3, [x0, #FRAME_V(2)]
    \op q4, q5, [x0, #FRAME_V(4)]
    \op q6, q7, [x0, #FRAME_V(6)]
    \op q8, q9, [x0, #FRAME_V(8)]
    \op q10, q11, [x0, #FRAME_V(10)]
    \op q12, q13, [x0, #FRAME_V(12)]
    \op q14, q15, [x0, #FRAME_V(14)]
    \op q16, q17, [x0, #FRAME_V(16)]
    \op q18, q19, [x0, #FRAME_V(18)]
    \op q20, q21, [x0, #FRAME_V(20)]
    \op q22, q23, [x0, #FRAME_V(22)]
    \op q24, q25, [x0, #FRAME_V(24)]
    \op q26, q27, [x0, #FRAME_V(26)]
    \op q28, q29, [x0, #FRAME_V(28)]
    \op q30, q31, [x0, #FRAME_V(30)]
    .endm

    .text
FUNCTION(fpsimd_save)
    fp_pairs stp
    mrs x1, fpsr
    mrs x2, fpcr
    stp x1, x2, [x0, #FRAME_FPSR]
    ret
END_FUNCTION(fpsimd_save)

FUNCTION(fpsimd_load)
    fp_pairs ldp
    ldp x1, x2, [x0, #FRAME_FPSR]
    msr fpsr, x1
    msr fpcr, x2
    ret
END_FUNCTION(fpsimd_load)
    .section .note.GNU-stack, "", %progbits
