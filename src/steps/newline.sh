newline='
'
