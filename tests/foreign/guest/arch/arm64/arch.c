/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The arm64 hobby kernel's devices: PL011, GICv2, the virtual timer, PSCI by HVC, or by SMC where
 * it began at EL2. Nothing is read from the device tree: QEMU hands bare ELF files none.
 */
#include "../../hobby.h"

#define UART ((volatile uint32_t *)0x09000000)
#define GICD ((volatile uint32_t *)0x08000000)
#define GICC ((volatile uint32_t *)0x08010000)
#define VTIMER 27

static uint64_t began_at;

void el2_says_so(void);
void el1_sync(void);
void el1_irq(void);

void put_byte(char c)
{
    while (UART[0x18 / 4] & 1u << 5)
        ;
    UART[0] = (uint8_t)c;
}

void el2_says_so(void)
{
    put("at EL2\n");
}

void exception_now(void)
{
    __asm__ volatile("brk #7" ::: "memory");
}

void lose_vectors(void)
{
    __asm__ volatile("msr vbar_el1, %0\n isb" ::"r"(0x20000000ull) : "memory"); /* there is nothing */
}

void el1_sync(void)
{
    uint64_t esr, elr;

    __asm__ volatile("mrs %0, esr_el1\n mrs %1, elr_el1" : "=r"(esr), "=r"(elr));
    put_number("class", esr >> 26);
    put_number("comment", esr & 0xffff);
    __asm__ volatile("msr elr_el1, %0" ::"r"(elr + 4));
    hobby_exception();
}

void timer_again(void)
{
    uint64_t hz;

    __asm__ volatile("mrs %0, cntfrq_el0" : "=r"(hz));
    __asm__ volatile("msr cntv_tval_el0, %0" ::"r"(hz / 1000));
}

void timer_start(void)
{
    GICD[0] = 1;
    GICC[0x4 / 4] = 0xff;
    GICC[0] = 1;
    GICD[0x100 / 4] = 1u << VTIMER;
    timer_again();
    __asm__ volatile("msr cntv_ctl_el0, %0\n msr daifclr, #2" ::"r"(1ull));
}

void el1_irq(void)
{
    uint32_t id = GICC[0xc / 4];

    if ((id & 1023) == VTIMER) {
        __asm__ volatile("msr cntv_tval_el0, %0" ::"r"(0x7fffffffull));
        hobby_tick();
    }
    GICC[0x10 / 4] = id;
}

void wait(void)
{
    __asm__ volatile("wfi" ::: "memory");
}

void power_off(int status)
{
    register uint64_t x0 __asm__("x0") = 0x84000008, x1 __asm__("x1") = (uint64_t)status;

    if (began_at == 2)
        __asm__ volatile("smc #0" : "+r"(x0) : "r"(x1) : "memory");
    else
        __asm__ volatile("hvc #0" : "+r"(x0) : "r"(x1) : "memory");
}

void arch_main(uint64_t began, uint64_t unused)
{
    register uint64_t x0 __asm__("x0") = 1, x1 __asm__("x1") = 0, x2 __asm__("x2") = 0;
    uint64_t el;

    (void)unused;
    began_at = began;
    __asm__ volatile("mrs %0, CurrentEL" : "=r"(el));
    put_number("began at EL", began);
    put_number("now at EL", el >> 2);
    if (began == 2) {
        __asm__ volatile("hvc #5" : "+r"(x0), "+r"(x1), "+r"(x2)::"memory");
        uint64_t class = x0, at = x1, from = x2 & 15;

        put_number("HVC class", class);
        put_number("HVC went to EL", at);
        put_number("HVC came from mode", from);
    }
    hobby_main();
}
