/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tools/machine_options.c - the options that describe a machine, shared by run and record. */
#include "tools/cmd.h"

#include <errno.h>

#include "cpu/dev/net_script.h"
#include "loader/boot.h"

#define RAM_BYTES_MIN (8ull << 20)
#define RAM_BYTES_MAX (3ull << 30)
#define RAM_UNIT      (2ull << 20)

const char machine_options_help[] =
    "machine:\n"
    "  --arch arm64|x86_64  the CPU (default: that of --kernel, else arm64)\n"
    "  --kernel FILE        kernel: ELF, arm64 Image, bzImage, multiboot (default: ours)\n"
    "  --rootfs DIR         folder that becomes the initramfs (default, with the kernel that ships:\n"
    "                       Debian's busybox, guest/ARCH/rootfs beside this program)\n"
    "  --initrd FILE        initramfs (cpio; for Trapline's kernel also gzip, xz, zstd)\n"
    "  --append STR         kernel command line\n"
    "  --mem SIZE           RAM, with K, M or G (default 128M)\n"
    "  --cpu-hz HZ          instructions per second of guest time (default 1000000000)\n"
    "  --seed N             entropy for the guest (default 0)\n"
    "  --chaos N            move timer interrupts by this seed (default 0: in place)\n"
    "  --wall-start S       wall clock at the start, seconds since 1970 UTC (default 1704067200)\n"
    "  --firmware FILE      arm64: raw code in flash at 0 instead of a kernel (U-Boot's u-boot.bin)\n"
    "  --el2                arm64: enter the kernel at EL2, with PSCI by SMC (default: EL1, HVC)\n"
    "  --gic 2|3            arm64: the interrupt controller (default 2)\n"
    "  --disk FILE          virtio block device with FILE's bytes; changes stay in memory. FILE,ro: the\n"
    "                       guest cannot write; FILE,write: FILE has the changes after the run.\n"
    "                       Up to 4 times: vda, vdb, ..\n"
    "  --net script:FILE    virtio network interface; FILE says what the other end answers (BOARDS.md)\n"
    "  --net listen:PATH    the same, and the other end is that of the trapline that says\n"
    "  --net connect:PATH   this, with the same PATH, which names a socket; run and record alone\n"
    "  --virtio-console     virtio console (hvc0) beside the serial line\n"
    "  --entropy            virtio entropy source, which gives what --seed stretches to\n"
    "  --limit N            stop at instruction N, exit code 5\n"
    "  --strict             stop at the first access that is not implemented\n"
    "  --adversary          user mode sees changes of page tables as late as the CPU's manual allows\n"
    "ARGV is what init executes; without it there is a shell on the console.\n";

void machine_options_init(struct machine_options *o)
{
    memset(o, 0, sizeof(*o));
    machine_init(&o->machine, ARCH_ARM64);
    o->limit = INSN_NONE;
}

void machine_options_free(struct machine_options *o)
{
    machine_free(&o->machine);
    for (unsigned i = 0; i < o->disk_count; i++)
        free(o->disk[i].path);
}

static int take_arch(struct machine_options *o, const char *value)
{
    for (enum arch a = ARCH_ARM64; a <= ARCH_X86_64; a++) {
        if (strcmp(value, arch_name(a)) == 0) {
            o->machine.arch = a;
            o->arch_given = true;
            return EXIT_OK;
        }
    }
    return complain(EXIT_USAGE, "--arch is arm64 or x86_64, not '%s'", value);
}

static int take_number(const char *name, const char *value, uint64_t *into)
{
    if (parse_number(value, into))
        return EXIT_OK;
    return complain(EXIT_USAGE, "--%s wants a number, not '%s'", name, value);
}

static int take_mem(struct machine_options *o, const char *value)
{
    uint64_t bytes;

    if (!parse_size(value, &bytes) || bytes < RAM_BYTES_MIN || bytes > RAM_BYTES_MAX ||
        bytes % RAM_UNIT != 0)
        return complain(EXIT_USAGE,
                        "--mem wants a multiple of 2M from 8M to 3G (as 64M or 1G), not '%s'",
                        value);
    o->machine.ram_bytes = bytes;
    return EXIT_OK;
}

/* FILE, or FILE,ro or FILE,write */
static int take_disk(struct machine_options *o, const char *value)
{
    const char *comma = strrchr(value, ',');
    struct disk_option d = {0};

    if (comma && strcmp(comma, ",ro") == 0)
        d.read_only = true;
    else if (comma && strcmp(comma, ",write") == 0)
        d.write = true;
    else
        comma = NULL;
    if (o->disk_count == MACHINE_DISKS_MAX)
        return complain(EXIT_USAGE, "a machine has at most %u disks", MACHINE_DISKS_MAX);
    d.path = comma ? strndup(value, (size_t)(comma - value)) : strdup(value);
    if (!d.path)
        return complain(EXIT_GUEST, "out of memory");
    o->disk[o->disk_count++] = d;
    return EXIT_OK;
}

