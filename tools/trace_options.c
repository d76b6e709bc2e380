/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tools/trace_options.c - see trace_options.h. */
#include "tools/trace_options.h"

#include <errno.h>

#include "loader/boot.h"
#include "sim/kernel_moved.h"

bool trace_options_take(struct trace_options *o, int option, const char *value)
{
    switch (option - TRACE_OPTION_BASE) {
    case 0:
        o->kernel = value;
        return true;
    case 1:
        o->rootfs = value;
        return true;
    case 2:
        o->initrd = value;
        return true;
    case 4:
        o->symbols = value;
        return true;
    case 3:
        if (o->disk_count == MACHINE_DISKS_MAX) {
            complain(EXIT_USAGE, "a machine has at most %u disks", MACHINE_DISKS_MAX);
            return false;
        }
        o->disk[o->disk_count++] = value;
        return true;
    default:
        return false;
    }
}

static int supply_disks(const struct trace_options *o, struct trace *t)
{
    char err[ERR_LEN];

    for (unsigned i = 0; i < o->disk_count; i++) {
        struct blob image;

        if (i >= t->machine.disk_count)
            return complain(EXIT_USAGE, "the recording has %u disks", t->machine.disk_count);
        if (host_read_disk(o->disk[i], &image, err, sizeof(err)) != 0)
            return complain(EXIT_USAGE, "%s", err);
        if (replay_supply_disk(t, i, image, err, sizeof(err)) != 0)
            return complain(EXIT_DAMAGED, "%s", err);
    }
    return EXIT_OK;
}

static int supply(const struct trace_options *o, struct trace *t)
{
    struct machine_options mo;
    char err[ERR_LEN];
    int rc;

    machine_options_init(&mo);
    mo.machine.arch = t->machine.arch;
    mo.arch_given = true;
    mo.kernel = o->kernel;
    mo.rootfs = o->rootfs;
    mo.initrd = o->initrd;
    rc = machine_options_load(&mo, (const char *const *)t->machine.argv);
    if (rc == EXIT_OK) {
        rc = replay_supply_images(t, mo.machine.kernel, mo.machine.initrd, err, sizeof(err));
        mo.machine.kernel = mo.machine.initrd = (struct blob){0};
        if (rc != 0)
            rc = complain(EXIT_DAMAGED, "%s", err);
    }
    machine_options_free(&mo);
    if (rc == EXIT_OK)
        rc = supply_disks(o, t);
    return rc;
}

/* "FILE" or "FILE,BY". */
static int take_symbols(const struct trace_options *o, struct trace *t)
{
    const char *comma = strrchr(o->symbols, ',');
    struct machine *m = &t->machine;
    struct symbols *s;
    char err[ERR_LEN], path[4096];
    uint64_t by = 0;
    bool given = comma && parse_number(comma + 1, &by);

    snprintf(path, sizeof(path), "%.*s",
             (int)(given ? comma - o->symbols : (ptrdiff_t)strlen(o->symbols)), o->symbols);
    if (host_map_file(path, &m->symbols, err, sizeof(err)) != 0)
        return complain(EXIT_USAGE, "%s", err);
    if (symbols_load(m->symbols.data, m->symbols.bytes, path, &s, err, sizeof(err)) != 0)
        return complain(EXIT_DAMAGED, "%s", err);
    if (!given)
        (void)kernel_moved(t, s, &by);
    symbols_free(s);
    m->symbols_moved = by;
    m->symbols_path = realpath(path, NULL);
    return EXIT_OK;
}

static bool is_given(const struct trace_options *o)
{
    return o->kernel || o->rootfs || o->initrd || o->disk_count > 0;
}

static bool lacks_images(const struct trace *t)
{
    for (unsigned i = 0; i < t->machine.disk_count; i++)
        if (!t->machine.disk[i].image.data)
            return true;
    return !t->machine.kernel.data;
}

int trace_options_open(const struct trace_options *o, const char *path, struct trace **out)
{
    char err[ERR_LEN];
    int rc = trace_read_file(path, out, err, sizeof(err));

    if (rc != 0)
        return complain_file(rc, err);
    if (is_given(o) && !(*out)->has_images)
        rc = supply(o, *out);
    else if (is_given(o) && !o->several)
        rc = complain(EXIT_USAGE,
                      "%s holds its kernel, initramfs and disks: --kernel, --initrd, --rootfs and "
                      "--disk are for a trace without images", path);
    if (rc == EXIT_OK && !o->looks_only && lacks_images(*out))
        rc = complain(EXIT_USAGE,
                      "%s was recorded with --no-images: --rootfs or --initrd names what it ran, "
                      "--disk each disk in order, --kernel a kernel that is not the one that ships",
                      path);
    if (rc == EXIT_OK && o->symbols)
        rc = take_symbols(o, *out);
    if (rc == EXIT_OK && (*out)->cut && !o->tells_cut)
        complain(0, "%s was cut: it ends at instruction %llu, with its last whole chunk", path,
                 (unsigned long long)(*out)->end.n);
    if (rc != EXIT_OK) {
        trace_free(*out);
        *out = NULL;
    }
    return rc;
}
