/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tests/cmocka.h - the one way to include cmocka.
 *
 * cmocka wants four headers in front of it. Include this one first in every
 * test; nothing else in the tree includes <cmocka.h>.
 */
#ifndef TRAPLINE_TESTS_CMOCKA_H
#define TRAPLINE_TESTS_CMOCKA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* An errno-style result that must be 0; shows the sentence on failure. */
#define assert_ok(rc, sentence)                                                                    \
    do {                                                                                           \
        int rc_ = (rc);                                                                            \
        if (rc_ != 0)                                                                              \
            fail_msg("%s: %d (%s)", #rc, rc_, (sentence));                                         \
    } while (0)

#endif
