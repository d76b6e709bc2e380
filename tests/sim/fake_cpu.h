/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tests/sim/fake_cpu.h - a small cpu behind the contract of cpu/cpu.h, for tests of sim/.
 *
 * Purpose: registers in an array, RAM, a timer, a console: enough to record, replay,
 * digest and compare without the engine. It "executes" by arithmetic on its
 * registers and RAM. What it does is set by a struct fake_program, which
 * stands where the kernel's code would.
 *
 * Rules of use: fake_machine() builds a machine whose kernel is such a program. The
 * knobs in `fake_knobs` break it on purpose; a test puts them back.
 */
#ifndef TRAPLINE_TESTS_SIM_FAKE_CPU_H
#define TRAPLINE_TESTS_SIM_FAKE_CPU_H

#include "sim/machine.h"

#define FAKE_MAGIC 0x656b6166u
#define FAKE_SP    31          /* numbers for cpu_reg_write() */
#define FAKE_PC    32
#define FAKE_NAMED 24u

struct fake_program {
    uint32_t magic;
    uint32_t trap_every;  /* instructions between system calls; 0: none */
    uint32_t timer_every; /* cycles between timer interrupts; 0: none */
    uint32_t input_wanted;/* console bytes to read, idling for them; then it goes on */
    uint64_t insns;       /* power-off after that many */
    uint8_t status;
    uint8_t idle_at_end;  /* wait for input instead of powering off */
    uint8_t echo;         /* write input bytes to the console */
    uint8_t spaces;       /* address spaces by turns, each for 10000 instructions; 0: one */
    uint8_t pad[4];
};

struct fake_knobs {
    uint64_t flip_register_at; /* this instruction flips a bit of x5; 0: never */
    uint64_t flip_ram_at;      /* of a byte in RAM */
    uint64_t delay_ask_late;   /* from here on timers are armed one instruction later */
    vaddr_t memory_va;         /* what cpu_mem_read() sees, and where: nothing else is mapped */
    const uint8_t *memory;
    size_t memory_bytes;
    uint64_t syscall;          /* the number of the system call; 0: getpid's */
    struct fake_named {
        const char *name;      /* NULL: no more */
        uint64_t value;
    } named[FAKE_NAMED];       /* registers that there are beside those of its table */
};
extern struct fake_knobs fake_knobs;

/* 16 MiB of RAM, no initrd. Free with machine_free(). */
void fake_machine(struct machine *m, enum arch arch, const struct fake_program *program);

#endif
