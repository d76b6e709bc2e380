/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tools/contract_oracle.c - the oracle: one text file per test, reviewed like code.
 *
 *   oracle/NAME.txt          what Linux on x86_64 prints
 *   oracle/NAME.arm64.txt    what Linux on arm64 prints, only where that differs
 *
 * Lines at the head that start with "# " are notes, not output. The first says which Linux wrote
 * the file. "# note: ..." survives an update; "# by hand: reason" forbids it.
 */
#include "tools/contract.h"

#include <errno.h>

static void path_of(char *path, size_t len, const char *dir, enum arch arch, const char *name)
{
    snprintf(path, len, "%s/oracle/%s%s.txt", dir, name, arch == ARCH_ARM64 ? ".arm64" : "");
}

/* Bytes of the notes at the head. */
static size_t notes_len(const struct blob *file)
{
    size_t at = 0;

    while (at + 2 <= file->bytes && memcmp(file->data + at, "# ", 2) == 0) {
        const uint8_t *end = memchr(file->data + at, '\n', file->bytes - at);

        at = end ? (size_t)(end - file->data) + 1 : file->bytes;
    }
    return at;
}

static int read_text(const char *path, struct byte_buf *text, struct byte_buf *notes)
{
    char err[ERR_LEN];
    struct blob file;
    size_t head;
    int rc = host_read_file(path, &file, err, sizeof(err));

    if (rc != 0)
        return rc;
    head = notes_len(&file);
    if (notes)
        buf_put(notes, file.data, head);
    buf_put(text, file.data + head, file.bytes - head);
    blob_free(&file);
    return 0;
}

int contract_oracle_read(const char *dir, enum arch arch, const char *name, struct byte_buf *text,
                         char *path, size_t path_len)
{
    path_of(path, path_len, dir, arch, name);
    if (arch == ARCH_ARM64 && !host_file_exists(path))
        path_of(path, path_len, dir, ARCH_X86_64, name);
    return read_text(path, text, NULL);
}

/* The notes that survive, behind the new first line. */
static void put_notes(struct byte_buf *file, const struct byte_buf *old, const char *source)
{
    static const char note[] = "# note:";

    buf_put(file, "# ", 2);
    buf_put(file, source, strlen(source));
    buf_put(file, "\n", 1);
    for (size_t at = 0; at < old->used;) {
        const uint8_t *end = memchr(old->data + at, '\n', old->used - at);
        size_t len = end ? (size_t)(end - old->data) + 1 - at : old->used - at;

        if (len > sizeof(note) && memcmp(old->data + at, note, sizeof(note) - 1) == 0)
            buf_put(file, old->data + at, len);
        at += len;
    }
}

static bool same(const struct byte_buf *a, const struct byte_buf *b)
{
    return a->used == b->used && (a->used == 0 || memcmp(a->data, b->data, a->used) == 0);
}

static bool is_by_hand(const struct byte_buf *notes)
{
    return notes->used > 0 && memmem(notes->data, notes->used, "# by hand:", 10) != NULL;
}

int contract_oracle_write(const char *dir, enum arch arch, const char *name, const char *source,
                          const struct byte_buf *text, bool *changed)
{
    struct byte_buf old = {0}, notes = {0}, common = {0}, file = {0};
    char path[4096], base[4096], err[ERR_LEN];
    bool exists;
    int rc = 0;

    path_of(path, sizeof(path), dir, arch, name);
    path_of(base, sizeof(base), dir, ARCH_X86_64, name);
    exists = read_text(path, &old, &notes) == 0;
    *changed = false;
    if (exists && is_by_hand(&notes)) {
        if (!same(&old, text))
            printf("%s: by hand, left as it is; Linux prints something else\n", path);
    } else if (arch == ARCH_ARM64 && read_text(base, &common, NULL) == 0 && same(&common, text)) {
        *changed = exists && remove(path) == 0;
    } else if (!exists || !same(&old, text)) {
        put_notes(&file, &notes, source);
        buf_put(&file, text->data, text->used);
        rc = host_write_file(path, file.data, file.used, err, sizeof(err));
        if (rc != 0)
            complain(EXIT_GUEST, "%s", err);
        *changed = true;
    }
    buf_free(&old);
    buf_free(&notes);
    buf_free(&common);
    buf_free(&file);
    return rc;
}
