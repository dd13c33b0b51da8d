-- The language server, for Neovim's own client (0.11 or newer): vim.lsp.enable('initflow')

-- Whether the server knows a TOML file.
local function is_of_project(name)
  return name == 'initflow.toml' or vim.endswith(name, '.test.toml')
end

return {
  cmd = { 'initflow', 'lsp' },
  filetypes = { 'initflow', 'toml' },
  root_dir = function(buffer, start)
    local name = vim.fs.basename(vim.api.nvim_buf_get_name(buffer))
    if vim.bo[buffer].filetype == 'initflow' or is_of_project(name) then
      start(vim.fs.root(buffer, { 'initflow.toml', '.git' }))
    end
  end,
}
