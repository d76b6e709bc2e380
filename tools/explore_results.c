/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tools/explore_results.c - the files of a search; see explore_results.h. */
#include "tools/explore_results.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/cmd.h"

#define SUFFIX ".jsonl"
#define POINTS_MAX (1ull << 31)

static enum explore_failure failure_of(const char *name)
{
    for (unsigned f = 0; f < EXPLORE_FAILURES; f++)
        if (name && strcmp(name, explore_names[f]) == 0)
            return (enum explore_failure)f;
    return EXPLORE_FAILURES;
}

static void take_text(const json_t *o, const char *key, char *into, size_t len)
{
    const char *text = json_string_value(json_object_get(o, key));

    snprintf(into, len, "%s", text ? text : "");
}

/* What only points of --every have. */
static void take_event(const json_t *o, struct result_line *line)
{
    const char *pc = json_string_value(json_object_get(o, "pc"));

    take_text(o, "kind", line->kind, sizeof(line->kind));
    take_text(o, "where", line->where, sizeof(line->where));
    take_text(o, "file", line->file, sizeof(line->file));
    line->at_n = (insn_t)json_integer_value(json_object_get(o, "at"));
    line->pc = pc ? strtoull(pc, NULL, 16) : 0;
    line->line = (int)json_integer_value(json_object_get(o, "line"));
    line->same = json_is_true(json_object_get(o, "same"));
    line->impossible = json_is_true(json_object_get(o, "impossible"));
}

/* One line behind the first; false: it is none of ours. */
static bool take_line(struct tally *tally, const char *text, size_t len)
{
    json_t *o = json_loadb(text, len, 0, NULL), *point = json_object_get(o, "seed");
    struct result_line line = {
        .failure = failure_of(json_string_value(json_object_get(o, "failure"))),
        .n = (insn_t)json_integer_value(json_object_get(o, "n")),
    };
    bool good;

    line.point = (uint64_t)json_integer_value(point ? point : json_object_get(o, "point"));
    good = o && line.point > 0 && line.point <= tally->points && line.failure < EXPLORE_FAILURES;
    take_text(o, "end", line.end, sizeof(line.end));
    take_text(o, "trace", line.trace, sizeof(line.trace));
    take_event(o, &line);
    json_decref(o);
    if (!good || tally->done[line.point])
        return good;
    tally->done[line.point] = true;
    tally->tried++;
    tally->failed += line.failure != EXPLORE_HOLDS;
    tally->same += line.same;
    tally->impossible += line.impossible;
    if (tally->point)
        tally->point(tally->ctx, &line);
    return true;
}

static int start_tally(struct tally *tally, uint64_t points)
{
    if (tally->done)
        return EXIT_OK;
    tally->points = points;
    tally->done = calloc(points + 1, sizeof(bool));
    return tally->done ? EXIT_OK : complain(EXIT_GUEST, "out of memory for %llu points",
                                            (unsigned long long)points);
}

int results_read(const char *path, const char *text, size_t len, json_t **head,
                 struct tally *tally, size_t *used)
{
    unsigned number = 0;
    int rc = EXIT_OK;

    *head = NULL;
    *used = 0;
    while (rc == EXIT_OK && *used < len) {
        const char *line = text + *used, *end = memchr(line, '\n', len - *used);

        if (!end)
            break; /* the last one was not finished */
        number++;
        if (number == 1) {
            json_int_t points;

            *head = json_loadb(line, (size_t)(end - line), 0, NULL);
            points = json_integer_value(json_object_get(*head, "points"));
            if (points < 1 || (uint64_t)points > POINTS_MAX)
                return complain(EXIT_DAMAGED, "%s is not the result of a search: its first line "
                                              "does not say how many points there are", path);
            rc = start_tally(tally, (uint64_t)points);
        } else if (!take_line(tally, line, (size_t)(end - line))) {
            rc = complain(EXIT_DAMAGED, "%s: line %u is not the result of a point", path, number);
        }
        *used += (size_t)(end - line) + 1;
    }
    return rc;
}

static int read_all(const char *path, struct byte_buf *b)
{
    char piece[65536];
    FILE *f = fopen(path, "r");
    size_t n;

    if (!f)
        return complain(EXIT_USAGE, "%s: %s", path, strerror(errno));
    while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
        buf_put(b, piece, n);
    fclose(f);
    return b->failed ? complain(EXIT_GUEST, "out of memory for %s", path) : EXIT_OK;
}

static int write_all(int fd, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, text, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -errno : -EIO;
        text += n;
        len -= (size_t)n;
    }
    return 0;
}

static int put_json(int fd, const json_t *o)
{
    char *text = json_dumps(o, JSON_COMPACT);
    size_t len = text ? strlen(text) : 0;
    int rc = text ? 0 : -ENOMEM;

    if (text) {
        text[len] = '\n'; /* over the NUL: one write, so that lines of two processes stay apart */
        rc = write_all(fd, text, len + 1);
        free(text);
    }
    return rc;
}

