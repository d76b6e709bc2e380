/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/export/coverage.h - what coverage.c collects and lcov.c writes.
 *
 * Rules of use: inside sim/export. A slot is an address of code: each byte of it on x86_64, each
 * word on arm64. A span ends with a slot of its own.
 */
#ifndef TRAPLINE_SIM_EXPORT_COVERAGE_H
#define TRAPLINE_SIM_EXPORT_COVERAGE_H

#include <capstone/capstone.h>

#include "loader/boot.h"
#include "sim/export/export.h"

#define COVERAGE_SPANS_MAX 8u

/* A loadable piece of the kernel that holds code. */
struct coverage_span {
    vaddr_t begin, end;
    size_t slot;               /* of its first address */
    const uint8_t *code;       /* its bytes in the file */
    size_t bytes;              /* that the file has */
};

struct coverage_block {
    vaddr_t pc;
    uint32_t bytes;
    uint64_t insns;
};

struct coverage {
    enum arch arch;
    struct image_hash kernel_hash;
    uint8_t *kernel;           /* NULL: no trace yet */
    size_t kernel_bytes;
    struct symbols *symbols;
    struct coverage_span span[COVERAGE_SPANS_MAX];
    unsigned spans;
    size_t slots;
    unsigned shift;            /* of an address, to its slot */
    uint64_t *begins, *ends;   /* by slot: stretches of code that ran from here, up to here */
    uint64_t *falls;           /* by slot: ran right after what stands before it */
    csh cs;
    bool cs_open;
    cs_insn *insn;             /* scratch */
    struct coverage_block whole; /* the last whose length was asked for */
};

/* The slot of an address; of none in the kernel's code: `slots`. Ends of spans have slots. */
size_t coverage_slot(const struct coverage *c, vaddr_t va);
/* The bytes of code at an address, as the file has them, and how many; NULL: none. */
const uint8_t *coverage_code(const struct coverage *c, vaddr_t va, size_t *bytes);

#endif
