/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/gdb_stub.c - the commands of GDB's remote protocol; see gdb_stub.h. Going on and
 * stopping are gdb_go.c's.
 *
 * The machine is one thread, number 1. Numbers of registers are those of gdb_target.h. What is not
 * known is answered with an empty packet, as the manual wants (appendix E).
 */
#include "sim/gdb_private.h"

#include <errno.h>
#include <stdio.h>

#include "loader/fail.h"

#define MEMORY_BYTES_MAX 4096u

static void put(struct byte_buf *out, const char *text)
{
    buf_put(out, text, strlen(text));
}

static bool starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* ---- registers and memory ---- */

static void put_register(struct gdb_stub *g, size_t number, struct byte_buf *out)
{
    uint8_t value[16];
    size_t bytes = gdb_target_read(g->target, gdb_cpu(g), number, value);

    if (bytes)
        gdb_put_hex(out, value, bytes);
    else
        put(out, "E01");
}

static void read_register(struct gdb_stub *g, const char *args, struct byte_buf *out)
{
    uint64_t number;

    if (gdb_take_hex(&args, &number))
        put_register(g, (size_t)number, out);
    else
        put(out, "E01");
}

static void read_registers(struct gdb_stub *g, struct byte_buf *out)
{
    for (size_t i = 0; i < g->target->general_count; i++)
        put_register(g, i, out);
}

static void read_memory(struct gdb_stub *g, const char *args, struct byte_buf *out)
{
    uint8_t bytes[MEMORY_BYTES_MAX];
    uint64_t va, len;
    size_t got = 0;

    if (!gdb_take_hex(&args, &va) || *args++ != ',' || !gdb_take_hex(&args, &len)) {
        put(out, "E01");
        return;
    }
    if (len > sizeof(bytes))
        len = sizeof(bytes);
    while (got < len) {
        size_t part = 4096 - ((va + got) & 4095);

        if (part > len - got)
            part = len - got;
        if (cpu_mem_read(gdb_cpu(g), va + got, bytes + got, part) != 0)
            break;
        got += part;
    }
    if (got == 0 && len != 0)
        put(out, "E14"); /* EFAULT */
    else
        gdb_put_hex(out, bytes, got);
}

/* ---- breaks and watches ---- */

static bool break_insert(struct gdb_stub *g, vaddr_t at)
{
    size_t i = 0;

    while (i < g->break_count && g->breaks[i] < at)
        i++;
    if (i < g->break_count && g->breaks[i] == at)
        return true;
    if (g->break_count == GDB_BREAKS_MAX)
        return false;
    memmove(&g->breaks[i + 1], &g->breaks[i], (g->break_count - i) * sizeof(g->breaks[0]));
    g->breaks[i] = at;
    g->break_count++;
    return true;
}

static void break_remove(struct gdb_stub *g, vaddr_t at)
{
    for (size_t i = 0; i < g->break_count; i++)
        if (g->breaks[i] == at) {
            memmove(&g->breaks[i], &g->breaks[i + 1],
                    (--g->break_count - i) * sizeof(g->breaks[0]));
            return;
        }
}

static bool watch_insert(struct gdb_stub *g, vaddr_t va, uint64_t bytes)
{
    if (g->watch_count == CPU_RANGES_MAX || bytes == 0 ||
        bytes > TIMELINE_WATCH_BYTES_MAX)
        return false;
    g->watches[g->watch_count++] = (struct timeline_watch){va, bytes};
    return true;
}

static void watch_remove(struct gdb_stub *g, vaddr_t va, uint64_t bytes)
{
    for (size_t i = 0; i < g->watch_count; i++)
        if (g->watches[i].va == va && g->watches[i].bytes == bytes) {
            memmove(&g->watches[i], &g->watches[i + 1],
                    (--g->watch_count - i) * sizeof(g->watches[0]));
            return;
        }
}

