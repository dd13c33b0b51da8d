# Takes HOST:PORT apart.
locate() {
  host=$1 port=''
  case $1 in \[*\]:*) ;; \[* | *:*:*) return ;; esac
  case $1 in *:*) host=${1%:*} port=${1##*:} ;; esac
}
