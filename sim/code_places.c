/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/code_places.c - code by the program that runs it; see code_places.h. */
#include "sim/code_places.h"

#include <stdio.h>
#include <string.h>

void code_places_free(struct code_places *c)
{
    if (c->known)
        story_free(&c->story);
    c->asked = c->known = false;
}

const struct story *code_story(struct code_places *c)
{
    struct divergence divergence = {0};

    if (!c->asked) {
        c->asked = true;
        c->error[0] = '\0';
        c->known = story_build(c->trace, &c->story, NULL, NULL, &divergence, c->error,
                               sizeof(c->error)) == 0;
        if (!c->known && !c->error[0])
            snprintf(c->error, sizeof(c->error), "%s", divergence.what);
    }
    return c->known ? &c->story : NULL;
}

/* The file that user code is of at state `n`, and where it was loaded; NULL: not known. */
static const struct program *code_program(struct code_places *c, insn_t n, vaddr_t pc,
                                          vaddr_t *base)
{
    const struct story *s = code_story(c);
    uint32_t track = s ? story_running(s, n) : 0;

    *base = 0;
    return track ? story_code(s, c->places, s->track[track].process, n, pc, base) : NULL;
}

static bool is_user(struct code_places *c, vaddr_t pc)
{
    return !places_find(c->places, NULL, 0, pc).module;
}

void code_place_text(struct code_places *c, insn_t n, vaddr_t pc, char where[160],
                     char source[160])
{
    vaddr_t base = 0;
    const struct program *program = is_user(c, pc) ? code_program(c, n, pc, &base) : NULL;
    struct place place = places_find(c->places, program, base, pc);
    const char *file;
    int line;

    place_text(&place, false, where, 160);
    source[0] = '\0';
    if (program ? places_program_line(program, base, pc, &file, &line)
                : places_line(c->places, pc, &file, &line))
        snprintf(source, 160, "%s:%d", file, line);
}
