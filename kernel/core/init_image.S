/* SPDX-License-Identifier: GPL-2.0-or-later */
/* init_image.S - the ELF file of PID 1 (init/), read by process_start_init(). */
    .section .rodata
    .balign 16
    .global init_image_start, init_image_end
init_image_start:
    .incbin INIT_IMAGE
init_image_end:
    .section .note.GNU-stack, "", %progbits
