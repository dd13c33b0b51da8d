# Whether the file or folder $1 of the place is as this user left it: nobody else can have changed it.
untouched() { [ -z "$(find "../$1" ! -type l '(' ! -user "$me" -o -perm -020 -o -perm -002 ')' 2>&1 | head -n 1)" ]; }
