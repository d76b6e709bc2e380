/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/golden_spec.c - the header of a golden file, and the machine it asks for. */
#include "sim/golden.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "loader/boot.h"
#include "loader/fail.h"
#include "sim/cpio.h"

#define WORDS " \t\r"

static size_t split_words(char *text, const char **words, size_t max)
{
    size_t count = 0;
    char *save = NULL;

    for (char *w = strtok_r(text, WORDS, &save); w; w = strtok_r(NULL, WORDS, &save)) {
        if (count == max)
            return max + 1;
        words[count++] = w;
    }
    words[count] = NULL;
    return count;
}

static bool parse_keep(char *value, unsigned *keep)
{
    static const char *const names[] = {"traps", "syscalls", "signals", "interrupts"};
    const char *words[8];
    size_t count = split_words(value, words, 7);

    *keep = 0;
    for (size_t i = 0; i < count && count <= 7; i++) {
        size_t k = 0;

        while (k < ARRAY_LEN(names) && strcmp(words[i], names[k]) != 0)
            k++;
        if (k == ARRAY_LEN(names))
            return false;
        *keep |= 1u << k;
    }
    return count > 0 && count <= 7;
}

static bool parse_u64(const char *value, uint64_t *out)
{
    char *end;

    errno = 0;
    *out = strtoull(value, &end, 0);
    return end != value && *end == '\0' && errno == 0;
}

/* One "key: value"; false when it makes no sense. */
static bool take_line(struct golden_spec *s, const char *key, char *value)
{
    if (strcmp(key, "arch") == 0) {
        s->arch = strcmp(value, "x86_64") == 0 ? ARCH_X86_64 : ARCH_ARM64;
        return strcmp(value, arch_name(s->arch)) == 0;
    }
    if (strcmp(key, "program") == 0) {
        s->program = value;
        return *value != '\0' && *value != '/' && !strstr(value, "..");
    }
    if (strcmp(key, "args") == 0)
        return split_words(value, s->args, GOLDEN_ARGS_MAX) <= GOLDEN_ARGS_MAX;
    if (strcmp(key, "within") == 0)
        return split_words(value, s->within, GOLDEN_WITHIN_MAX) <= GOLDEN_WITHIN_MAX;
    if (strcmp(key, "seed") == 0)
        return parse_u64(value, &s->seed);
    if (strcmp(key, "chaos") == 0)
        return parse_u64(value, &s->chaos);
    if (strcmp(key, "keep") == 0)
        return parse_keep(value, &s->keep);
    return strcmp(key, "about") == 0;
}

int golden_parse(const char *name, const struct blob *file, struct golden_spec *spec, size_t *body,
                 char *err, size_t err_len)
{
    char *line;
    unsigned number = 0;

    memset(spec, 0, sizeof(*spec));
    spec->keep = GOLDEN_TRAPS | GOLDEN_SYSCALLS | GOLDEN_SIGNALS;
    spec->text = strndup((const char *)file->data, file->bytes);
    if (!spec->text)
        return loader_fail(err, err_len, -ENOMEM, "out of memory");
    for (line = spec->text; *line == '#';) {
        char *end = strchrnul(line, '\n'), *colon, *value;
        bool last = *end == '\0';

        number++;
        *end = '\0';
        colon = strchr(line, ':');
        line += 1 + strspn(line + 1, WORDS);
        if (*line != '\0') { /* a bare # separates */
            value = colon ? colon + 1 + strspn(colon + 1, WORDS) : NULL;
            if (colon)
                *colon = '\0';
            if (!colon || !take_line(spec, line, value)) {
                loader_fail(err, err_len, -EINVAL,
                            "%s:%u: '%s' is no header line of a golden trace, or its value is "
                            "none: arch, program, args, seed, chaos, about, keep, within", name,
                            number, line);
                golden_spec_free(spec);
                return -EINVAL;
            }
        }
        line = end + !last;
    }
    *body = (size_t)(line - spec->text);
    if (spec->program)
        return 0;
    golden_spec_free(spec);
    return loader_fail(err, err_len, -EINVAL, "%s: the header names no program", name);
}

void golden_spec_free(struct golden_spec *spec)
{
    free(spec->text);
    memset(spec, 0, sizeof(*spec));
}

static void build_archive(struct byte_buf *b, const char *path, const struct blob *program)
{
    static const char *const dirs[] = {"bin", "dev", "etc", "proc", "tmp"};
    unsigned ino = 0;

    for (size_t i = 0; i < ARRAY_LEN(dirs); i++)
        cpio_put(b, &ino, dirs[i], S_IFDIR | 0755, NULL, 0);
    cpio_put(b, &ino, path, S_IFREG | 0755, program->data, program->bytes);
    cpio_end(b);
}

int golden_machine(const struct golden_spec *spec, const struct blob *program, struct machine *m,
                   char *err, size_t err_len)
{
    const char *argv[GOLDEN_ARGS_MAX + 2] = {NULL}, *slash = strrchr(spec->program, '/');
    struct byte_buf archive = {0};
    struct blob initrd = {0};
    void *bytes = NULL;
    char path[256];
    int rc;

    machine_init(m, spec->arch);
    m->seed = spec->seed;
    m->chaos = spec->chaos;
    m->cmdline = strdup("");
    snprintf(path, sizeof(path), "/bin/%.200s", slash ? slash + 1 : spec->program);
    argv[0] = path;
    for (size_t i = 0; spec->args[i]; i++)
        argv[i + 1] = spec->args[i];
    build_archive(&archive, path + 1, program);
    rc = archive.failed || !m->cmdline || machine_set_argv(m, argv) != 0
             ? loader_fail(err, err_len, -ENOMEM, "out of memory")
             : initramfs_add_argv(archive.data, archive.used, argv, &bytes, &initrd.bytes, err,
                                  err_len);
    buf_free(&archive);
    initrd.data = bytes;
    if (rc == 0)
        machine_set_initrd(m, initrd);
    else
        machine_free(m);
    return rc;
}
