/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tools/dump_json.c - derived events as JSON, one object a line. Keys: traces/FORMAT.md. */
#include "tools/dump.h"

#include <jansson.h>

#define TEXT_LEN 160u

static void set_hex(json_t *o, const char *key, uint64_t v)
{
    char text[24];

    snprintf(text, sizeof(text), "0x%llx", (unsigned long long)v);
    json_object_set_new(o, key, json_string(text));
}

static void set_int(json_t *o, const char *key, uint64_t v)
{
    json_object_set_new(o, key, json_integer((json_int_t)v));
}

static void set_string(json_t *o, const char *key, const char *text)
{
    json_object_set_new(o, key, json_string_nocheck(text));
}

static void set_place(json_t *o, const char *key, const struct place *place)
{
    char text[TEXT_LEN];

    place_text(place, false, text, sizeof(text));
    set_string(o, key, text);
}

static void finish(const struct dump *dump, json_t *o)
{
    json_dumpf(o, dump->out, JSON_COMPACT | JSON_ENSURE_ASCII);
    fputc('\n', dump->out);
    json_decref(o);
}

static void add_trap(json_t *o, const struct derived *d)
{
    static const char *const kinds[] = {"sync", "syscall", "irq", "fiq"};

    set_string(o, "kind", kinds[d->trap->kind]);
    set_int(o, "vector", d->trap->vector);
    set_string(o, "vector_name", d->words->vector);
    set_string(o, "cause", d->words->cause);
    json_object_set_new(o, "from_user", json_boolean(d->trap->from_user));
    set_hex(o, "pc", d->trap->pc);
    set_hex(o, "syndrome", d->trap->syndrome);
    set_hex(o, "addr", d->trap->addr);
}

static void add_syscall(json_t *o, const struct derived *d)
{
    char text[TEXT_LEN];
    json_t *args = json_array();

    set_string(o, "name", d->call->name);
    set_int(o, "number", d->call->number);
    for (unsigned i = 0; i < d->call->args; i++)
        json_array_append_new(args, json_string_nocheck(d->call->text[i]));
    json_object_set_new(o, "args", args);
    json_object_set_new(o, "returned", json_boolean(d->returned));
    json_object_set_new(o, "restarted", json_boolean(d->restarted));
    if (!d->returned)
        return;
    set_int(o, "n_end", d->n_end);
    syscall_result_text(d->call, d->result, false, text, sizeof(text));
    set_string(o, "result", text);
    set_hex(o, "value", d->result);
}

static void add_signal(json_t *o, const struct derived *d)
{
    set_string(o, "name", signal_name(d->signo));
    set_int(o, "signo", (uint64_t)d->signo);
    set_place(o, "interrupted", &d->interrupted);
    json_object_set_new(o, "in_syscall", json_boolean(d->interrupted_syscall));
    if (d->frame->has_info) {
        json_object_set_new(o, "si_code", json_integer(d->frame->info_code));
        set_hex(o, "si_addr", d->frame->info_addr);
    }
}

void dump_json_event(const struct dump *dump, const struct derived *d)
{
    static const char *const names[] = {
        [DERIVED_TRAP] = "trap",     [DERIVED_RETURN] = "return",
        [DERIVED_SYSCALL] = "syscall", [DERIVED_SIGNAL] = "signal",
        [DERIVED_SIGRETURN] = "sigreturn", [DERIVED_START] = "start",
    };
    json_t *o = json_object();

    set_string(o, "event", names[d->kind]);
    set_int(o, "n", d->n);
    set_int(o, "time_ns", d->time_ns);
    set_int(o, "process", d->process);
    set_int(o, "thread", d->thread);
    set_place(o, "at", &d->at);
    if (d->kind == DERIVED_TRAP)
        add_trap(o, d);
    else if (d->kind == DERIVED_SYSCALL)
        add_syscall(o, d);
    else if (d->kind == DERIVED_SIGNAL)
        add_signal(o, d);
    else if (d->kind == DERIVED_START)
        set_int(o, "parent", d->parent);
    finish(dump, o);
}

static void put_injected(const struct dump *dump, const struct trace_stop *s)
{
    json_t *o = json_object();
    char text[96];

    inject_text(&s->inject, text, sizeof(text));
    set_string(o, "event", "injected");
    set_int(o, "n", s->n);
    set_string(o, "kind", inject_names[s->inject.kind]);
    set_int(o, "number", s->inject.number);
    set_hex(o, "value", s->inject.value);
    set_string(o, "text", text);
    finish(dump, o);
}