static int take_gic(struct machine_options *o, const char *value)
{
    if (strcmp(value, "2") != 0 && strcmp(value, "3") != 0)
        return complain(EXIT_USAGE, "--gic is 2 or 3, not '%s'", value);
    o->machine.gicv3 = value[0] == '3';
    return EXIT_OK;
}

/* One end of a cable: a script that answers nothing and says who it is. */
static int take_cable(struct machine_options *o, const char *path, bool listens)
{
    static const char *const ends[] = {"mac 52:54:00:12:34:57\n", "mac 52:54:00:12:34:56\n"};

    if (!o->takes_cable)
        return complain(EXIT_USAGE, "a cable to another machine belongs to run and record alone");
    if (!*path)
        return complain(EXIT_USAGE, "--net %s: wants the name of a socket",
                        listens ? "listen" : "connect");
    o->cable = path;
    o->cable_listens = listens;
    o->machine.net.data = (uint8_t *)strdup(ends[listens]);
    o->machine.net.bytes = strlen(ends[listens]);
    return o->machine.net.data ? EXIT_OK : complain(EXIT_GUEST, "out of memory");
}

static int take_net(struct machine_options *o, const char *value)
{
    struct net_script script;
    char err[ERR_LEN];

    blob_free(&o->machine.net);
    o->cable = NULL;
    if (strncmp(value, "listen:", 7) == 0)
        return take_cable(o, value + 7, true);
    if (strncmp(value, "connect:", 8) == 0)
        return take_cable(o, value + 8, false);
    if (strncmp(value, "script:", 7) != 0)
        return complain(EXIT_USAGE, "--net wants script:FILE, listen:PATH or connect:PATH, not "
                                    "'%s': there is no host network", value);
    if (host_read_file(value + 7, &o->machine.net, err, sizeof(err)) != 0)
        return complain(EXIT_USAGE, "%s", err);
    script = (struct net_script){(const char *)o->machine.net.data, o->machine.net.bytes};
    if (net_script_check(&script, err, sizeof(err)) != 0)
        return complain(EXIT_USAGE, "%s, %s", value + 7, err);
    return EXIT_OK;
}

int machine_options_take(struct machine_options *o, int option, const char *value)
{
    int rc;

    switch (option - MACHINE_OPTION_BASE) {
    case 0:
        return take_arch(o, value);
    case 1:
        o->kernel = value;
        o->machine.firmware = false;
        return EXIT_OK;
    case 2:
        o->rootfs = value;
        return EXIT_OK;
    case 3:
        o->initrd = value;
        return EXIT_OK;
    case 4:
        o->append = value;
        return EXIT_OK;
    case 5:
        return take_mem(o, value);
    case 6:
        rc = take_number("cpu-hz", value, &o->machine.hz);
        if (rc == EXIT_OK && (o->machine.hz < 1000000 || o->machine.hz > 100000000000ull))
            rc = complain(EXIT_USAGE, "--cpu-hz goes from 1000000 to 100000000000");
        return rc;
    case 7:
        return take_number("seed", value, &o->machine.seed);
    case 8:
        return take_number("chaos", value, &o->machine.chaos);
    case 9:
        return take_number("limit", value, &o->limit);
    case 10:
        o->machine.strict = true;
        return EXIT_OK;
    case 13:
        o->machine.adversary = true;
        return EXIT_OK;
    case 14:
        return take_disk(o, value);
    case 18:
        o->machine.console = true;
        return EXIT_OK;
    case 19:
        return take_net(o, value);
    case 17:
        return take_gic(o, value);
    case 15:
        o->machine.entropy = true;
        return EXIT_OK;
    case 16:
        o->kernel = value;
        o->machine.firmware = true;
        return EXIT_OK;
    case 11:
        return take_number("wall-start", value, &o->machine.wall_start_s);
    case 12:
        o->machine.el2 = true;
        return EXIT_OK;
    default:
        return EXIT_USAGE;
    }
}

/* A file or folder of ours: beside the program in a build folder, or installed. */
static bool find_beside(const char *const *places, size_t count, const char *name, char *path,
                        size_t len)
{
    char dir[3072];

    if (host_program_dir(dir, sizeof(dir)) != 0)
        return false;
    for (size_t i = 0; i < count; i++)
        if ((size_t)snprintf(path, len, "%s/%s/%s", dir, places[i], name) < len &&
            host_file_exists(path))
            return true;
    return false;
}

