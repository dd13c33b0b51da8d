-- Colors and folds with tree-sitter if its parser for initflow is installed; otherwise Vim's syntax stays active.
if not vim.treesitter.language.add('initflow') then
  return
end
vim.treesitter.start()
vim.wo[0][0].foldmethod = 'expr'
vim.wo[0][0].foldexpr = 'v:lua.vim.treesitter.foldexpr()'
vim.b.undo_ftplugin = (vim.b.undo_ftplugin and vim.b.undo_ftplugin .. ' | ' or '')
  .. 'call v:lua.vim.treesitter.stop() | setlocal foldmethod< foldexpr<'
