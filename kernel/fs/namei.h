/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * namei.h - one walk along a path, for lookup, open and rename.
 *
 * Rules of use
 *   - walk_start, then walk_parent to stand in the directory of the last
 *     component; walk_enter_link and walk_parent again where the last component
 *     turns out to be a symlink to follow; walk_end always.
 */
#ifndef KERNEL_FS_NAMEI_H
#define KERNEL_FS_NAMEI_H

#include "kernel/include/fs.h"

#define LINKS_MAX 40

struct walk {
    struct dentry *at;  /* referenced; the directory reached */
    const char *rest;   /* what is left of the path */
    char *owned;        /* rest points in here after a symlink */
    unsigned links;
    bool arrived;       /* a magic link ended the path: `at` is the result */
    unsigned resolve;   /* RESOLVE_* */
    struct dentry *top; /* what the walk may not leave (openat2); no reference; NULL: the root */
};

/* How openat2 restricts a lookup; each refusal is -EXDEV or -ELOOP. */
#define RESOLVE_NO_XDEV 0x01u
#define RESOLVE_NO_MAGICLINKS 0x02u
#define RESOLVE_NO_SYMLINKS 0x04u
#define RESOLVE_BENEATH 0x08u
#define RESOLVE_IN_ROOT 0x10u
#define RESOLVE_CACHED 0x20u
#define RESOLVE_ALL 0x3fu

/* After walk_start(): from `start`, also where the path is absolute. */
int walk_restrict(struct walk *w, struct dentry *start, unsigned resolve);
/* May the walk go to d? Not to another file system with RESOLVE_NO_XDEV. */
int walk_may_enter(const struct walk *w, const struct dentry *d);

int walk_start(struct walk *w, struct dentry *start, const char *path);
/*
 * Up to the last component, which is described in name/len/...; last->dir is w->at (no
 * reference).
 */
int walk_parent(struct walk *w, struct path_last *last);
/* Follow the symlink d, found in w->at as the last component. */
int walk_enter_link(struct walk *w, struct dentry *d);
/* Result of a last component that is ".", ".." or "/". */
int walk_dots(struct walk *w, const struct path_last *last, struct dentry **out);
void walk_end(struct walk *w);

/* Into whatever is mounted on d; moves the reference. */
struct dentry *dentry_enter_mounts(struct dentry *d);

#endif
