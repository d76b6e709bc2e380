/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sigreturn.h - what guest/sigreturn.c asks of a CPU: where the fields of a signal frame stand, and
 * code that a frame can return to.
 */
#ifndef TESTS_ROBUST_SIGRETURN_H
#define TESTS_ROBUST_SIGRETURN_H

#include <stddef.h>
#include <stdint.h>
#include <ucontext.h>

/* How a field can be hostile. */
enum kind {
    KIND_PC,
    KIND_POINTER, /* of the kernel's reading, or the stack pointer */
    KIND_FLAGS,
    KIND_SELECTOR,
    KIND_WORD,
};

struct field {
    const char *name;
    enum kind kind;
    uint16_t offset; /* from the frame's lowest byte, or from the FP state's */
    uint8_t bytes;
    uint8_t in_fp;
};

extern const struct field fields[];
extern const unsigned field_count;

/* Of the frame in which this handler's context stands. */
uint8_t *frame_of(ucontext_t *uc);
size_t frame_bytes(void); /* of what is copied when it is moved */
uint8_t *frame_fp(ucontext_t *uc);
uint64_t *frame_pc(ucontext_t *uc);

/* rt_sigreturn with a frame that begins there. */
_Noreturn void sigreturn_at(uint64_t frame);
/* Where frames return to: takes a stack of its own, and calls landed() with the flags. */
void landing(void);
extern uint8_t landing_stack[16384];
_Noreturn void landed(uint64_t flags);
/* 0: user mode as it should be; else which exit status says what is wrong. */
int flags_are_wrong(uint64_t flags);
/* One instruction that no program may run, and how long it is. */
void privileged(void);
extern const unsigned privileged_bytes;
#define STATUS_FLAGS 90
#define STATUS_PRIVILEGED 91
#define STATUS_SELECTOR 92

#endif
