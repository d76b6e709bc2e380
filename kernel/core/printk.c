// SPDX-License-Identifier: GPL-2.0-or-later
/* printk.c - kernel messages: to the console and into a ring that syslog(2) reads. */
#include "kernel/include/printk.h"
#include "kernel/include/arch.h"
#include "kernel/include/string.h"

#define LINE_BYTES_MAX 256
#define LOG_BYTES 8192

static char log_ring[LOG_BYTES];
static size_t log_total; /* bytes ever written */

static void log_add(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        log_ring[log_total++ % LOG_BYTES] = s[i];
}

size_t printk_log_read(char *buf, size_t size)
{
    size_t have = log_total < LOG_BYTES ? log_total : LOG_BYTES;
    size_t n = size < have ? size : have;

    for (size_t i = 0; i < n; i++)
        buf[i] = log_ring[(log_total - n + i) % LOG_BYTES];
    return n;
}

static void print_line(const char *fmt, va_list ap)
{
    char line[LINE_BYTES_MAX] = "kernel: ";
    size_t at = strlen(line);
    int n = vsnprintf(line + at, sizeof(line) - at - 1, fmt, ap);

    at += (size_t)n < sizeof(line) - at - 2 ? (size_t)n : sizeof(line) - at - 2;
    log_add(line, at);
    log_add("\n", 1);
    arch_console_write(line, at);
    arch_console_write("\r\n", 2); /* nobody translates here: the console may be raw */
}

void printk(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    print_line(fmt, ap);
    va_end(ap);
}

_Noreturn void panic(const char *fmt, ...)
{
    static bool again;
    va_list ap;

    arch_irq_disable();
    if (!again) {
        again = true;
        arch_console_write("kernel: panic\n", 14);
        va_start(ap, fmt);
        print_line(fmt, ap);
        va_end(ap);
    }
    arch_poweroff(134);
}

_Noreturn void kassert_failed(const char *cond, const char *file, int line)
{
    panic("%s:%d: %s does not hold", file, line, cond);
}
