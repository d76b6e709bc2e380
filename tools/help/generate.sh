#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# generate.sh TRAPLINE OUT: manual pages and completions, from what the program's --help says.
# OUT/man1/trapline.1 and trapline-VERB.1, OUT/trapline.bash, OUT/_trapline; of the public headers
# OUT/man3/trapline-kit.3.
set -eu
trapline=$1 out=$2
here=$(cd "$(dirname "$0")" && pwd)
rm -rf "$out" && mkdir -p "$out/man1" "$out/man3"
version=$("$trapline" --version | awk '{ print $2 }')
"$trapline" --help >"$out/help"

# "VERB<tab>what it is": the text stands from column 51 on, of the verb's first line or the next.
awk '/^  trapline [a-z]/ { verb = $2 }
     verb != "" && substr($0, 50, 1) == " " && substr($0, 51, 1) ~ /[A-Za-z]/ {
         print verb "\t" substr($0, 51); verb = "" }
     /^$/ { verb = "" }' "$out/help" >"$out/verbs"
verbs=$(awk '/^  trapline [a-z]/ { print $2 }' "$out/help")
[ "$(echo "$verbs" | wc -l)" -eq "$(wc -l <"$out/verbs")" ] ||
    { echo "generate.sh: a verb without words at column 51 in trapline --help" >&2; exit 1; }
exits=$(awk '/^exit: / { on = 1; sub(/^exit: /, "") } /^$/ { on = 0 } on' "$out/help" | tr -s ' \n' ' ')

refer() { # all pages but one
    echo "trapline $(echo "$verbs" | sed 's/^/trapline-/')" | tr ' ' '\n' | grep -vx "$1" |
        sed 's/-/\\-/g; s/.*/.BR & (1),/'
    echo '.BR trapline\-kit (3),'
    echo '.BR trapline\-trace (5)'
}

page() { # VERB ABOUT; the help text on standard input
    title=trapline${1:+-$1}
    awk -v verb="$1" -v about="$2" -v version="$version" -v exits="$exits" -v see="$(refer "$title" |
        sed 's/\\/\\\\/g')" -f "$here/help.awk" -f "$here/plain.awk" -f "$here/man.awk" >"$out/man1/$title.1"
}
{ # the first page: a line for each verb instead of its usage
    echo 'usage: trapline VERB [options]'
    echo
    cat "$here/trapline.about"
    echo
    echo 'verbs:'
    awk -F '\t' '{ printf "  trapline %-12s%s\n", $1, $2 }' "$out/verbs"
    echo
    echo 'environment:'
    cat "$here/environment"
    echo
    sed -n '/^exit: /,/^$/p' "$out/help"
} >"$out/help-main"
page "" "a kernel in a userspace machine, recorded and replayed bit for bit" <"$out/help-main"
while IFS="$(printf '\t')" read -r verb about; do
    "$trapline" "$verb" --help >"$out/help-$verb"
    page "$verb" "$about" <"$out/help-$verb"
done <"$out/verbs"

{
    sed "s/@VERSION@/$version/" "$here/trapline-kit.3.in"
    for header in kit:DESCRIPTION 'test:TESTS WITH CMOCKA'; do
        awk -v title="${header#*:}" -f "$here/plain.awk" -f "$here/header.awk" \
            "$here/../../sim/kit/${header%%:*}.h"
    done
    printf '.SH SEE ALSO\n.BR trapline (1),\n.BR trapline\\-record (1)\n'
} >"$out/man3/trapline-kit.3"

cases() { # FILE.awk
    while IFS="$(printf '\t')" read -r verb about; do
        awk -v verb="$verb" -f "$here/help.awk" -f "$here/$1" "$out/help-$verb"
    done <"$out/verbs"
}
{
    sed '/@CASES@/,$d' "$here/trapline.bash.in"
    cases bash.awk
    sed '1,/@CASES@/d' "$here/trapline.bash.in" | sed "s/@VERBS@/$(echo $verbs)/"
} >"$out/trapline.bash"
{
    echo "#compdef trapline"
    cases zsh.awk
    echo "_trapline() {"
    echo "    local -a verbs=("
    sed "s/'/'\\\\''/g; s/^\([a-z]*\)\t\(.*\)/        '\1:\2'/" "$out/verbs"
    echo "    )"
    echo "    if (( CURRENT == 2 )); then _describe verb verbs; return; fi"
    echo "    shift words; (( CURRENT-- ))"
    echo '    (( $+functions[_trapline_$words[1]] )) && _trapline_$words[1]'
    echo "}"
    echo '_trapline "$@"'
} >"$out/_trapline"
