/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tools/xml.h - text as XML wants it, for the reports that CI reads.
 *
 * Rules of use: xml_put() is for attributes in double quotes and for element text alike.
 */
#ifndef TRAPLINE_TOOLS_XML_H
#define TRAPLINE_TOOLS_XML_H

#include <stdio.h>

/* What XML 1.0 forbids, and what is not ASCII, becomes '?'. */
void xml_put(FILE *f, const char *s);

#endif
