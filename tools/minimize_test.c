/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tools/minimize_test.c - the regression test of a minimal trace: a cmocka source, and the lines
 * for CMake and ctest.
 *
 * The test does not replay the recording, which would fail for ever: it runs its machine with the
 * kernel at hand under its schedule (`minimize --again`).
 */
#include "tools/minimize.h"

#include <errno.h>

static const char source[] =
    "/*\n"
    " * Made by trapline minimize: run again under the schedule of @S.tlt, it must hold.\n"
    " * What failed, and why: trapline dump --summary @S.tlt\n"
    " *\n"
    " * TRAPLINE, TRAPLINE_KERNEL and TRAPLINE_ROOTFS of the environment name the program, the\n"
    " * kernel and the folder of guest programs; without the last two those of the trace are taken.\n"
    " */\n"
    "#include <setjmp.h>\n"
    "#include <stdarg.h>\n"
    "#include <stddef.h>\n"
    "#include <stdint.h>\n"
    "#include <stdlib.h>\n"
    "#include <sys/wait.h>\n"
    "#include <unistd.h>\n"
    "\n"
    "#include <cmocka.h>\n"
    "\n"
    "#ifndef TRACE\n"
    "#define TRACE \"@S.tlt\"\n"
    "#endif\n"
    "\n"
    "static void test_@N(void **state)\n"
    "{\n"
    "    const char *program = getenv(\"TRAPLINE\"), *kernel = getenv(\"TRAPLINE_KERNEL\");\n"
    "    const char *rootfs = getenv(\"TRAPLINE_ROOTFS\");\n"
    "    const char *argv[16] = {program ? program : \"trapline\", \"minimize\", \"--again\",\n"
    "                            TRACE@M};\n"
    "    int count = @C, status = -1;\n"
    "    pid_t pid;\n"
    "\n"
    "    (void)state;\n"
    "    if (kernel) {\n"
    "        argv[count++] = \"--kernel\";\n"
    "        argv[count++] = kernel;\n"
    "    }\n"
    "    if (rootfs) {\n"
    "        argv[count++] = \"--rootfs\";\n"
    "        argv[count++] = rootfs;\n"
    "    }\n"
    "    pid = fork();\n"
    "    if (pid == 0) {\n"
    "        execvp(argv[0], (char *const *)argv);\n"
    "        _exit(127);\n"
    "    }\n"
    "    assert_true(pid > 0);\n"
    "    assert_int_equal(waitpid(pid, &status, 0), pid);\n"
    "    assert_true(WIFEXITED(status));\n"
    "    assert_int_equal(WEXITSTATUS(status), 0);\n"
    "}\n"
    "\n"
    "int main(void)\n"
    "{\n"
    "    const struct CMUnitTest tests[] = {cmocka_unit_test(test_@N)};\n"
    "\n"
    "    return cmocka_run_group_tests(tests, NULL, NULL);\n"
    "}\n";

static const char lines[] =
    "# Made by trapline minimize: include() this. TRAPLINE_PROGRAM is the command (default: the\n"
    "# trapline of PATH), TRAPLINE_KERNEL the kernel under test (default: the one that failed),\n"
    "# TRAPLINE_ROOTFS likewise.\n"
    "find_program(TRAPLINE_PROGRAM trapline REQUIRED)\n"
    "add_executable(test_@N ${CMAKE_CURRENT_LIST_DIR}/test_@N.c)\n"
    "target_compile_definitions(test_@N PRIVATE TRACE=\"${CMAKE_CURRENT_LIST_DIR}/@S.tlt\")\n"
    "target_link_libraries(test_@N PRIVATE cmocka)\n"
    "add_test(NAME @N COMMAND test_@N)\n"
    "foreach(setting TRAPLINE_PROGRAM TRAPLINE_KERNEL TRAPLINE_ROOTFS)\n"
    "  if(${setting})\n"
    "    string(REPLACE _PROGRAM \"\" variable ${setting})\n"
    "    set(value ${${setting}})\n"
    "    if(NOT value MATCHES \"^[$]<\")\n"
    "      get_filename_component(value ${value} ABSOLUTE)\n"
    "    endif()\n"
    "    set_property(TEST @N APPEND PROPERTY ENVIRONMENT \"${variable}=${value}\")\n"
    "  endif()\n"
    "endforeach()\n";

