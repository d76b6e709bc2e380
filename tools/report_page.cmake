# SPDX-License-Identifier: GPL-2.0-or-later
#
# cmake -D OUT=FILE.c -D FOLDER=tools/report -P report_page.cmake: the page's parts as C arrays.
function(append_text name)
  set(hex "")
  foreach(file ${ARGN})
    file(READ ${FOLDER}/${file} part HEX)
    string(APPEND hex "${part}")
  endforeach()
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  string(REGEX REPLACE "(................................................................................)"
         "\\1\n" bytes "${bytes}")
  file(APPEND ${OUT} "const char ${name}[] = {\n${bytes}0};\n")
endfunction()

file(WRITE ${OUT} "/* made by report_page.cmake */\n#include \"tools/report_page.h\"\n")
append_text(report_css report.css)
append_text(report_body report.body.html)
append_text(report_js data.js view.js panel.js)
