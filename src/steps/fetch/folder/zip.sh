content() { run unzip -p "$to" </dev/null; }
names() { run unzip -l "$to" </dev/null; }
unpack() { run unzip -q -o "$to" -d "$new" </dev/null; }
