/* SPDX-License-Identifier: GPL-2.0-or-later */
/* simd.h for arm64. Leaf routines, no stack; the AAPCS lower halves of v8-v15 are kept in a save area. */

	.macro	func name
	.globl	\name
	.type	\name, %function
	.p2align 4
\name:
	.cfi_startproc
	.endm

	.macro	endfunc name
	.cfi_endproc
	.size	\name, . - \name
	.endm

	/* d8-d15 belong to the caller: park them below the stack pointer. */
	.macro	save_callee
	sub	sp, sp, #64
	.cfi_def_cfa_offset 64
	stp	d8, d9, [sp]
	stp	d10, d11, [sp, #16]
	stp	d12, d13, [sp, #32]
	stp	d14, d15, [sp, #48]
	.endm

	.macro	restore_callee
	ldp	d8, d9, [sp]
	ldp	d10, d11, [sp, #16]
	ldp	d12, d13, [sp, #32]
	ldp	d14, d15, [sp, #48]
	add	sp, sp, #64
	.cfi_def_cfa_offset 0
	.endm

	.macro	all_regs op, base
	\op	q0, q1, [\base]
	\op	q2, q3, [\base, #32]
	\op	q4, q5, [\base, #64]
	\op	q6, q7, [\base, #96]
	\op	q8, q9, [\base, #128]
	\op	q10, q11, [\base, #160]
	\op	q12, q13, [\base, #192]
	\op	q14, q15, [\base, #224]
	\op	q16, q17, [\base, #256]
	\op	q18, q19, [\base, #288]
	\op	q20, q21, [\base, #320]
	\op	q22, q23, [\base, #352]
	\op	q24, q25, [\base, #384]
	\op	q26, q27, [\base, #416]
	\op	q28, q29, [\base, #448]
	\op	q30, q31, [\base, #480]
	.endm

	/* x0 dst, x1 bytes, x2 in, x3 out */
func simd_memset
	save_callee
	all_regs ldp, x2
	cbz	x1, 2f
1:	all_regs stp, x0
	add	x0, x0, #512
	subs	x1, x1, #512
	b.ne	1b
2:	all_regs stp, x3
	restore_callee
	ret
endfunc simd_memset

	/* x0 src, x1 bytes, x2 in, x3 out */
func simd_touch
	save_callee
	all_regs ldp, x2
1:	ldr	x9, [x0]
	add	x0, x0, #4096
	subs	x1, x1, #4096
	b.gt	1b
	all_regs stp, x3
	restore_callee
	ret
endfunc simd_touch

	/* x0 flag, x1 in, x2 out */
func simd_spin
	save_callee
	all_regs ldp, x1
	mov	x9, #0
1:	add	x9, x9, #1
	ldr	w10, [x0]
	cbz	w10, 1b
	all_regs stp, x2
	mov	x0, x9
	restore_callee
	ret
endfunc simd_spin

	/* x0 nr, x1 a0, x2 a1, x3 in, x4 out */
func simd_syscall
	save_callee
	all_regs ldp, x3
	mov	x8, x0
	mov	x0, x1
	mov	x1, x2
	svc	#0
	all_regs stp, x4
	restore_callee
	ret
endfunc simd_syscall

	/* x0 in, x1 out */
func simd_breakpoint
	save_callee
	all_regs ldp, x0
	brk	#0
	all_regs stp, x1
	restore_callee
	ret
endfunc simd_breakpoint

func simd_undefined
	save_callee
	all_regs ldp, x0
	udf	#0
	all_regs stp, x1
	restore_callee
	ret
endfunc simd_undefined

	/* w0 byte */
func simd_clobber
	save_callee
	dup	v0.16b, w0
	.irp	n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	mov	v\n\().16b, v0.16b
	.endr
	restore_callee
	ret
endfunc simd_clobber

	/* FPCR.RMode, bits 23:22: 0b01 rounds towards plus infinity (DDI 0487, FPCR) */
func simd_set_round_up
	mrs	x9, fpcr
	bic	x9, x9, #(3 << 22)
	cbz	w0, 1f
	orr	x9, x9, #(1 << 22)
1:	msr	fpcr, x9
	ret
endfunc simd_set_round_up

func simd_get_round_up
	mrs	x9, fpcr
	ubfx	w0, w9, #22, #2
	ret
endfunc simd_get_round_up

	.section .note.GNU-stack, "", %progbits
