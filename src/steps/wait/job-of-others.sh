absent='there is no such Job yet' again=''
