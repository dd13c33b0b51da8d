autocmd BufNewFile,BufRead *.initflow setfiletype initflow
