/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/machine.c - ownership of a machine's parts, and its first state; see machine.h. */
#include "sim/machine.h"

#include <errno.h>
#include <stdio.h>
#include <xxhash.h>

#include "loader/boot.h"
#include "loader/fail.h"
#include "sim/host.h"

void machine_init(struct machine *m, enum arch arch)
{
    memset(m, 0, sizeof(*m));
    m->arch = arch;
    m->ram_bytes = MACHINE_RAM_BYTES_DEFAULT;
    m->hz = MACHINE_HZ_DEFAULT;
    m->seed = MACHINE_SEED_DEFAULT;
    m->wall_start_s = MACHINE_WALL_START_DEFAULT;
}

void machine_free(struct machine *m)
{
    for (size_t i = 0; m->argv && m->argv[i]; i++)
        free(m->argv[i]);
    free(m->argv);
    free(m->cmdline);
    blob_free(&m->kernel);
    blob_free(&m->initrd);
    blob_free(&m->symbols);
    free(m->symbols_path);
    for (unsigned i = 0; i < m->disk_count; i++)
        blob_free(&m->disk[i].image);
    blob_free(&m->net);
    memset(m, 0, sizeof(*m));
}

int machine_symbols(const struct machine *m, struct symbols **out, char *err, size_t err_len)
{
    bool given = m->symbols.bytes > 0;
    const struct blob *from = given ? &m->symbols : &m->kernel;
    int rc =
        symbols_load(from->data, from->bytes, given ? "--symbols" : "kernel", out, err, err_len);

    if (rc == 0 && given)
        symbols_move(*out, m->symbols_moved);
    return rc;
}

struct image_hash image_hash_of(const struct blob *image)
{
    XXH128_canonical_t c;
    struct image_hash h;

    XXH128_canonicalFromHash(&c, XXH3_128bits(image->data, image->bytes));
    memcpy(h.xxh3_128, c.digest, sizeof(h.xxh3_128));
    return h;
}

void image_hash_text(const struct image_hash *h, char text[33])
{
    for (unsigned i = 0; i < sizeof(h->xxh3_128); i++)
        snprintf(text + 2 * i, 3, "%02x", h->xxh3_128[i]);
}

const char *arch_name(enum arch arch)
{
    return arch == ARCH_ARM64 ? "arm64" : "x86_64";
}

void machine_set_kernel(struct machine *m, struct blob kernel)
{
    blob_free(&m->kernel);
    m->kernel = kernel;
    m->kernel_bytes = kernel.bytes;
    m->kernel_hash = image_hash_of(&kernel);
}

void machine_set_initrd(struct machine *m, struct blob initrd)
{
    blob_free(&m->initrd);
    m->initrd = initrd;
    m->initrd_bytes = initrd.bytes;
    m->initrd_hash = image_hash_of(&initrd);
}

void machine_add_disk(struct machine *m, struct blob image, bool read_only)
{
    struct machine_disk *d = &m->disk[m->disk_count++];

    *d = (struct machine_disk){image, image.bytes, image_hash_of(&image), read_only};
}

bool machine_has_devices(const struct machine *m)
{
    return m->disk_count > 0 || m->entropy || m->console || m->net.data;
}

int machine_set_argv(struct machine *m, const char *const *argv)
{
    size_t count = 0;

    while (argv[count])
        count++;
    m->argv = calloc(count + 1, sizeof(*m->argv));
    if (!m->argv)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        m->argv[i] = strdup(argv[i]);
        if (!m->argv[i])
            return -ENOMEM;
    }
    return 0;
}

static int load_segments(struct cpu *cpu, const struct boot_plan *plan, char *err, size_t err_len)
{
    size_t ram_bytes;
    paddr_t base;
    uint8_t *ram = cpu_ram(cpu, &base, &ram_bytes);

    for (size_t i = 0; i < plan->count; i++) {
        const struct boot_segment *s = &plan->segments[i];
        int rc;

        if (s->pa >= base && s->pa - base <= ram_bytes && s->bytes <= ram_bytes - (s->pa - base))
            host_pages_fill(ram + (s->pa - base), s->bytes);
        rc = cpu_phys_write(cpu, s->pa, s->data, s->bytes);

        if (rc != 0)
            return loader_fail(err, err_len, rc, "cannot place %zu bytes at 0x%llx: outside of RAM",
                               s->bytes, (unsigned long long)s->pa);
    }
    return 0;
}

