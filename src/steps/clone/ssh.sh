# ssh takes no key that others may read or that is not the user's own: a copy in RAM is both.
key=$INITFLOW_KEY/ssh-privatekey
[ -r "$key" ] || fail 'the Secret has no ssh-privatekey'
hosts=$INITFLOW_KEY/known_hosts
[ -r "$hosts" ] || fail 'the Secret has no known_hosts: without it, any server could be taken for the right one'
rm -f "$INITFLOW_RAM/key"
(umask 077 && { tr -d '\r' <"$key" && echo; } >"$INITFLOW_RAM/key")
GIT_SSH_COMMAND="ssh -F none -i $INITFLOW_RAM/key -o IdentitiesOnly=yes -o IdentityAgent=none -o BatchMode=yes"
GIT_SSH_COMMAND="$GIT_SSH_COMMAND -o StrictHostKeyChecking=yes -o UserKnownHostsFile=$hosts"
GIT_SSH_COMMAND="$GIT_SSH_COMMAND -o GlobalKnownHostsFile=/dev/null -o UpdateHostKeys=no -o LogLevel=ERROR"
GIT_SSH_COMMAND="$GIT_SSH_COMMAND -o ConnectTimeout=10 -o ServerAliveInterval=10 -o ServerAliveCountMax=3"
export GIT_SSH_COMMAND GIT_SSH_VARIANT=ssh
