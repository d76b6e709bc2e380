#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_help.sh SOURCE BUILD: what the program takes stands in --help, and what stands in --help
# is taken, with a value or without, and stands in the manual page and in both completions, of
# every verb.
set -uo pipefail
source=$1 build=$2
help=$build/help bad=0
fail() { echo "FAIL: $1"; bad=1; }
options() { grep -oE -- '(^|[ ,[|(])--?[a-z][a-z0-9-]*' | tr -d ' ,[|(' | sort -u; }

verbs=$("$build/trapline" --help | awk '/^  trapline [a-z]/ { print $2 }')
[ "$(wc -w <<<"$verbs")" -ge 13 ] || fail "verbs of --help: $verbs"
shared() { # the options that a macro of this name brings
    sed -n "/define $1/,/^[^ #]/p" "$source"/tools/*.h | grep -oE '\{"[a-z0-9-]+"' | tr -d '{"'
}
machine=$(shared MACHINE_OPTIONS) trace=$(shared 'TRACE_OPTIONS ')
[ "$(wc -w <<<"$machine")" -ge 12 ] || fail "tools/cmd.h: MACHINE_OPTIONS not found"

# "OPTION VALUE" or "OPTION" for each option of a --help text; VALUE begins with [ where it may lack.
told() {
    awk -f "$source/tools/help/help.awk" -f <(cat <<'END'
function on_option(term, words,    n, i) {
    n = terms(term)
    for (i = 1; i <= n; i++)
        print option[i], (term ~ /\[=/ ? "[" : "") value[i]
}
function on_usage(l) { } function on_text(l) { } function on_more(l) { } function on_heading(l) { }
function on_example(l) { } function on_blank() { } function on_end() { }
END
    ) | sort -u
}
# What getopt says of the option, which never comes to more: a value that lacks, or one too many.
# takes VERB OPTION VALUE [WORD...]: the words go before the option.
takes() {
    local verb=$1 option=$2 value=$3 want said given
    shift 3
    case $option,$value in
    --*,\[*) given=("$option=x" --no-such-option) want="unrecognized option '--no-such-option'" ;;
    --*,) given=("$option=x") want="option '$option' doesn't allow an argument" ;;
    --*) given=("$option") want="option '$option' requires an argument" ;;
    -?,) given=("$option?") want="invalid option -- '?'" ;;
    *) given=("$option") want="option requires an argument -- '${option#-}'" ;;
    esac
    said=$(cd /tmp && timeout 20 "$build/trapline" "$verb" "$@" "${given[@]}" </dev/null 2>&1 | head -n 1)
    [ "$said" = "trapline $verb: $want" ]
}

# shellcheck source=/dev/null
source "$help/trapline.bash"
for verb in $verbs; do
    text=$("$build/trapline" "$verb" --help) || fail "$verb --help ends with $?"
    page=$help/man1/trapline-$verb.1
    [ -s "$page" ] || { fail "no manual page of $verb"; continue; }

    # The source takes it: --help says it. (record shares its source with run.)
    file=$(grep -lE "^int cmd_$verb\(" "$source"/tools/cmd_*.c)
    taken=$(grep -oE '\{"[a-z0-9-]+", *(no|required|optional)_argument' "$file" | grep -oE '[a-z]+[a-z0-9-]*"' |
        tr -d '"')
    ! grep -q 'MACHINE_OPTIONS,' "$file" || taken+=" $machine"
    ! grep -q ' TRACE_OPTIONS,' "$file" || taken+=" $trace"
    for option in $taken; do
        case $verb-$option in *-help | run-output | run-no-images) continue ;; esac
        grep -qE -- "--$option([^a-z0-9-]|$)" <<<"$text" || fail "$verb takes --$option, --help does not say so"
    done

    # --help says it: the program takes it, so.
    while read -r option value; do
        takes "$verb" "$option" "$value" && continue
        [ "$verb" = gdb ] && takes gdb "$option" "$value" --live none.tlt && continue
        fail "$verb --help has $option${value:+ with $value}, trapline does not take it so"
    done < <(told <<<"$text")

    # --help says it: the page and the completions have it.
    listed=$(grep -E '^  -' <<<"$text" | sed -E 's/^(  [^ ]+( [^ ]+)*)  .*/\1/' | options)
    plain=$(sed 's/\\-/-/g' "$page" | grep '^\.B ' | options)
    [ "$listed" = "$plain" ] || fail "$page: $(diff <(echo "$listed") <(echo "$plain") | tr '\n' ' ')"
    COMP_WORDS=(trapline "$verb" -) COMP_CWORD=2
    _trapline 2>/dev/null
    offered=$(printf '%s\n' "${COMPREPLY[@]}" | grep -vx -- --help | sort -u)
    [ "$listed" = "$offered" ] || fail "bash, $verb: $(diff <(echo "$listed") <(echo "$offered") | tr '\n' ' ')"
    zsh=$(sed -n "/^_trapline_$verb()/,/^}/p" "$help/_trapline" | grep -oE "^ +'\*--?[a-z0-9-]*" | tr -d " '*" | sort -u)
    zsh=$(sed 's/-$//' <<<"$zsh" | sort -u) # --ktrace=- is an optional value
    [ "$listed" = "$zsh" ] || fail "zsh, $verb: $(diff <(echo "$listed") <(echo "$zsh") | tr '\n' ' ')"
done

# Words that complete: choices, verbs, nothing behind --.
complete_words() { COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _trapline 2>/dev/null; echo "${COMPREPLY[*]}"; }
[ "$(complete_words trapline re)" = "record replay report" ] || fail "bash: verbs"
[ "$(complete_words trapline run --arch x)" = x86_64 ] || fail "bash: --arch x"
[ "$(complete_words trapline export a.tlt --format p)" = perfetto ] || fail "bash: --format p"
[ "$(complete_words trapline golden u)" = update ] || fail "bash: golden u"
[ -z "$(complete_words trapline run -- --ar)" ] || fail "bash: words of the guest"

# The kit's page has all that its headers declare.
for name in $(grep -ohE '\btrapline_[a-z_]*[a-z]\(' "$source"/sim/kit/kit.h "$source"/sim/kit/test.h | sort -u); do
    grep -qF -- "$name" "$help/man3/trapline-kit.3" || fail "trapline-kit.3 has no $name)"
done

if command -v man >/dev/null; then
    for page in "$help"/man1/*.1 "$help"/man3/*.3 "$source"/tools/help/*.5; do
        said=$(LC_ALL=C.UTF-8 man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null)
        [ -z "$said" ] || fail "$page: $said"
    done
fi
# zsh runs it, its own _arguments replaced by one that shows what it was given.
if command -v zsh >/dev/null; then
    for verb in $verbs; do
        given=$(zsh -fc '_arguments() { print -rl -- "$@" }; _describe() { print "${#verbs}" }
            words=(trapline '"$verb"' -) CURRENT=3; source "$1"' zsh "$help/_trapline" 2>&1)
        count=$("$build/trapline" "$verb" --help | grep -E '^  -' | sed -E 's/^(  [^ ]+( [^ ]+)*)  .*/\1/' | options | wc -l)
        [ "$(grep -cE '^\*-' <<<"$given")" = "$count" ] || fail "zsh, $verb: not $count options but: $given"
    done
fi
[ $bad = 0 ] && echo PASS
exit $bad
