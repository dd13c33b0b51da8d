-- The language server, for Neovim's own client (0.11 or newer): vim.lsp.enable('initflow')
return {
  cmd = { 'initflow', 'lsp' },
  filetypes = { 'initflow' },
  root_markers = { 'initflow.toml', '.git' },
}
