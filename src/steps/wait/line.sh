case $value in *[[:cntrl:]]*) fail 'the password of `mysql` has a line break or another control character' ;; esac