static void put_devices(const struct machine *m, struct cpu_config *config)
{
    unsigned count = 0;

    for (unsigned i = 0; i < m->disk_count; i++)
        config->devices[count++] = (struct cpu_device){.kind = CPU_DEVICE_BLOCK,
                                                       .read_only = m->disk[i].read_only,
                                                       .data = m->disk[i].image.data,
                                                       .bytes = m->disk[i].bytes};
    if (m->entropy)
        config->devices[count++] = (struct cpu_device){.kind = CPU_DEVICE_ENTROPY};
    if (m->console)
        config->devices[count++] = (struct cpu_device){.kind = CPU_DEVICE_CONSOLE};
    if (m->net.data)
        config->devices[count++] = (struct cpu_device){
            .kind = CPU_DEVICE_NET, .data = m->net.data, .bytes = m->net.bytes};
    config->device_count = count;
}

const char *machine_device_name(const struct machine *m, unsigned slot, char *text, size_t len)
{
    static const char *const names[] = {
        [CPU_DEVICE_BLOCK] = "virtio-blk", [CPU_DEVICE_ENTROPY] = "virtio-rng",
        [CPU_DEVICE_CONSOLE] = "virtio-console", [CPU_DEVICE_NET] = "virtio-net",
    };
    struct cpu_config config = {0};

    put_devices(m, &config);
    if (slot < m->disk_count)
        snprintf(text, len, "%s %u", names[CPU_DEVICE_BLOCK], slot);
    else
        snprintf(text, len, "%s",
                 slot < config.device_count ? names[config.devices[slot].kind] : "?");
    return text;
}

int machine_boot(const struct machine *m, const struct cpu_host *host, struct cpu **out, char *err,
                 size_t err_len)
{
    struct boot_spec spec = {.arch = m->arch,
                             .kernel = m->kernel.data,
                             .kernel_bytes = m->kernel.bytes,
                             .kernel_name = "the kernel",
                             .initrd = m->initrd.data,
                             .initrd_bytes = m->initrd.bytes,
                             .cmdline = m->cmdline ? m->cmdline : "",
                             .ram_bytes = m->ram_bytes,
                             .entropy_seed = m->seed,
                             .hz = m->hz,
                             .firmware = m->firmware,
                             .gic = m->gicv3 ? 3 : 2,
                             .el2 = m->el2};
    struct cpu_config config = {.arch = m->arch,
                                .ram_bytes = m->ram_bytes,
                                .hz = m->hz,
                                .wall_start_s = m->wall_start_s,
                                .strict = m->strict,
                                .flash = m->firmware ? m->kernel.data : NULL,
                                .flash_bytes = m->firmware ? m->kernel.bytes : 0,
                                .adversary = m->adversary,
                                .seed = m->seed,
                                .gic = m->gicv3 ? 3 : 2,
                                .host = *host};
    struct boot_plan plan;
    struct cpu *cpu;
    int rc;

    *out = NULL;
    put_devices(m, &config);
    spec.virtio_count = config.device_count;
    rc = boot_plan_build(&spec, &plan, err, err_len);
    if (rc != 0)
        return rc;
    rc = cpu_create(&config, &cpu, err, err_len);
    if (rc == 0) {
        rc = load_segments(cpu, &plan, err, err_len);
        if (rc == 0 && (rc = cpu_reset(cpu, &plan.entry)) != 0)
            loader_fail(err, err_len, rc, "cannot start the machine: %s", cpu_error(cpu));
        if (rc == 0)
            *out = cpu;
        else
            cpu_destroy(cpu);
    }
    boot_plan_free(&plan);
    return rc;
}
