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
		_chorsu_offer -W 'help version import sources init check routes serve institution post revise withdraw pin unpin readers backup restore templates demo'
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
	'institution add') at=3 dir=yes options='--name --bio --services --hours --address --phone --email --website --avatar --header' valued='--name --bio --services --hours --address --phone --email --website --avatar --header' ;;
	'institution list') at=3 dir=yes ;;
	'institution set') at=3 dir=yes options='--name --bio --services --hours --address --phone --email --website --avatar --header --handle' valued='--name --bio --services --hours --address --phone --email --website --avatar --header --handle' ;;
	'institution close') at=3 dir=yes ;;
	'import '*) at=2 dir=yes options='--every --lang --send-all' valued='--every --lang' ;;
	'sources '*) at=2 dir=yes words='list stop' ;;
	'init '*) at=2 dir=yes options='--url --database --listen' valued='--url --database --listen' ;;
	'check '*) at=2 dir=yes options='--inside' ;;
	'routes '*) at=2 ;;
	'serve '*) at=2 dir=yes options='--listen' valued='--listen' ;;
	'post '*) at=2 dir=yes options='--lang --title --variant --media --alt --alt-in --visibility' valued='--lang --title --variant --media --alt --alt-in --visibility' ;;
	'revise '*) at=2 dir=yes options='--lang --title --variant --media --alt --alt-in --note' valued='--lang --title --variant --media --alt --alt-in --note' ;;
	'withdraw '*) at=2 dir=yes options='--reason' valued='--reason' ;;
	'pin '*) at=2 dir=yes ;;
	'unpin '*) at=2 dir=yes ;;
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