static int resume(struct results *r, const json_t *head, struct tally *tally)
{
    struct byte_buf b = {0};
    json_t *found = NULL;
    size_t used = 0;
    int rc = read_all(r->path, &b);

    if (rc == EXIT_OK && b.used > 0)
        rc = results_read(r->path, (const char *)b.data, b.used, &found, tally, &used);
    if (rc == EXIT_OK && found && !json_equal(found, head))
        rc = complain(EXIT_USAGE, "%s is of another search, or of another kernel: give --out a "
                                  "folder that is new, or remove that file", r->path);
    if (rc == EXIT_OK && used < b.used && ftruncate(r->fd, (off_t)used) != 0)
        rc = complain(EXIT_GUEST, "%s: %s", r->path, strerror(errno));
    if (rc == EXIT_OK && !found)
        rc = put_json(r->fd, head) == 0 ? EXIT_OK
                                        : complain(EXIT_GUEST, "%s cannot be written", r->path);
    json_decref(found);
    buf_free(&b);
    return rc;
}

int results_open(struct results *r, const char *dir, unsigned shard, unsigned shards,
                 const json_t *head, struct tally *tally)
{
    int rc;

    if (mkdir(dir, 0777) != 0 && errno != EEXIST)
        return complain(EXIT_USAGE, "the folder %s cannot be made: %s", dir, strerror(errno));
    snprintf(r->path, sizeof(r->path), "%s/shard-%u-of-%u" SUFFIX, dir, shard, shards);
    r->fd = open(r->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (r->fd < 0)
        return complain(EXIT_USAGE, "%s: %s", r->path, strerror(errno));
    if (flock(r->fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        results_close(r);
        return complain(EXIT_GUEST, "another search is writing %s", r->path);
    }
    rc = start_tally(tally, (uint64_t)json_integer_value(json_object_get(head, "points")));
    if (rc == EXIT_OK)
        rc = resume(r, head, tally);
    if (rc != EXIT_OK)
        results_close(r);
    return rc;
}

static void put_event(json_t *o, const struct result_line *line)
{
    char pc[24];

    snprintf(pc, sizeof(pc), "0x%llx", (unsigned long long)line->pc);
    json_object_set_new(o, "kind", json_string(line->kind));
    json_object_set_new(o, "at", json_integer((json_int_t)line->at_n));
    json_object_set_new(o, "pc", json_string(pc));
    json_object_set_new(o, "where", json_string(line->where));
    if (line->file[0]) {
        json_object_set_new(o, "file", json_string(line->file));
        json_object_set_new(o, "line", json_integer(line->line));
    }
    if (line->same)
        json_object_set_new(o, "same", json_true());
    if (line->impossible)
        json_object_set_new(o, "impossible", json_true());
}

int results_put(const struct results *r, const struct result_line *line)
{
    json_t *o = json_pack("{s:I, s:s, s:s, s:I}", line->kind[0] ? "point" : "seed",
                          (json_int_t)line->point, "failure", explore_names[line->failure], "end",
                          line->end, "n", (json_int_t)line->n);
    int rc = -ENOMEM;

    if (o && line->kind[0])
        put_event(o, line);
    if (o && (line->trace[0] == '\0' || json_object_set_new(o, "trace",
                                                            json_string(line->trace)) == 0))
        rc = put_json(r->fd, o);
    json_decref(o);
    return rc;
}

void results_close(struct results *r)
{
    if (r->fd >= 0)
        close(r->fd);
    r->fd = -1;
}

/* ---- shards together ---- */

static int merge_one(const char *path, struct tally *tally, json_t **head)
{
    struct byte_buf b = {0};
    json_t *found = NULL;
    size_t used;
    int rc = read_all(path, &b);

    if (rc == EXIT_OK)
        rc = results_read(path, (const char *)b.data, b.used, &found, tally, &used);
    if (rc == EXIT_OK && found) {
        json_object_del(found, "shard");
        json_object_del(found, "shards");
        if (!*head)
            *head = json_incref(found);
        else if (!json_equal(found, *head))
            rc = complain(EXIT_USAGE, "%s is of another search than the other shards", path);
    }
    json_decref(found);
    buf_free(&b);
    return rc;
}

static int is_shard(const struct dirent *e)
{
    size_t len = strlen(e->d_name);

    return strncmp(e->d_name, "shard-", 6) == 0 && len > sizeof(SUFFIX) &&
           strcmp(e->d_name + len - sizeof(SUFFIX) + 1, SUFFIX) == 0;
}

int results_merge(const char *dir, struct tally *tally, json_t **head)
{
    struct dirent **list;
    int count = scandir(dir, &list, is_shard, versionsort), rc = EXIT_OK;

    *head = NULL;
    if (count < 0)
        return complain(EXIT_USAGE, "%s: %s", dir, strerror(errno));
    for (int i = 0; i < count; i++) {
        char path[4096];

        snprintf(path, sizeof(path), "%s/%s", dir, list[i]->d_name);
        if (rc == EXIT_OK)
            rc = merge_one(path, tally, head);
        free(list[i]);
    }
    free(list);
    if (rc == EXIT_OK && !*head)
        rc = complain(EXIT_USAGE, "there is no result of a search in %s", dir);
    return rc;
}