/* Z and z: type, address, kind. Reads are not watched: type 3 and 4 are not supported. */
static void point(struct gdb_stub *g, bool insert, const char *args, struct byte_buf *out)
{
    char type = args[0];
    uint64_t va, kind;
    bool ok = true;

    if (type < '0' || type > '2')
        return;
    args += 1;
    if (*args++ != ',' || !gdb_take_hex(&args, &va) || *args++ != ',' ||
        !gdb_take_hex(&args, &kind)) {
        put(out, "E01");
        return;
    }
    if (type == '2' && insert)
        ok = watch_insert(g, va, kind);
    else if (type == '2')
        watch_remove(g, va, kind);
    else if (insert)
        ok = break_insert(g, va);
    else
        break_remove(g, va);
    put(out, ok ? "OK" : "E1c"); /* ENOSPC */
}

/* ---- queries ---- */

/* qXfer:features:read:target.xml:OFFSET,LENGTH */
static void features(struct gdb_stub *g, const char *args, struct byte_buf *out)
{
    uint64_t offset, len;

    if (!starts(args, "target.xml:")) {
        put(out, "E00");
        return;
    }
    args += strlen("target.xml:");
    if (!gdb_take_hex(&args, &offset) || *args++ != ',' || !gdb_take_hex(&args, &len)) {
        put(out, "E01");
        return;
    }
    if (offset >= g->xml.used) {
        put(out, "l");
        return;
    }
    if (len > g->xml.used - offset)
        len = g->xml.used - offset;
    put(out, offset + len == g->xml.used ? "l" : "m");
    buf_put(out, g->xml.data + offset, len);
}

static void monitor(struct gdb_stub *g, const char *hex, struct byte_buf *out)
{
    char command[256];
    struct byte_buf text = {0};
    size_t len = 0;

    while (gdb_hex_digit(hex[0]) >= 0 && gdb_hex_digit(hex[1]) >= 0 && len + 1 < sizeof(command)) {
        command[len++] = (char)(gdb_hex_digit(hex[0]) << 4 | gdb_hex_digit(hex[1]));
        hex += 2;
    }
    command[len] = '\0';
    gdb_monitor(g, command, &text);
    if (text.failed)
        put(out, "E0c"); /* ENOMEM */
    else if (text.used == 0)
        put(out, "OK");
    else
        gdb_put_hex(out, text.data, text.used);
    buf_free(&text);
}

static void query(struct gdb_stub *g, const char *q, struct byte_buf *out)
{
    if (starts(q, "Supported"))
        put(out, "PacketSize=4000;qXfer:features:read+;QStartNoAckMode+;ReverseStep+;"
                 "ReverseContinue+;hwbreak+;vContSupported+");
    else if (starts(q, "Xfer:features:read:"))
        features(g, q + strlen("Xfer:features:read:"), out);
    else if (starts(q, "Rcmd,"))
        monitor(g, q + strlen("Rcmd,"), out);
    else if (starts(q, "Attached"))
        put(out, "1");
    else if (strcmp(q, "C") == 0)
        put(out, "QC1");
    else if (strcmp(q, "fThreadInfo") == 0)
        put(out, "m1");
    else if (strcmp(q, "sThreadInfo") == 0)
        put(out, "l");
    else if (starts(q, "Symbol:"))
        put(out, "OK");
}

static void v_packet(struct gdb_stub *g, const char *v, struct byte_buf *out)
{
    if (strcmp(v, "Cont?") == 0)
        put(out, "vCont;c;C;s;S;r");
    else if (starts(v, "Cont;"))
        gdb_resume(g, v + strlen("Cont;"), out);
}

bool gdb_stub_command(struct gdb_stub *g, const char *payload, size_t len, struct byte_buf *out)
{
    const char *args = payload + 1;

    (void)len;
    switch (payload[0]) {
    case '?':
        gdb_put_stop(g, GDB_SIGNAL_TRAP, "", out);
        break;
    case 'g':
        read_registers(g, out);
        break;
    case 'p':
        read_register(g, args, out);
        break;
    case 'm':
        read_memory(g, args, out);
        break;
    case 'G':
    case 'P':
    case 'M':
    case 'X':
        put(out, "E1e"); /* EROFS: a recording cannot be changed */
        break;
    case 's':
    case 'c':
        gdb_resume(g, payload, out);
        break;
    case 'b':
        if (args[0] == 's')
            gdb_step(g, true, out);
        else if (args[0] == 'c')
            gdb_go(g, true, out);
        break;
    case 'Z':
    case 'z':
        point(g, payload[0] == 'Z', args, out);
        break;
    case 'q':
        query(g, args, out);
        break;
    case 'v':
        v_packet(g, args, out);
        break;
    case 'Q':
        if (strcmp(args, "StartNoAckMode") == 0) {
            g->no_ack = true;
            put(out, "OK");
        }
        break;
    case 'H':
    case 'T':
        put(out, "OK");
        break;
    case 'D':
        put(out, "OK");
        return true;
    case 'k':
        return true;
    }
    return false;
}

