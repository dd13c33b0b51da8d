depth=''
