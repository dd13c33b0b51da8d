  function file() {
    path = sound("path", filled(ENVIRON[from]))
    if ("/" path "/" ~ /\/\.\.\//) refuse("path", "leaves the volume")
    print "file " path "\n" path
  }
