# SPDX-License-Identifier: GPL-2.0-or-later
#
# bash.awk - one verb's options as a case of trapline.bash (help.awk). -v verb=NAME
# Of a value: FILE and *.tlt are files, DIR folders, words in small letters choices.

function kind(v) {
    if (v ~ /DIR/) return "dir"
    if (v ~ /FILE|\.tlt|\.html|IMAGE/) return "file"
    if (v ~ /^[a-z0-9_|]+$/) return v
    return "none"
}

function on_option(term, words,    n, i) {
    n = terms(term)
    for (i = 1; i <= n; i++) {
        if (!(option[i] in seen)) {
            seen[option[i]] = ""
            order[++count] = option[i]
        }
        if (value[i] != "" && term !~ /\[=/)
            seen[option[i]] = seen[option[i]] (seen[option[i]] == "" ? "" : "|") kind(value[i])
    }
}

function on_usage(line) { usage = usage " " line }
function on_text(line) { }
function on_more(line) { }
function on_heading(name) { }
function on_example(line) { }
function on_blank() { }

function on_end(    i, list, cases) {
    list = "--help"
    for (i = 1; i <= count; i++) {
        list = list " " order[i]
        if (seen[order[i]] != "")
            cases = cases sprintf("        %s) value='%s' ;;\n", order[i], seen[order[i]])
    }
    printf "    %s)\n        options='%s'\n", verb, list
    if (usage ~ /check\|update/)
        print "        places='check update dir'"
    else if (usage ~ /\.tlt/)
        print "        places=trace"
    if (cases != "")
        printf "        case $2 in\n%s        esac\n", cases
    print "        ;;"
}
