# Completion of chorsu for bash, made by `chorsu help --completion` from the rows of its commands.
_chorsu_offer()
{
	mapfile -t COMPREPLY < <(compgen "$@" -- "${COMP_WORDS[COMP_CWORD]}")
}

_chorsu()
{
	local cur=${COMP_WORDS[COMP_CWORD]} first=${COMP_WORDS[1]} second=${COMP_WORDS[2]}
	local at=2 dir='' options='' valued='' words='' given=0 i
	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		_chorsu_offer -W 'help version init check routes serve institution post revise withdraw readers backup restore templates demo'
		return
	fi
	if ((COMP_CWORD == 2)); then
		case $first in
		institution) words='add list set close' ;;
		esac
		if [[ $words ]]; then
			_chorsu_offer -W "$words"
			return
		fi
	fi
	case "$first $second" in
	'institution add') at=3 dir=yes options='--name --bio' valued='--name --bio' ;;
	'institution list') at=3 dir=yes ;;
	'institution set') at=3 dir=yes options='--name --bio --handle' valued='--name --bio --handle' ;;
	'institution close') at=3 dir=yes ;;
	'init '*) at=2 dir=yes options='--url --database --listen' valued='--url --database --listen' ;;
	'check '*) at=2 dir=yes options='--inside' ;;
	'routes '*) at=2 ;;
	'serve '*) at=2 dir=yes options='--listen' valued='--listen' ;;
	'post '*) at=2 dir=yes options='--lang --title --variant --visibility' valued='--lang --title --variant --visibility' ;;
	'revise '*) at=2 dir=yes options='--lang --title --variant --note' valued='--lang --title --variant --note' ;;
	'withdraw '*) at=2 dir=yes options='--reason' valued='--reason' ;;
	'readers '*) at=2 dir=yes words='list retry' ;;
	'backup '*) at=2 dir=yes options='--with-secret' ;;
	'restore '*) at=2 options='--database --secret' valued='--database --secret' ;;
	'templates '*) at=2 dir=yes words='list show diff copy merge' ;;
	'demo '*) at=2 dir=yes ;;
	*) return ;;
	esac
	for ((i = at; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--*) [[ " $valued " == *" ${COMP_WORDS[i]} "* ]] && ((i++)) ;;
		*) ((given++)) ;;
		esac
	done
	if ((i > COMP_CWORD)); then
		return # the value of an option: a text or a file
	elif [[ $cur == -* ]]; then
		_chorsu_offer -W "$options --json --help"
	elif [[ $dir && $given == 0 ]]; then
		compopt -o filenames 2>/dev/null
		_chorsu_offer -d
	elif [[ $words && $given == 1 ]]; then
		_chorsu_offer -W "$words"
	fi
}
complete -o default -F _chorsu chorsu
