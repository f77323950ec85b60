r"""What bash, zsh and fish run at Tab, and how dxemu answers them. No command.

A shell tells the line up to the cursor, and is told a candidate a line: its type, its value and what it is, with tabs
between. click's own scripts tell it words, which bash splits at every `=`, and cut what is said of it at a comma.
"""

from __future__ import annotations

import os
from pathlib import PurePath

from click.shell_completion import CompletionItem, ShellComplete, add_completion_class, split_arg_string

_BASH = r"""%(complete_func)s() {
    local line="${COMP_LINE:0:COMP_POINT}" type value help cut=""
    local begun="${line##*[[:space:]]}" breaks="${COMP_WORDBREAKS//[^=:]/}"
    if [[ -n $breaks && $begun == *[$breaks]* ]]; then  # bash replaces only what is behind the last of them
        cut="${begun%%"${begun##*[$breaks]}"}"
    fi
    COMPREPLY=()
    while IFS=$'\t' read -r type value help; do
        case $type in
            dir) compopt -o dirnames ;;
            file) compopt -o default ;;
            plain) COMPREPLY+=("${value#"$cut"}") ;;
        esac
    done < <(COMP_LINE="$line" %(complete_var)s=bash_complete "$1" 2>/dev/null)
    if [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *[=/] ]]; then
        compopt -o nospace
    fi
}
complete -o nosort -F %(complete_func)s %(prog_name)s
"""
_ZSH = r"""#compdef %(prog_name)s

%(complete_func)s() {
    local -a parts closed open
    local line said
    said="$(COMP_LINE="${words[1,CURRENT]}" %(complete_var)s=zsh_complete "${(Q)words[1]}" 2>/dev/null)"
    for line in "${(@f)said}"; do
        parts=("${(@ps:\t:)line}")
        case $parts[1] in
            dir) _path_files -/ ;;
            file) _path_files -f ;;
            plain)
                if [[ $parts[2] == *[=/] ]]; then
                    open+=("${parts[2]//:/\\:}${parts[3]:+:$parts[3]}")
                else
                    closed+=("${parts[2]//:/\\:}${parts[3]:+:$parts[3]}")
                fi ;;
        esac
    done
    (( $#closed )) && _describe -V closed closed -U
    (( $#open )) && _describe -V open open -U -S ''
    (( $#closed + $#open ))
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    %(complete_func)s "$@"
else
    compdef %(complete_func)s %(prog_name)s
fi
"""
_FISH = r"""function %(complete_func)s
    set -l asked (commandline -cp | string join " ")
    for line in (env %(complete_var)s=fish_complete COMP_LINE=$asked %(prog_name)s 2>/dev/null)
        set -l parts (string split \t -- $line)
        switch $parts[1]
            case dir
                __fish_complete_directories $parts[2]
            case file
                __fish_complete_path $parts[2]
            case plain
                printf '%%s\t%%s\n' $parts[2] $parts[3]
        end
    end
end

complete --no-files --keep-order --command %(prog_name)s --arguments "(%(complete_func)s)"
"""


class _ByLine(ShellComplete):
    """What the three have in common."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the one that was begun, without the program and what stands before it, and that one."""
        line = os.environ["COMP_LINE"]
        words = split_arg_string(line)
        begun = "" if not words or line[-1:].isspace() else words.pop()
        at = next((place for place, word in enumerate(words) if PurePath(word).name == self.prog_name), 0)
        return words[at + 1 :], begun

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem]:
        """Click's, but what follows `--option=` comes with that: a shell replaces the whole word."""
        found = super().get_completions(args, incomplete)
        option, equals, _ = incomplete.partition("=")
        if equals and option.startswith("-"):
            return [CompletionItem(f"{option}={item.value}", item.type, item.help) for item in found]
        return found

    def format_completion(self, item: CompletionItem) -> str:
        """One line."""
        return "\t".join([item.type, str(item.value), " ".join((item.help or "").split())])


@add_completion_class
class Bash(_ByLine):
    """bash from 4.4 on: no words beside a candidate."""

    name = "bash"
    source_template = _BASH


@add_completion_class
class Zsh(_ByLine):
    """zsh."""

    name = "zsh"
    source_template = _ZSH


@add_completion_class
class Fish(_ByLine):
    """fish from 3.0 on. It adds no space behind `=` and `/` by itself."""

    name = "fish"
    source_template = _FISH
