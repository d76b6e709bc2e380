/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PSCI function numbers and answers: Arm DEN 0022, chapter 5; SMCCC: Arm DEN 0028. */
#include "cpu/dev/psci.h"

#define SMC64 0x40000000u

enum psci_function {
    SMCCC_VERSION = 0x80000000u,
    SMCCC_ARCH_FEATURES = 0x80000001u,
    PSCI_VERSION = 0x84000000u,
    PSCI_CPU_SUSPEND = 0x84000001u,
    PSCI_CPU_OFF = 0x84000002u,
    PSCI_CPU_ON = 0x84000003u,
    PSCI_AFFINITY_INFO = 0x84000004u,
    PSCI_MIGRATE = 0x84000005u,
    PSCI_MIGRATE_INFO_TYPE = 0x84000006u,
    PSCI_SYSTEM_OFF = 0x84000008u,
    PSCI_SYSTEM_RESET = 0x84000009u,
    PSCI_FEATURES = 0x8400000au,
    TRNG_VERSION = 0x84000050u,   /* Arm DEN 0098: firmware's random numbers */
    VENDOR_HYP_UID = 0x8600ff01u, /* who the hypervisor is: there is none */
};

#define PSCI_SUCCESS        0
#define PSCI_NOT_SUPPORTED  ((uint64_t)-1)
#define PSCI_INVALID_PARAMS ((uint64_t)-2)
#define PSCI_DENIED         ((uint64_t)-3)
#define PSCI_ALREADY_ON     ((uint64_t)-4)

static uint64_t features(uint32_t function)
{
    switch (function & ~SMC64) {
    case PSCI_VERSION:
    case PSCI_CPU_SUSPEND:
    case PSCI_CPU_OFF:
    case PSCI_CPU_ON:
    case PSCI_AFFINITY_INFO:
    case PSCI_MIGRATE_INFO_TYPE:
    case PSCI_SYSTEM_OFF:
    case PSCI_SYSTEM_RESET:
    case PSCI_FEATURES:
    case SMCCC_VERSION:
        return PSCI_SUCCESS;
    default:
        return PSCI_NOT_SUPPORTED;
    }
}

enum psci_effect psci_call(const uint64_t x[4], uint64_t *result)
{
    *result = PSCI_SUCCESS;
    switch ((uint32_t)x[0] & ~SMC64) {
    case PSCI_VERSION:
        *result = 0x10000;
        return PSCI_NONE;
    case SMCCC_VERSION:
        *result = 0x10001;
        return PSCI_NONE;
    case SMCCC_ARCH_FEATURES: /* none of these: kernels ask, and go on */
    case TRNG_VERSION:
    case VENDOR_HYP_UID:
        *result = PSCI_NOT_SUPPORTED;
        return PSCI_NONE;
    case PSCI_CPU_SUSPEND:
        return PSCI_SUSPEND;
    case PSCI_CPU_OFF:
        *result = PSCI_DENIED; /* the only CPU */
        return PSCI_NONE;
    case PSCI_CPU_ON:
        *result = (x[1] & 0xffffff) ? PSCI_INVALID_PARAMS : PSCI_ALREADY_ON;
        return PSCI_NONE;
    case PSCI_AFFINITY_INFO:
        *result = (x[1] & 0xffffff) ? PSCI_INVALID_PARAMS : 0; /* 0: on */
        return PSCI_NONE;
    case PSCI_MIGRATE_INFO_TYPE:
        *result = 2; /* no trusted OS to migrate */
        return PSCI_NONE;
    case PSCI_SYSTEM_OFF:
        return PSCI_OFF;
    case PSCI_SYSTEM_RESET:
        return PSCI_RESET;
    case PSCI_FEATURES:
        *result = features((uint32_t)x[1]);
        return PSCI_NONE;
    default:
        *result = PSCI_NOT_SUPPORTED;
        return PSCI_UNKNOWN;
    }
}