static void stem_of(const struct minimizing *s, char *stem, size_t len)
{
    const char *slash = strrchr(s->out, '/'), *base = slash ? slash + 1 : s->out;
    size_t n = strlen(base);

    if (n > 4 && strcmp(base + n - 4, ".tlt") == 0)
        n -= 4;
    snprintf(stem, len, "%.*s", (int)n, base);
}

void minimize_test_name(const struct minimizing *s, char *name, size_t len)
{
    stem_of(s, name, len);
    for (char *c = name; *c; c++)
        if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9')))
            *c = '_';
}

struct words {
    char stem[128], name[128], more[2400];
    int count; /* of arguments */
};

/* @S the trace's stem, @N the test's name, @M further arguments, @C how many there are. */
static void fill_in(FILE *f, const char *template, const struct words *w)
{
    for (const char *c = template; *c; c++) {
        if (*c != '@') {
            fputc(*c, f);
            continue;
        }
        switch (*++c) {
        case 'S':
            fputs(w->stem, f);
            break;
        case 'N':
            fputs(w->name, f);
            break;
        case 'M':
            fputs(w->more, f);
            break;
        default:
            fprintf(f, "%d", w->count);
            break;
        }
    }
}

static int write_file(const char *path, const char *template, const struct words *w)
{
    FILE *f = fopen(path, "w");
    bool failed = !f;

    if (f) {
        fill_in(f, template, w);
        failed = ferror(f) != 0;
        failed |= fclose(f) != 0;
    }
    return failed ? complain(EXIT_GUEST, "%s cannot be written: %s", path, strerror(errno))
                  : EXIT_OK;
}

/* What counts as failure there, as here. A pattern is a string of C. */
static void more_arguments(const struct minimizing *s, struct words *w)
{
    size_t used;

    snprintf(w->more, sizeof(w->more), ", \"--fail\", \"");
    used = strlen(w->more);
    for (unsigned f = EXPLORE_STATUS; f < EXPLORE_FAILURES; f++)
        if (f != EXPLORE_CONSOLE && (s->rules.counts & 1u << f))
            used += (size_t)snprintf(w->more + used, sizeof(w->more) - used, "%s%s",
                                     w->more[used - 1] == '"' ? "" : ",", explore_names[f]);
    used += (size_t)snprintf(w->more + used, sizeof(w->more) - used, "\"");
    w->count = 6;
    if (s->limit != INSN_NONE) {
        w->count += 2;
        used += (size_t)snprintf(w->more + used, sizeof(w->more) - used, ", \"--limit\", \"%llu\"",
                                 (unsigned long long)s->limit);
    }
    if (!s->console)
        return;
    w->count += 2;
    used += (size_t)snprintf(w->more + used, sizeof(w->more) - used, ", \"--console\", \"");
    for (const char *c = s->console; *c && used + 8 < sizeof(w->more); c++) {
        if (*c == '"' || *c == '\\')
            w->more[used++] = '\\';
        w->more[used++] = *c;
    }
    snprintf(w->more + used, sizeof(w->more) - used, "\"");
}

void minimize_options_text(const struct minimizing *s, char *text, size_t len)
{
    size_t used = 0;

    text[0] = '\0';
    if (s->limit != INSN_NONE)
        used += (size_t)snprintf(text, len, " --limit %llu", (unsigned long long)s->limit);
    if (s->symptom.failure == EXPLORE_CHECK)
        used += (size_t)snprintf(text + used, len - used, " --fail check");
    if (!s->console)
        return;
    used += (size_t)snprintf(text + used, len - used, " --console '");
    for (const char *c = s->console; *c && used + 8 < len; c++)
        used += (size_t)snprintf(text + used, len - used, *c == '\'' ? "'\\''" : "%c", *c);
    snprintf(text + used, len - used, "'");
}

int minimize_write_test(const struct minimizing *s, const char *dir)
{
    char path[MINIMIZE_PATH_LEN + 160];
    struct words w;
    int rc;

    stem_of(s, w.stem, sizeof(w.stem));
    minimize_test_name(s, w.name, sizeof(w.name));
    more_arguments(s, &w);
    snprintf(path, sizeof(path), "%s/test_%s.c", dir, w.name);
    rc = write_file(path, source, &w);
    if (rc != EXIT_OK)
        return rc;
    snprintf(path, sizeof(path), "%s/%s.cmake", dir, w.name);
    return write_file(path, lines, &w);
}
