content() { cat "$to"; }
unpack() { run tar -xof "$to" -C "$new"; }
