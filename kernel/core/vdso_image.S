/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vdso_image.S - the ELF image of the vDSO (vdso/), put into a file by vdso_init(). */
    .section .rodata
    .balign 16
    .global vdso_image_start, vdso_image_end
vdso_image_start:
    .incbin VDSO_IMAGE
vdso_image_end:
    .section .note.GNU-stack, "", %progbits
