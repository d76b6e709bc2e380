/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tools/gdb_serve.h - who talks to the stub of `trapline gdb`.
 *
 * Both return an exit code, after a complaint where it is not 0, when the debugger is gone.
 */
#ifndef TRAPLINE_TOOLS_GDB_SERVE_H
#define TRAPLINE_TOOLS_GDB_SERVE_H

#include "sim/gdb_stub.h"

/* Wait for one client at "HOST:PORT" or ":PORT" (loopback), or talk on "stdio". */
int gdb_serve_listen(struct gdb_stub *stub, const struct machine *m, const char *where);
/* gdb-multiarch as a child that connects to us; `args` go to it, and end with NULL. */
int gdb_serve_child(struct gdb_stub *stub, const struct machine *m, char **args);

#endif
