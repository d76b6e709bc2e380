/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tests/qemu/qemu_log.c - reader of QEMU 7.2's `-d int` log.
 *
 * arm64, one exception:
 *     Taking exception 4 [Data Abort] on CPU 0
 *     ...from EL0 to EL1
 *     ...with ESR 0x24/0x92000007
 *     ...with FAR 0x40205000                  aborts only
 *     ...with ELR 0x40203048
 *     ...to EL1 PC 0x40080c00 PSTATE 0x3c5
 * Interrupts (5 IRQ, 6 FIQ) have no ESR; a PSCI call ends in "...handled as PSCI call".
 *
 * x86_64, one exception and the registers before it:
 *     45: v=0e e=0004 i=0 cpl=3 IP=0023:00000000001830a0 pc=... SP=... CR2=0000000000186010
 *     RAX=...
 *     EFER=0000000000000d01
 * i=1 is INT n, whose IP is still that of the instruction. A hardware interrupt has
 * "Servicing hardware INT=0x20" on the line before; in real mode that line stands
 * alone. CR2 is shown for vector 14 only.
 */
#include "tests/qemu/trap_list.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define LINE_BYTES    512
#define EXCEPTION_IRQ 5
#define EXCEPTION_FIQ 6
#define EFER_LMA      0x400u
#define VECTOR_GP     13u
#define VECTOR_PF     14u
#define PF_PRESENT    1u
#define PF_RESERVED   8u

static int read_arm64(FILE *log, struct trap_list *list, char *err, size_t err_len)
{
    struct trap_entry e = {0};
    bool open = false, skip = false;
    char line[LINE_BYTES];
    unsigned number, class, at = 0;
    uint64_t value;
    int rc = 0;

    while (rc == 0 && fgets(line, sizeof(line), log)) {
        at++;
        if (sscanf(line, "Taking exception %u", &number) == 1) {
            memset(&e, 0, sizeof(e));
            open = true;
            skip = number == EXCEPTION_IRQ || number == EXCEPTION_FIQ;
        } else if (!open) {
            continue;
        } else if (sscanf(line, "...with ESR 0x%x/0x%" SCNx64, &class, &value) == 2) {
            e.syndrome = value;
        } else if (sscanf(line, "...with FAR 0x%" SCNx64, &value) == 1) {
            e.addr = value;
        } else if (sscanf(line, "...with ELR 0x%" SCNx64, &value) == 1) {
            e.pc = value;
        } else if (sscanf(line, "...to EL1 PC 0x%" SCNx64, &value) == 1) {
            e.vector = value & 0x7ff; /* VBAR_EL1 is a multiple of 2 KiB */
            open = false;
            if (!skip)
                rc = trap_list_add(list, &e);
        } else if (strncmp(line, "...handled as", 13) == 0) {
            open = false;
        } else if (strncmp(line, "...from", 7) != 0 &&
                   strncmp(line, "...with SPSR", 12) != 0) { /* since QEMU 9 */
            snprintf(err, err_len, "line %u of QEMU's log is not understood: %s", at, line);
            rc = -EINVAL;
        }
    }
    return rc;
}

struct x86_pending {
    struct trap_entry e;
    bool valid, is_int, is_hardware;
};

static unsigned int_length(uint32_t vector)
{
    return vector == 3 ? 1 : 2; /* INT3 and INT n */
}

/* The entry is complete with its EFER line: put it right and keep it. */
static int finish_x86(struct x86_pending *p, struct trap_list *list, vaddr_t int_ip)
{
    if (p->is_hardware)
        return 0;
    /* A reserved bit in a present entry: QEMU forgets P, which SDM vol. 3, 4.7 wants with RSVD. */
    if (p->e.vector == VECTOR_PF && (p->e.syndrome & PF_RESERVED))
        p->e.syndrome |= PF_PRESENT;
    if (p->is_int) {
        p->e.pc += int_length(p->e.vector);
    } else if (int_ip == p->e.pc && list->count > 0 && p->e.vector == VECTOR_GP) {
        /*
         * An INT that its gate refuses: QEMU logs the INT, then the #GP, before QEMU 9 with the
         * error code n * 16 + 2. It is n * 8 + 2 (SDM vol. 3, 6.13: index in bits 3..15, IDT in
         * bit 1).
         */
        const struct trap_entry *tried = &list->entries[list->count - 1];

        uint32_t right = tried->vector * 8u + 2;

        if (p->e.syndrome == right || p->e.syndrome == tried->vector * 16u + 2) {
            p->e.syndrome = right;
            list->count--;
        }
    }
    return trap_list_add(list, &p->e);
}

static int read_x86_64(FILE *log, struct trap_list *list, char *err, size_t err_len)
{
    struct x86_pending p = {0};
    bool hardware = false;
    vaddr_t int_ip = ~0ull;
    char line[LINE_BYTES];
    int rc = 0;

    (void)err;
    (void)err_len;
    while (rc == 0 && fgets(line, sizeof(line), log)) {
        unsigned count, vector, code, is_int, cpl, cs;
        uint64_t ip, value;
        const char *cr2 = strstr(line, " CR2=");

        if (strncmp(line, "Servicing hardware INT", 22) == 0) {
            hardware = true;
            continue;
        }
        if (sscanf(line, " %u: v=%x e=%x i=%u cpl=%u IP=%x:%" SCNx64, &count, &vector, &code,
                          &is_int, &cpl, &cs, &ip) == 7) {
            p = (struct x86_pending){.e = {.vector = vector, .syndrome = code, .pc = ip},
                                     .valid = true, .is_int = is_int, .is_hardware = hardware};
            if (vector == 14 && cr2)
                p.e.addr = strtoull(cr2 + 5, NULL, 16);
        } else if (p.valid && sscanf(line, "EFER=%" SCNx64, &value) == 1) {
            if (value & EFER_LMA) {
                ip = p.e.pc;
                rc = finish_x86(&p, list, int_ip);
                int_ip = p.is_int ? ip : ~0ull;
            }
            p.valid = false;
        }
        hardware = false;
    }
    return rc;
}

int trap_list_read_qemu(enum arch arch, FILE *log, struct trap_list *list, char *err,
                        size_t err_len)
{
    int rc;

    memset(list, 0, sizeof(*list));
    rc = arch == ARCH_ARM64 ? read_arm64(log, list, err, err_len)
                            : read_x86_64(log, list, err, err_len);
    if (rc == 0 && list->count == 0) {
        snprintf(err, err_len, "no exceptions in QEMU's log");
        rc = -EINVAL;
    }
    return rc;
}