bool find_kernel(enum arch arch, char *path, size_t len)
{
    static const char *const places[] = {"kernel", "../share/trapline", "."};
    char name[64];

    snprintf(name, sizeof(name), "kernel-%s.elf", arch_name(arch));
    return find_beside(places, ARRAY_LEN(places), name, path, len);
}

/* The root folder that ./dev makes of Debian's busybox; only our own kernel gets it unasked. */
static int find_rootfs(struct machine_options *o)
{
    static const char *const places[] = {"guest", "../share/trapline/guest"};
    char name[64];

    if (o->rootfs || o->initrd || o->kernel)
        return EXIT_OK;
    snprintf(name, sizeof(name), "%s/rootfs", arch_name(o->machine.arch));
    if (!find_beside(places, ARRAY_LEN(places), name, o->rootfs_found,
                     sizeof(o->rootfs_found)))
        return complain(EXIT_USAGE,
                        "there is no root folder for %s beside this program: name one with --rootfs "
                        "or --initrd (in the source tree './dev setup' makes one of Debian's busybox)",
                        arch_name(o->machine.arch));
    o->rootfs = o->rootfs_found;
    return EXIT_OK;
}

/* x86 by e_machine of an ELF file (32-bit ones may be multiboot) or the magic of a bzImage. */
static void guess_arch(struct machine_options *o, const struct blob *k)
{
    if (o->arch_given || k->bytes < 64)
        return;
    if (memcmp(k->data, "\177ELF", 4) == 0 && (k->data[18] == 62 || k->data[18] == 3))
        o->machine.arch = ARCH_X86_64;
    else if (k->bytes > 0x206 && memcmp(k->data + 0x202, "HdrS", 4) == 0)
        o->machine.arch = ARCH_X86_64;
}

/* The refusal names the file, which the machine will not know any more. */
static int check_kernel(const struct machine_options *o, const struct blob *kernel)
{
    struct boot_spec spec = {.arch = o->machine.arch,
                             .kernel = kernel->data,
                             .kernel_bytes = kernel->bytes,
                             .kernel_name = o->kernel,
                             .firmware = o->machine.firmware,
                             .cmdline = "",
                             .ram_bytes = o->machine.ram_bytes};
    char err[ERR_LEN];
    int rc = o->kernel ? boot_kernel_check(&spec, err, sizeof(err)) : 0;

    return rc == 0 ? EXIT_OK : complain(rc == -EFBIG ? EXIT_USAGE : EXIT_DAMAGED, "%s", err);
}

/*
 * A kernel of 30 MB takes as long to read as a fortieth of its boot. But a file that is mapped may
 * change, or end, while it is being built anew.
 */
static int read_image(const struct machine_options *o, const char *path, struct blob *image)
{
    char err[ERR_LEN];
    int rc = o->starts_once ? host_map_file(path, image, err, sizeof(err))
                            : host_read_file(path, image, err, sizeof(err));

    return rc == 0 ? EXIT_OK : complain(EXIT_USAGE, "%s", err);
}

static int load_kernel(struct machine_options *o)
{
    char path[4096];
    const char *file = o->kernel ? o->kernel : path;
    struct blob kernel;
    int rc;

    if (!o->kernel && !find_kernel(o->machine.arch, path, sizeof(path)))
        return complain(EXIT_USAGE,
                        "the kernel for %s that ships was not found beside this program; "
                        "name one with --kernel",
                        arch_name(o->machine.arch));
    rc = read_image(o, file, &kernel);
    if (rc != EXIT_OK)
        return rc;
    guess_arch(o, &kernel);
    machine_set_kernel(&o->machine, kernel);
    return check_kernel(o, &o->machine.kernel);
}

/* Our kernel, an ELF file, does not expand archives; Linux does, and gets its file as it is. What
 * other ELF files take for an initrd is theirs to say. */
static int read_initrd(struct machine_options *o, struct blob *file)
{
    static const char elf[] = {0x7f, 'E', 'L', 'F'};
    const struct blob *kernel = &o->machine.kernel;
    bool is_elf = kernel->bytes >= sizeof(elf) && memcmp(kernel->data, elf, sizeof(elf)) == 0;
    struct blob packed;
    char err[ERR_LEN];
    void *bytes;
    int rc = read_image(o, o->initrd, file);

    if (rc != EXIT_OK)
        return rc;
    if (is_elf && initramfs_is_compressed(file->data, file->bytes)) {
        packed = *file;
        if (initramfs_expand(packed.data, packed.bytes, o->machine.ram_bytes, &bytes, &file->bytes,
                             err, sizeof(err)) != 0)
            return complain(EXIT_USAGE, "%s: %s", o->initrd, err);
        file->data = bytes;
        file->mapped = false;
        blob_free(&packed);
    }
    if (initramfs_check(file->data, file->bytes, is_elf && o->kernel, err, sizeof(err)) == 0)
        return EXIT_OK;
    blob_free(file);
    return complain(EXIT_DAMAGED, "%s: %s", o->initrd, err);
}

