  # Puts the values of variables in as Kubernetes does: where a name is in parentheses after a dollar sign.
  function filled(text,   made, name, value) {
    while (!whole && match(text, /[$]([$]|[(][^)]*[)])/)) {
      name = substr(text, RSTART + 2, RLENGTH - 3)
      value = RLENGTH == 2 ? "$" : name in ENVIRON ? ENVIRON[name] : "$(" name ")"
      if (RLENGTH > 2 && !(name in ENVIRON) && name ~ /^[0-9A-Za-z_.-]+$/) {
        print "the variable `" name "` is not set"
        exit 1
      }
      made = made substr(text, 1, RSTART - 1) trimmed(value)
      text = substr(text, RSTART + RLENGTH)
    }
    return made text
  }
