// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * power.c - off and reset.
 *
 * Off is a byte to the debug exit port: Trapline ends with it as exit status, QEMU's
 * isa-debug-exit with (status << 1) | 1. A machine without that port just halts, since the
 * kernel reads no ACPI tables.
 */
#include "kernel/arch/x86_64/console.h"
#include "kernel/arch/x86_64/cpu.h"
#include "kernel/include/arch.h"

#define DEBUG_EXIT 0xf4
#define KEYBOARD_STATUS 0x64
#define KEYBOARD_BUSY 0x02
#define KEYBOARD_RESET 0xfe
#define RESET_CONTROL 0xcf9
#define RESET_FULL 0x06
#define WAIT_MAX 1000u

static _Noreturn void halt(void)
{
    for (;;)
        __asm__ volatile("cli; hlt");
}

_Noreturn void arch_poweroff(int status)
{
    console_drain();
    outb(DEBUG_EXIT, (uint8_t)status);
    halt();
}

/* By the keyboard controller, then by the chipset, at last by a triple fault: an empty IDT. */
_Noreturn void arch_reboot(void)
{
    const struct {
        uint16_t limit;
        uint64_t base;
    } __attribute__((packed)) empty = { 0, 0 };

    console_drain();
    for (unsigned i = 0; i < WAIT_MAX && (inb(KEYBOARD_STATUS) & KEYBOARD_BUSY); i++)
        ;
    outb(KEYBOARD_STATUS, KEYBOARD_RESET);
    outb(RESET_CONTROL, RESET_FULL);
    __asm__ volatile("lidt %0; int3" : : "m"(empty));
    halt();
}
