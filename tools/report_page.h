/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tools/report_page.h - the parts of tools/report/ as texts; made by report_page.cmake. */
#ifndef TRAPLINE_TOOLS_REPORT_PAGE_H
#define TRAPLINE_TOOLS_REPORT_PAGE_H

extern const char report_css[], report_body[], report_js[];

#endif