static void put_hex(char *hex, const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
}

void dump_json_inputs(const struct dump *dump, const struct trace *t)
{
    for (size_t i = 0; i < t->delay_count; i++) {
        const struct trace_delay *delay = &t->delays[i];
        json_t *o;

        if (delay->n < dump->from || delay->n > dump->to)
            continue;
        o = json_object();
        set_string(o, "event", "timer_delay");
        set_int(o, "n", delay->n);
        set_int(o, "cycles", delay->delay);
        finish(dump, o);
    }
    for (size_t i = 0; i < t->stop_count; i++) {
        const struct trace_stop *s = &t->stops[i];
        char hex[2 * TRACE_CONSOLE_BYTES_MAX + 1] = "";
        json_t *o;
        bool net;

        if (s->kind == TRACE_STOP_DIGEST || s->n < dump->from || s->n > dump->to)
            continue;
        if (s->kind == TRACE_STOP_INJECT) {
            put_injected(dump, s);
            continue;
        }
        net = s->kind == TRACE_STOP_NET;
        put_hex(hex, net ? s->net.bytes : s->console.bytes, net ? s->net.len : s->console.len);
        o = json_object();
        set_string(o, "event", net ? "frame" : "console");
        set_int(o, "n", s->n);
        if (s->timed)
            set_int(o, "cycle", s->cycles);
        if (!net) {
            set_int(o, "waited_cycles", s->console.jump);
            json_object_set_new(o, "idle", json_boolean(s->console.idle));
        }
        set_string(o, "bytes_hex", hex);
        finish(dump, o);
    }
}

static json_t *image_object(uint64_t bytes, const struct image_hash *hash)
{
    json_t *image = json_object();
    char text[33];

    image_hash_text(hash, text);
    set_int(image, "bytes", bytes);
    set_string(image, "xxh3_128", text);
    return image;
}

static void set_devices(json_t *o, const struct machine *m)
{
    json_t *disks = json_array();

    for (unsigned i = 0; i < m->disk_count; i++) {
        json_t *disk = image_object(m->disk[i].bytes, &m->disk[i].hash);

        json_object_set_new(disk, "read_only", json_boolean(m->disk[i].read_only));
        json_array_append_new(disks, disk);
    }
    json_object_set_new(o, "disks", disks);
    json_object_set_new(o, "network", json_boolean(m->net.data != NULL));
    json_object_set_new(o, "virtio_console", json_boolean(m->console));
    json_object_set_new(o, "gicv3", json_boolean(m->gicv3));
    json_object_set_new(o, "entropy", json_boolean(m->entropy));
}

void dump_json_header(const struct dump *dump, const struct trace *t)
{
    const struct machine *m = &t->machine;
    json_t *o = json_object(), *argv = json_array();
    char text[96];

    set_string(o, "event", "header");
    set_int(o, "format", TRACE_VERSION);
    set_string(o, "arch", arch_name(m->arch));
    set_int(o, "ram_bytes", m->ram_bytes);
    set_int(o, "cpu_hz", m->hz);
    set_hex(o, "seed", m->seed);
    set_hex(o, "chaos", m->chaos);
    set_int(o, "wall_start_s", m->wall_start_s);
    json_object_set_new(o, "strict", json_boolean(m->strict));
    if (m->firmware)
        json_object_set_new(o, "firmware", json_true());
    if (m->el2)
        json_object_set_new(o, "el2", json_true());
    json_object_set_new(o, "adversary", json_boolean(m->adversary));
    set_string(o, "append", m->cmdline);
    for (size_t i = 0; m->argv && m->argv[i]; i++)
        json_array_append_new(argv, json_string_nocheck(m->argv[i]));
    json_object_set_new(o, "argv", argv);
    json_object_set_new(o, "kernel", image_object(m->kernel_bytes, &m->kernel_hash));
    json_object_set_new(o, "initrd", image_object(m->initrd_bytes, &m->initrd_hash));
    set_devices(o, m);
    json_object_set_new(o, "has_images", json_boolean(t->has_images));
    json_object_set_new(o, "cut", json_boolean(t->cut));
    sim_end_text(&t->end, text, sizeof(text));
    set_string(o, "end", t->cut ? "cut" : text);
    set_int(o, "end_status", (uint64_t)t->end.status);
    set_int(o, "end_n", t->end.n);
    set_int(o, "end_cycles", t->end.cycles);
    finish(dump, o);
}
