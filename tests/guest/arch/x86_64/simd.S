/* SPDX-License-Identifier: GPL-2.0-or-later */
/* simd.h for x86_64. Leaf routines; no xmm register belongs to the caller in the System V ABI. */

	.macro	func name
	.globl	\name
	.type	\name, @function
	.p2align 4
\name:
	.cfi_startproc
	.endm

	.macro	endfunc name
	.cfi_endproc
	.size	\name, . - \name
	.endm

	.macro	load_all base
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	movdqu	(\n * 16)(\base), %xmm\n
	.endr
	.endm

	.macro	store_all base
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	movdqu	%xmm\n, (\n * 16)(\base)
	.endr
	.endm

	/* rdi dst, rsi bytes, rdx in, rcx out */
func simd_memset
	load_all %rdx
	test	%rsi, %rsi
	jz	2f
1:	store_all %rdi
	add	$256, %rdi
	sub	$256, %rsi
	jnz	1b
2:	store_all %rcx
	ret
endfunc simd_memset

	/* rdi src, rsi bytes, rdx in, rcx out */
func simd_touch
	load_all %rdx
1:	mov	(%rdi), %rax
	add	$4096, %rdi
	sub	$4096, %rsi
	jg	1b
	store_all %rcx
	ret
endfunc simd_touch

	/* rdi flag, rsi in, rdx out */
func simd_spin
	load_all %rsi
	xor	%eax, %eax
1:	inc	%rax
	cmpl	$0, (%rdi)
	je	1b
	store_all %rdx
	ret
endfunc simd_spin

	/* rdi nr, rsi a0, rdx a1, rcx in, r8 out */
func simd_syscall
	load_all %rcx
	mov	%rdi, %rax
	mov	%rsi, %rdi
	mov	%rdx, %rsi
	syscall
	store_all %r8
	ret
endfunc simd_syscall

	/* rdi in, rsi out */
func simd_breakpoint
	load_all %rdi
	int3
	store_all %rsi
	ret
endfunc simd_breakpoint

func simd_undefined
	load_all %rdi
	ud2
	store_all %rsi
	ret
endfunc simd_undefined

	/* edi byte */
func simd_clobber
	movd	%edi, %xmm0
	punpcklbw %xmm0, %xmm0
	pshuflw	$0, %xmm0, %xmm0
	pshufd	$0, %xmm0, %xmm0
	.irp	n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	movdqa	%xmm0, %xmm\n
	.endr
	ret
endfunc simd_clobber

	/* MXCSR.RC, bits 14:13: 0b10 rounds towards plus infinity (SDM vol. 1, 10.2.3.1) */
func simd_set_round_up
	sub	$8, %rsp
	.cfi_adjust_cfa_offset 8
	stmxcsr	(%rsp)
	andl	$0xffff9fff, (%rsp)
	test	%edi, %edi
	jz	1f
	orl	$0x4000, (%rsp)
1:	ldmxcsr	(%rsp)
	add	$8, %rsp
	.cfi_adjust_cfa_offset -8
	ret
endfunc simd_set_round_up

func simd_get_round_up
	sub	$8, %rsp
	.cfi_adjust_cfa_offset 8
	stmxcsr	(%rsp)
	mov	(%rsp), %eax
	shr	$14, %eax
	and	$1, %eax
	add	$8, %rsp
	.cfi_adjust_cfa_offset -8
	ret
endfunc simd_get_round_up

	.section .note.GNU-stack, "", @progbits
