/* SPDX-License-Identifier: GPL-2.0-or-later */
/* user_time.h - times of user memory and clocks, inside proc/ and for the time calls. */
#ifndef KERNEL_PROC_USER_TIME_H
#define KERNEL_PROC_USER_TIME_H

#include "kernel/include/arch.h"
#include "kernel/include/fs_uapi.h"
#include "kernel/uapi/process.h"

#define CLOCK_REALTIME 0
#define CLOCK_MONOTONIC 1
#define CLOCK_PROCESS_CPUTIME_ID 2
#define CLOCK_THREAD_CPUTIME_ID 3
#define CLOCK_MONOTONIC_RAW 4
#define CLOCK_REALTIME_COARSE 5
#define CLOCK_MONOTONIC_COARSE 6
#define CLOCK_BOOTTIME 7
#define CLOCK_REALTIME_ALARM 8
#define CLOCK_BOOTTIME_ALARM 9
#define CLOCK_TAI 11
#define TIMER_ABSTIME 1

int timespec_from_user(vaddr_t u, struct timespec_k *ts);  /* 0 or -EFAULT */
bool timespec_is_valid(const struct timespec_k *ts);
struct timespec_k timespec_of_ns(int64_t ns);
uint64_t timespec_to_ns(const struct timespec_k *ts);      /* saturates */
/* Monotonic deadlines; NO_DEADLINE where they are beyond all time. */
uint64_t deadline_relative(const struct timespec_k *ts);
uint64_t deadline_absolute(const struct timespec_k *ts, int clock);
/*
 * Clocks of CPU time (clock_getcpuclockid, pthread_getcpuclockid too) that the caller may use for
 * timers: 0 and the thread (*tid, may be NULL), 0 there for all of the process; else -EINVAL.
 */
int clock_cpu_target(int clock, int32_t *tid);
/* 0 or -EINVAL for a clock that is not there. */
int clock_read(int clock, int64_t *ns);

#endif
