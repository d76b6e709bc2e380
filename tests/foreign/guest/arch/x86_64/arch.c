/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The x86_64 hobby kernel's devices: 16550, 8259, 8254, isa-debug-exit. What the boot protocol
 * hands over is read: the command line, and how much memory there is.
 */
#include "../../hobby.h"

#define MULTIBOOT_EAX 0x2badb002u
#define PVH_MAGIC     0x336ec578u
#define TIMER_VECTOR  32

struct gate {
    uint16_t low, selector, flags, middle;
    uint32_t high, zero;
};

static struct gate idt[48];

void breakpoint_entry(void);
void timer_entry(void);
void timer_interrupt(void);

static void out(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" ::"a"(value), "Nd"(port));
}

static uint8_t in(uint16_t port)
{
    uint8_t value;

    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

void put_byte(char c)
{
    while (!(in(0x3fd) & 0x20))
        ;
    out(0x3f8, (uint8_t)c);
}

static void set_gate(unsigned vector, void (*entry)(void))
{
    uint64_t at = (uint64_t)entry;

    idt[vector] = (struct gate){(uint16_t)at, 8, 0x8e00, (uint16_t)(at >> 16),
                                (uint32_t)(at >> 32), 0};
}

void lose_vectors(void)
{
    static const uint8_t none[10];

    __asm__ volatile("lidt %0" ::"m"(none));
}

void exception_now(void)
{
    __asm__ volatile("int3" ::: "memory");
}

/* One shot of 1 ms: mode 0 counts down once. */
void timer_again(void)
{
    out(0x43, 0x30);
    out(0x40, 1193 & 0xff);
    out(0x40, 1193 >> 8);
}

void timer_start(void)
{
    static const uint8_t master[] = {0x11, TIMER_VECTOR, 4, 1}, slave[] = {0x11, 40, 2, 1};

    for (unsigned i = 0; i < 4; i++) {
        out(i ? 0x21 : 0x20, master[i]);
        out(i ? 0xa1 : 0xa0, slave[i]);
    }
    out(0x21, 0xfe);
    out(0xa1, 0xff);
    timer_again();
    __asm__ volatile("sti");
}

void timer_interrupt(void)
{
    hobby_tick();
    out(0x20, 0x20);
}

void wait(void)
{
    __asm__ volatile("hlt" ::: "memory");
}

void power_off(int status)
{
    out(0xf4, (uint8_t)status);
}

/* Last word of a command line: QEMU puts the file's name in front of it. */
static const char *last_word(const char *s)
{
    const char *word = s;

    for (; *s; s++)
        if (*s == ' ')
            word = s + 1;
    return word;
}

static void by_multiboot(const uint32_t *info)
{
    put("by multiboot\n");
    put("last word: ");
    put(last_word((const char *)(uint64_t)info[4]));
    put("\n");
    put_number("64 MiB or more", info[2] >= 63 * 1024);
}

static void by_pvh(const uint64_t *info)
{
    put("by PVH\n");
    put("last word: ");
    put(last_word((const char *)info[3]));
    put("\n");
    put_number("memory map", info[5] != 0);
}

void arch_main(uint64_t info, uint64_t magic)
{
    struct {
        uint16_t limit;
        uint64_t base;
    } __attribute__((packed)) pointer = {sizeof(idt) - 1, (uint64_t)idt};

    if (magic == MULTIBOOT_EAX)
        by_multiboot((const uint32_t *)info);
    else if (*(const uint32_t *)info == PVH_MAGIC)
        by_pvh((const uint64_t *)info);
    else
        put("by nobody knows what\n");
    set_gate(3, breakpoint_entry);
    set_gate(TIMER_VECTOR, timer_entry);
    __asm__ volatile("lidt %0" ::"m"(pointer));
    hobby_main();
}
