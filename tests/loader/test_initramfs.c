/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Folders as archives: unpacked again by libarchive, and compared byte for byte. */
#include "tests/cmocka.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "loader/boot.h"

struct tree {
    char dir[64];
};

static void write_file(const char *dir, const char *name, const char *text, mode_t mode)
{
    char path[200];
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    assert_int_equal(chmod(path, mode), 0);
}

/* The same small tree, its names made in the order of `names`. */
static void make_tree(struct tree *t, const char *const names[3])
{
    char path[200], link_path[200];

    strcpy(t->dir, "/tmp/trapline-initramfs-XXXXXX");
    assert_non_null(mkdtemp(t->dir));
    snprintf(path, sizeof(path), "%s/bin", t->dir);
    assert_int_equal(mkdir(path, 0755), 0);
    for (int i = 0; i < 3; i++)
        write_file(t->dir, names[i], names[i], 0755);
    snprintf(link_path, sizeof(link_path), "%s/bin/sh", t->dir);
    assert_int_equal(symlink("busybox", link_path), 0);
    snprintf(path, sizeof(path), "%s/bin/busybox", t->dir);
    snprintf(link_path, sizeof(link_path), "%s/hard", t->dir);
    assert_int_equal(link(path, link_path), 0);
    snprintf(path, sizeof(path), "%s/pipe", t->dir);
    assert_int_equal(mkfifo(path, 0600), 0);
    chmod(path, 0600);
}

static void remove_tree(struct tree *t)
{
    char command[100];

    snprintf(command, sizeof(command), "rm -r %s", t->dir);
    assert_int_equal(system(command), 0);
}

static const char *const order_a[] = {"bin/busybox", "a", "b.txt"};
static const char *const order_b[] = {"b.txt", "a", "bin/busybox"};
static const char *const argv_echo[] = {"/bin/echo", "", "two words", NULL};

/* "mode path [contents or target]" of each entry, until the first end of archive. */
static void list(const void *bytes, size_t len, char *out, size_t out_len)
{
    struct archive *a = archive_read_new();
    struct archive_entry *e;
    size_t at = 0;
    char text[100];

    archive_read_support_format_cpio(a);
    assert_int_equal(archive_read_open_memory(a, bytes, len), ARCHIVE_OK);
    out[0] = '\0';
    while (archive_read_next_header(a, &e) == ARCHIVE_OK) {
        la_ssize_t n = archive_read_data(a, text, sizeof(text) - 1);

        for (la_ssize_t i = 0; i < n; i++)
            text[i] = text[i] ? text[i] : '|';
        text[n > 0 ? n : 0] = '\0';
        assert_int_equal(archive_entry_uid(e), 0);
        assert_int_equal(archive_entry_gid(e), 0);
        assert_int_equal(archive_entry_mtime(e), 0);
        at += (size_t)snprintf(out + at, out_len - at, "%o %s %s\n", archive_entry_mode(e),
                               archive_entry_pathname(e),
                               archive_entry_symlink(e) ? archive_entry_symlink(e) : text);
    }
    archive_read_free(a);
}

static void test_missing_folder_is_named(void **state)
{
    void *out;
    size_t len;
    char err[200];

    (void)state;
    assert_int_equal(initramfs_from_dir("/nonexistent", NULL, &out, &len, err, sizeof(err)),
                     -ENOENT);
    assert_non_null(strstr(err, "/nonexistent"));
}

static void test_folder_contents(void **state)
{
    struct tree t;
    void *out;
    size_t len;
    char err[200], text[2000];

    (void)state;
    make_tree(&t, order_a);
    assert_ok(initramfs_from_dir(t.dir, argv_echo, &out, &len, err, sizeof(err)), err);
    list(out, len, text, sizeof(text));
    assert_string_equal(text, "100755 a a\n"
                              "100755 b.txt b.txt\n"
                              "40755 bin \n"
                              "100755 bin/busybox bin/busybox\n"
                              "120777 bin/sh busybox\n"
                              "100755 hard bin/busybox\n"
                              "10600 pipe \n"
                              "40755 dev \n"
                              "20600 dev/console \n"
                              "40755 etc \n"
                              "40755 etc/trapline \n"
                              "100644 etc/trapline/argv /bin/echo||two words|\n");
    free(out);
    remove_tree(&t);
}

static void test_same_folder_same_bytes(void **state)
{
    struct tree a, b;
    void *out_a, *out_b;
    size_t len_a, len_b;
    char err[200];

    (void)state;
    make_tree(&a, order_a);
    make_tree(&b, order_b);
    assert_ok(initramfs_from_dir(a.dir, NULL, &out_a, &len_a, err, sizeof(err)), err);
    assert_ok(initramfs_from_dir(b.dir, NULL, &out_b, &len_b, err, sizeof(err)), err);
    assert_int_equal(len_a, len_b);
    assert_memory_equal(out_a, out_b, len_a);
    free(out_a);
    free(out_b);
    remove_tree(&a);
    remove_tree(&b);
}

