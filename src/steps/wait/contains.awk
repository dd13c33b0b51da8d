  function contains() { print "\n" filled(ENVIRON[from]) }
