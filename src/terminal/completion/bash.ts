/** The completion script for bash 3.2 or newer and, through its bashcompinit, for zsh. */
import type { ScriptTable, ScriptTables } from './tables.js';

/** Loads zsh's support for completion functions of bash. */
const ZSH_HEAD = `(( $+functions[compdef] )) || { autoload -U +X compinit && compinit }
autoload -U +X bashcompinit && bashcompinit
`;

/**
 * The words are in the script, so that a completion starts no process. If no word matches, the shell completes the names
 * of files. bash separates \`--flag=value\` at the sign, zsh does not.
 */
const FUNCTION = `_rminas() {
  if [ -n "$ZSH_VERSION" ]; then emulate -L ksh; fi
  local candidates= prefix= first=2 command="\${COMP_WORDS[1]}"
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  COMPREPLY=()
  case "$current" in
    =) current= ;;
    --*=*) previous="\${current%%=*}" prefix="\${current%%=*}=" current="\${current#*=}" ;;
    *) if [ "$previous" = = ]; then previous="\${COMP_WORDS[COMP_CWORD-2]}"; fi ;;
  esac
  if [ "$COMP_CWORD" -gt 1 ] && _rminas_commands "$command"; then
    command="$command \${COMP_WORDS[2]}" first=3
  fi
  if [ "$COMP_CWORD" -eq 1 ]; then
    _rminas_commands ''
  elif [ "$COMP_CWORD" -ge "$first" ]; then
    candidates=
    if _rminas_flag_values "$command $previous"; then
      :
    elif _rminas_keyed "$command" && _rminas_key_values "$previous"; then
      :
    elif [ "\${current#-}" != "$current" ]; then
      _rminas_flags "$command"
    else
      _rminas_positional "$command"
      if _rminas_keyed "$command"; then candidates="$candidates $_rminas_keys"; fi
    fi
  fi
  # A list of names: only the last one is completed.
  case "$current" in *,*) prefix="$prefix\${current%,*}," current="\${current##*,}" ;; esac
  COMPREPLY=( $(compgen -P "$prefix" -W "$candidates" -- "$current") )
}
complete -o default -F _rminas rminas
`;

export function bashScript({ tables, keys }: ScriptTables): string {
  return [
    '# Completion for rminas. Written by: rminas completion bash (or zsh)\n',
    ...tables.map(table),
    `_rminas_keys='${keys.join(' ')}'\n\n`,
    FUNCTION,
  ].join('');
}

export function zshScript(tables: ScriptTables): string {
  return `${ZSH_HEAD}${bashScript(tables)}`;
}

/** A function that sets \`candidates\` to those of a place, and fails for every other place. */
function table({ name, entries }: ScriptTable): string {
  const cases = entries.map(({ places, words }) => {
    const patterns = places.map((place) => `'${place}'`).join(' | ');
    return `    ${patterns}) ${words === null ? ':' : `candidates='${words.join(' ')}'`} ;;\n`;
  });
  return `_rminas_${name}() {\n  case "$1" in\n${cases.join('')}    *) return 1 ;;\n  esac\n}\n\n`;
}