static void test_argv_of_the_caller_replaces_the_folders(void **state)
{
    char etc[100], text[1000], err[200];
    struct tree t;
    void *out;
    size_t len;

    (void)state;
    make_tree(&t, order_a);
    snprintf(etc, sizeof(etc), "%s/etc", t.dir);
    mkdir(etc, 0755);
    snprintf(etc, sizeof(etc), "%s/etc/trapline", t.dir);
    mkdir(etc, 0755);
    write_file(t.dir, "etc/trapline/argv", "old", 0644);
    assert_ok(initramfs_from_dir(t.dir, argv_echo, &out, &len, err, sizeof(err)), err);
    list(out, len, text, sizeof(text));
    assert_null(strstr(text, "old"));
    assert_non_null(strstr(text, "argv /bin/echo||two words|"));
    assert_ptr_equal(strstr(strstr(text, " etc \n") + 1, " etc \n"), NULL);
    free(out);
    remove_tree(&t);
}

static void test_add_argv_appends_an_aligned_archive(void **state)
{
    const char first[] = "070701 not looked at"; /* 21 bytes with the NUL */
    char err[200], text[500];
    void *out;
    size_t len;

    (void)state;
    assert_ok(initramfs_add_argv(first, sizeof(first), argv_echo, &out, &len, err, sizeof(err)),
              err);
    assert_memory_equal(out, first, sizeof(first));
    assert_memory_equal((char *)out + 24, "070701", 6);
    list((char *)out + 24, len - 24, text, sizeof(text));
    assert_string_equal(text, "40755 etc \n40755 etc/trapline \n"
                              "100644 etc/trapline/argv /bin/echo||two words|\n");
    free(out);
}

typedef int (*filter_fn)(struct archive *a);

/* `len` bytes of `in` as that filter of libarchive packs them. */
static size_t pack(filter_fn filter, const void *in, size_t len, void *out, size_t room)
{
    struct archive *a = archive_write_new();
    struct archive_entry *e = archive_entry_new();
    size_t used = 0;

    assert_int_equal(archive_write_set_format_raw(a), ARCHIVE_OK);
    assert_int_equal(filter(a), ARCHIVE_OK);
    archive_write_set_bytes_per_block(a, 0);
    assert_int_equal(archive_write_open_memory(a, out, room, &used), ARCHIVE_OK);
    archive_entry_set_filetype(e, AE_IFREG);
    assert_int_equal(archive_write_header(a, e), ARCHIVE_OK);
    assert_int_equal(archive_write_data(a, in, len), (la_ssize_t)len);
    assert_int_equal(archive_write_close(a), ARCHIVE_OK);
    archive_entry_free(e);
    archive_write_free(a);
    return used;
}

static void test_compressed_archives_are_expanded(void **state)
{
    static const filter_fn filters[] = {archive_write_add_filter_gzip, archive_write_add_filter_xz,
                                        archive_write_add_filter_lzma,
                                        archive_write_add_filter_zstd};
    static uint8_t packed[1 << 20];
    const size_t plain_bytes = 3u << 20; /* more than one step of the reader */
    uint8_t *plain = calloc(1, plain_bytes);
    char err[200];
    void *out;
    size_t len;

    (void)state;
    assert_non_null(plain);
    memcpy(plain, "070701", 6);
    for (size_t i = 0; i < plain_bytes; i += 997)
        plain[i] ^= (uint8_t)(i * 31);
    assert_false(initramfs_is_compressed(plain, plain_bytes));
    assert_false(initramfs_is_compressed(NULL, 0));
    for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
        size_t n = pack(filters[i], plain, plain_bytes, packed, sizeof(packed));

        assert_true(initramfs_is_compressed(packed, n));
        assert_int_equal(initramfs_expand(packed, n / 2, plain_bytes, &out, &len, err,
                                          sizeof(err)), -EBADMSG);
        assert_non_null(strstr(err, "damaged or cut short"));
        assert_int_equal(initramfs_expand(packed, n, plain_bytes - 1, &out, &len, err, sizeof(err)),
                         -EFBIG);
        assert_non_null(strstr(err, "larger than 2 MiB"));
        assert_ok(initramfs_expand(packed, n, plain_bytes, &out, &len, err, sizeof(err)), err);
        assert_int_equal(len, plain_bytes);
        assert_memory_equal(out, plain, len);
        free(out);
    }
    assert_int_equal(initramfs_expand("BZh91AY", 7, 1, &out, &len, err, sizeof(err)), -ENOTSUP);
    assert_string_equal(err, "an initrd packed by bzip2 cannot be read; use gzip, xz or zstd");
    free(plain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_missing_folder_is_named),
        cmocka_unit_test(test_folder_contents),
        cmocka_unit_test(test_same_folder_same_bytes),
        cmocka_unit_test(test_argv_of_the_caller_replaces_the_folders),
        cmocka_unit_test(test_add_argv_appends_an_aligned_archive),
        cmocka_unit_test(test_compressed_archives_are_expanded),
    };

    umask(022);
    return cmocka_run_group_tests_name("loader.initramfs", tests, NULL, NULL);
}