/* ---- talking ---- */

static int send_all(const struct gdb_io *io, const struct byte_buf *b)
{
    size_t sent = 0;

    if (b->failed)
        return -ENOMEM;
    while (sent < b->used) {
        long n = io->write(io->ctx, b->data + sent, b->used - sent);

        if (n <= 0)
            return n < 0 ? (int)n : -EPIPE;
        sent += (size_t)n;
    }
    return 0;
}

/* One whole packet or a bad one. 1: the client leaves. */
static int answer(struct gdb_stub *g, const struct gdb_io *io, enum gdb_event event)
{
    struct byte_buf payload = {0}, packet = {0};
    bool leave = false, acks = !g->no_ack;
    int rc;

    if (event == GDB_PACKET)
        leave = gdb_stub_command(g, g->reader.payload, g->reader.len, &payload);
    if (acks)
        buf_put(&packet, event == GDB_PACKET ? "+" : "-", 1);
    if (event == GDB_PACKET && !(leave && payload.used == 0))
        gdb_put_packet(&packet, payload.data, payload.used);
    packet.failed |= payload.failed;
    rc = send_all(io, &packet);
    buf_free(&payload);
    buf_free(&packet);
    return rc ? rc : leave;
}

int gdb_stub_serve(struct gdb_stub *g, const struct gdb_io *io)
{
    uint8_t bytes[1024];
    int rc = 0;

    g->io = io;
    g->no_ack = false;
    g->reader.where = GDB_OUTSIDE;
    timeline_set_interrupt(g->timeline, gdb_interrupted, g);
    while (rc == 0) {
        long got = io->read(io->ctx, bytes, sizeof(bytes));

        if (got <= 0) {
            rc = got < 0 ? (int)got : 1;
            break;
        }
        for (long i = 0; i < got && rc == 0; i++) {
            enum gdb_event event = gdb_reader_put(&g->reader, bytes[i]);

            if (event == GDB_PACKET || event == GDB_BAD)
                rc = answer(g, io, event);
        }
    }
    timeline_set_interrupt(g->timeline, NULL, NULL);
    g->io = NULL;
    g->break_count = g->watch_count = 0;
    return rc < 0 ? rc : 0;
}

int gdb_stub_create(const struct trace *trace, struct timeline *timeline, struct gdb_stub **out)
{
    struct gdb_stub *g = calloc(1, sizeof(*g));

    *out = NULL;
    if (!g)
        return -ENOMEM;
    g->trace = trace;
    g->timeline = timeline;
    g->target = gdb_target_get(trace->machine.arch);
    gdb_target_xml(g->target, &g->xml);
    g->places = places_create(&trace->machine);
    g->code = (struct code_places){.trace = trace, .places = g->places};
    if (g->xml.failed || !g->places) {
        gdb_stub_destroy(g);
        return -ENOMEM;
    }
    *out = g;
    return 0;
}

void gdb_stub_set_more(struct gdb_stub *g, gdb_more_fn fn, void *ctx)
{
    g->more = fn;
    g->more_ctx = ctx;
}

void gdb_stub_set_symbols(struct gdb_stub *g, gdb_symbols_fn fn, void *ctx)
{
    g->symbols = fn;
    g->symbols_ctx = ctx;
}

void gdb_stub_destroy(struct gdb_stub *g)
{
    if (g)
        code_places_free(&g->code);
    if (!g)
        return;
    places_destroy(g->places);
    buf_free(&g->xml);
    free(g->traps);
    free(g);
}
