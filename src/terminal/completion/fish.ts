/** The completion script for fish. */
import type { ScriptTable, ScriptTables } from './tables.js';

/** The same rules as for bash. fish takes each line as one completion, and completes no files by itself. */
const FUNCTION = `function __rminas
    set -l given (commandline -opc)
    set -l current (commandline -ct)
    set -l previous $given[-1]
    set -l command $given[2]
    set -l first 2
    set -l prefix ''
    set -l words
    if string match -q -- '--*=*' $current
        set previous (string split -m 1 = -- $current)[1]
        set prefix $previous=
        set current (string split -m 1 = -- $current)[2]
    end
    if test (count $given) -gt 1; and __rminas_commands $command >/dev/null
        set command "$command $given[3]"
        set first 3
    end
    if test (count $given) -lt $first
        set words (__rminas_commands "$given[2]")
    else if __rminas_flag_values "$command $previous" >/dev/null
        set words (__rminas_flag_values "$command $previous")
    else if __rminas_keyed "$command"; and __rminas_key_values $previous >/dev/null
        set words (__rminas_key_values $previous)
    else if string match -q -- '-*' $current
        set words (__rminas_flags "$command")
    else
        set words (__rminas_positional "$command")
        if __rminas_keyed "$command"
            set -a words $__rminas_keys
        end
    end
    # A list of names: only the last one is completed.
    if string match -q -- '*,*' $current
        set prefix $prefix(string replace -r '[^,]*$' '' -- $current)
        set current (string split , -- $current)[-1]
    end
    set -l matching (string match -- "$current*" $words)
    if test (count $matching) -gt 0
        printf '%s\\n' $prefix$matching
    else
        __fish_complete_path $current
    end
end
complete -c rminas -f -a '(__rminas)'
`;

export function fishScript({ tables, keys }: ScriptTables): string {
  return [
    '# Completion for rminas. Written by: rminas completion fish\n',
    ...tables.map(table),
    `set -g __rminas_keys ${keys.join(' ')}\n\n`,
    FUNCTION,
  ].join('');
}

/** A function that prints the words of a place, and fails for every other place. */
function table({ name, entries }: ScriptTable): string {
  const cases = entries.map(({ places, words }) => {
    const patterns = places.map((place) => `'${place}'`).join(' ');
    return `        case ${patterns}\n            string split -n ' ' -- '${words?.join(' ') ?? ''}'\n            return 0\n`;
  });
  return `function __rminas_${name}\n    switch "$argv[1]"\n${cases.join('')}    end\n    return 1\nend\n\n`;
}
