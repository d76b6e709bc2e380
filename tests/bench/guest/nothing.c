/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nothing.c - what starting and ending a machine costs by itself. */
void bench_main(void);
void bench_main(void)
{
}
