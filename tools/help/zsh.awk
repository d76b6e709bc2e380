# SPDX-License-Identifier: GPL-2.0-or-later
#
# zsh.awk - one verb's options as a function of _trapline (help.awk). -v verb=NAME
# Of a value: FILE and *.tlt are files, DIR folders, words in small letters choices.

function quoted(s) {
    gsub(/'/, "'\\''", s)
    gsub(/[\[\]:]/, "\\\\&", s)
    return s
}

function action(v) {
    if (v ~ /DIR/) return "_files -/"
    if (v ~ /FILE|\.html|IMAGE/) return "_files"
    if (v ~ /\.tlt/) return "_files -g \"*.tlt(-.)\""
    if (v ~ /^[a-z0-9_|]+$/) { gsub(/\|/, " ", v); return "(" v ")" }
    return " "
}

function on_option(term, words,    n, i, o) {
    n = terms(term)
    for (i = 1; i <= n; i++) {
        o = option[i]
        if (!(o in about)) {
            order[++count] = o
            about[o] = words
            values[o] = value[i]
        } else if (value[i] ~ /^[a-z]/) {
            values[o] = values[o] "|" value[i]
        }
        optional[o] = term ~ /\[=/
    }
    last = n ? option[1] : ""
}

function on_more(line) {
    if (last != "" && about[last] == "")
        about[last] = trim(line)
}

function on_usage(line) { usage = usage " " line }
function on_text(line) { last = "" }
function on_heading(name) { }
function on_example(line) { }
function on_blank() { last = "" }

function on_end(    i, o) {
    printf "_trapline_%s() {\n    _arguments -s -S '(- *)--help[%s]' \\\n", verb, "options and examples"
    for (i = 1; i <= count; i++) {
        o = order[i]
        printf "        '*%s%s[%s]%s' \\\n", o, optional[o] ? "=-" : values[o] != "" && o ~ /^--/ ? "=" : "",
            quoted(about[o]),
            values[o] == "" ? "" : (optional[o] ? "::" : ":") quoted(values[o]) ":" action(values[o])
    }
    if (usage ~ /check\|update/)
        print "        '1:what:(check update)' '2:folder:_files -/' '*:name: '"
    else if (usage ~ /\.tlt/)
        print "        '*:trace:_files -g \"*.tlt(-.)\"'"
    else
        print "        '*:argument: '"
    print "}"
}
