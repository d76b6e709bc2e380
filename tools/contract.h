/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tools/contract.h - contract tests: what the parts of `trapline contract` share.
 *
 * A contract test is a guest program whose output on a real Linux, kept as reviewed text (the
 * oracle), is the output it must have in Trapline.
 *
 * Rules of use: strings in struct contract_test are owned by it; contract_tests_free() drops a
 * list. The folder (`dir`) holds ARCH/NAME, ARCH/files/, ARCH/contract-linux, oracle/ and
 * known-divergences.json; the build makes it as build/contracts.
 */
#ifndef TRAPLINE_TOOLS_CONTRACT_H
#define TRAPLINE_TOOLS_CONTRACT_H

#include "tools/cmd.h"

enum contract_verdict {
    CONTRACT_PASS,
    CONTRACT_FAIL,    /* crashed, ended in error, or could not be run */
    CONTRACT_DIVERGE, /* ran to its end and printed something else than Linux */
    CONTRACT_XFAIL,   /* one of these two, as known-divergences.json says */
    CONTRACT_XPASS,   /* known-divergences.json says so, but it agrees */
};
#define CONTRACT_VERDICTS 5u

struct contract_test {
    enum arch arch;
    char *name;               /* AREA.BEHAVIOUR */
    const char *known;        /* reason in known-divergences.json, or NULL; not owned */
    enum contract_verdict verdict;
    insn_t insns;
    uint64_t host_ns;
    char *why;                /* one sentence, or NULL */
    char *diff;               /* unified, or NULL */
};

struct contract_list {
    struct contract_test *tests;
    size_t count, room;
};

struct contract_options {
    const char *dir;
    const char *filter;       /* NULL: all */
    const char *record;       /* folder for traces, each replayed; or NULL */
    const char *kernel;       /* NULL: the one that ships */
    const char *linux_image;  /* --update-oracle in QEMU with this kernel; NULL: on the host */
    unsigned jobs;
    insn_t limit;
    uint64_t seed, chaos;
    bool json;                /* one object a test, as they end, instead of lines */
};

/* ---- contract_run.c ---- */
/* Run every test, `jobs` at a time, each in a process of its own; fills in the verdicts. */
MUST_CHECK int contract_run_all(const struct contract_options *o, struct contract_list *list);

/* ---- contract_oracle.c ---- */
/* What Linux printed. -ENOENT when there is none. Notes at the head are left out. */
MUST_CHECK int contract_oracle_read(const char *dir, enum arch arch, const char *name,
                                    struct byte_buf *text, char *path, size_t path_len);
/* One file from what Linux printed now; true in *changed when it differs from before. */
MUST_CHECK int contract_oracle_write(const char *dir, enum arch arch, const char *name,
                                     const char *source, const struct byte_buf *text,
                                     bool *changed);

/* ---- contract_linux.c ---- */
/* Run the tests of one CPU on Linux and write their oracles. An exit code. */
int contract_update_oracle(const struct contract_options *o, const struct contract_list *list,
                           enum arch arch);

/* ---- contract_report.c ---- */
struct contract_known;
/* known-divergences.json; 0 or an exit code. */
int contract_known_read(const char *dir, struct contract_known **out);
void contract_known_free(struct contract_known *k);
const char *contract_known_reason(const struct contract_known *k, enum arch arch, const char *name);
const char *contract_verdict_name(enum contract_verdict v);
/* One line, and the diff where there is one; or an object. */
void contract_print(const struct contract_test *t, bool json);
/* Whoever opened the file closes it, and looks whether all of it was written. */
void contract_junit(FILE *f, const struct contract_list *list);

#endif