static int load_initrd(struct machine_options *o, const char *const *argv)
{
    struct blob file, initrd = {0};
    char err[ERR_LEN];
    void *bytes = NULL;
    int rc;

    if (o->rootfs && o->initrd)
        return complain(EXIT_USAGE, "--rootfs and --initrd exclude each other");
    rc = find_rootfs(o);
    if (rc != EXIT_OK)
        return rc;
    if (o->rootfs) {
        rc = initramfs_from_dir(o->rootfs, argv, &bytes, &initrd.bytes, err, sizeof(err));
        initrd.data = bytes;
        if (rc != 0)
            return complain(EXIT_USAGE, "%s", err);
        machine_set_initrd(&o->machine, initrd);
        return EXIT_OK;
    }
    memset(&file, 0, sizeof(file));
    rc = o->initrd ? read_initrd(o, &file) : EXIT_OK;
    if (rc != EXIT_OK)
        return rc;
    if (!argv) {
        machine_set_initrd(&o->machine, file);
        return EXIT_OK;
    }
    rc = initramfs_add_argv(file.data, file.bytes, argv, &bytes, &initrd.bytes, err, sizeof(err));
    blob_free(&file);
    if (rc != 0)
        return complain(EXIT_USAGE, "%s", err);
    initrd.data = bytes;
    machine_set_initrd(&o->machine, initrd);
    return EXIT_OK;
}

static int load_disks(struct machine_options *o)
{
    for (unsigned i = 0; i < o->disk_count; i++) {
        char err[ERR_LEN];
        struct blob image;

        if (host_read_disk(o->disk[i].path, &image, err, sizeof(err)) != 0)
            return complain(EXIT_USAGE, "%s", err);
        machine_add_disk(&o->machine, image, o->disk[i].read_only);
    }
    return EXIT_OK;
}

struct write_back {
    const struct disk_option *disk;
    uint64_t bytes;
    int code;
};

static void write_page(void *ctx, uint32_t page, const uint8_t *bytes)
{
    struct write_back *w = ctx;
    uint64_t at = (uint64_t)page * 4096, left = w->bytes - at;
    char err[ERR_LEN];

    if (w->code == EXIT_OK && host_write_at(w->disk->path, at, bytes, left < 4096 ? left : 4096,
                                            err, sizeof(err)) != 0)
        w->code = complain(EXIT_GUEST, "%s", err);
}

int machine_options_write_disks(struct machine_options *o, struct cpu *cpu)
{
    int code = EXIT_OK;

    for (unsigned i = 0; i < o->disk_count; i++) {
        struct write_back w = {&o->disk[i], o->machine.disk[i].bytes, EXIT_OK};

        if (o->disk[i].write)
            cpu_disk_changes(cpu, i, write_page, &w);
        if (w.code != EXIT_OK)
            code = w.code;
    }
    return code;
}

int machine_options_load(struct machine_options *o, const char *const *argv)
{
    int rc = load_kernel(o);

    if (rc == EXIT_OK && o->machine.gicv3 && o->machine.arch != ARCH_ARM64)
        rc = complain(EXIT_USAGE, "--gic is for arm64, the machine is %s",
                      arch_name(o->machine.arch));
    if (rc == EXIT_OK && o->machine.gicv3 && o->machine.el2)
        rc = complain(EXIT_USAGE, "--gic 3 and --el2 exclude each other: EL2 has no ICH_ and "
                                  "ICC_SRE_EL2 registers here; leave one out");
    if (rc == EXIT_OK && o->machine.el2 && o->machine.arch != ARCH_ARM64)
        rc = complain(EXIT_USAGE, "--el2 is for arm64, the machine is %s",
                      arch_name(o->machine.arch));
    if (rc == EXIT_OK && o->machine.firmware && (o->rootfs || o->initrd || argv))
        rc = complain(EXIT_USAGE, "a firmware takes no --rootfs, --initrd or ARGV");
    if (rc == EXIT_OK)
        rc = load_initrd(o, argv);
    if (rc == EXIT_OK)
        rc = load_disks(o);
    if (rc != EXIT_OK)
        return rc;
    o->machine.cmdline = strdup(o->append ? o->append : "");
    if (!o->machine.cmdline || (argv && machine_set_argv(&o->machine, argv) != 0))
        return complain(EXIT_GUEST, "out of memory");
    return EXIT_OK;
}
