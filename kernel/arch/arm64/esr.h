/* SPDX-License-Identifier: GPL-2.0-or-later */
/* esr.h - the fields of ESR_EL1 (DDI 0487, "ESR_EL1, Exception Syndrome Register (EL1)"). */
#ifndef KERNEL_ARCH_ESR_H
#define KERNEL_ARCH_ESR_H

#define ESR_EC_SHIFT 26
#define ESR_EC_MASK (0x3full << ESR_EC_SHIFT)
#define esr_ec(esr) ((unsigned)((esr) >> ESR_EC_SHIFT & 0x3f))
#define ESR_IL (1ull << 25)

/* Exception classes. *_EL0: from a lower level; *_EL1: from this one. */
enum {
    EC_UNKNOWN = 0x00,
    EC_WFX = 0x01,
    EC_FP_ACCESS = 0x07,
    EC_ILLEGAL_STATE = 0x0e,
    EC_SVC = 0x15,
    EC_SYSTEM_REGISTER = 0x18,
    EC_FETCH_EL0 = 0x20,
    EC_FETCH_EL1 = 0x21,
    EC_PC_ALIGNMENT = 0x22,
    EC_DATA_EL0 = 0x24,
    EC_DATA_EL1 = 0x25,
    EC_SP_ALIGNMENT = 0x26,
    EC_FP_EXCEPTION = 0x2c,
    EC_BREAKPOINT_EL0 = 0x30,
    EC_STEP_EL0 = 0x32,
    EC_WATCHPOINT_EL0 = 0x34,
    EC_BRK = 0x3c,
};

/* Data and instruction aborts. */
#define ESR_WNR (1ull << 6)     /* the access was a write */
#define ESR_CM (1ull << 8)      /* it was cache maintenance, for which WnR is 1 whatever it does */
#define ESR_FNV (1ull << 10)    /* FAR is not valid */
#define ESR_FSC_MASK 0x3full
#define ESR_FSC_LEVEL 0x3ull    /* of the first three groups */
enum {
    FSC_ADDRESS_SIZE = 0x00,
    FSC_TRANSLATION = 0x04,
    FSC_ACCESS_FLAG = 0x08,
    FSC_PERMISSION = 0x0c,
    FSC_EXTERNAL = 0x10,
    FSC_PARITY = 0x18,
    FSC_ALIGNMENT = 0x21,
    FSC_EXCLUSIVE = 0x35,       /* unsupported exclusive or atomic access */
};

/* Trapped floating-point exceptions. */
#define ESR_FP_TFV (1ull << 23) /* the bits below say which */
#define ESR_FP_IOF (1ull << 0)
#define ESR_FP_DZF (1ull << 1)
#define ESR_FP_OFF (1ull << 2)
#define ESR_FP_UFF (1ull << 3)
#define ESR_FP_IXF (1ull << 4)

#endif
