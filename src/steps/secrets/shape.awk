  else shape(path)
