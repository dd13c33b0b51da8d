-- Opens the examples in a Neovim that has the tree-sitter parser, and checks colors, folds and the shell in scripts.

local passed, failed = 0, 0

local function test(name, check)
  local ok, message = xpcall(check, debug.traceback)
  passed, failed = passed + (ok and 1 or 0), failed + (ok and 0 or 1)
  print((ok and 'ok   ' or 'FAIL ') .. name .. (ok and '' or '\n' .. message))
end

-- The line and the column, from 0, `ahead` bytes into the first occurrence of `part`.
local function place(part, ahead)
  for number, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, false)) do
    local column = line:find(part, 1, true)
    if column then
      return number - 1, column - 1 + (ahead or 0)
    end
  end
  error(('no %q'):format(part), 2)
end

-- What is visible there: the last capture that is a color, of the innermost language.
local function capture(line, column)
  local found, language = nil, nil
  for _, one in ipairs(vim.treesitter.get_captures_at_pos(0, line, column)) do
    if not one.capture:find('^spell') and not one.capture:find('^nospell') then
      found, language = one.capture, one.lang
    end
  end
  return found, language
end

local function edit(file)
  vim.cmd.edit(file)
  vim.treesitter.get_parser(0):parse(true)
end

-- The class of the server's tokens that corresponds to a capture.
local classes = {
  boolean = 'keyword',
  constant = 'enumMember',
  ['function.call'] = 'function',
  ['variable.parameter'] = 'parameter',
  ['string.special.path'] = 'string',
  ['string.escape'] = 'string',
  ['punctuation.special'] = 'string',
}

vim.o.swapfile = false
vim.opt.runtimepath:append(vim.env.EDITORS .. '/vim')
vim.opt.runtimepath:append(vim.env.EDITORS .. '/nvim')
vim.opt.runtimepath:append(vim.env.PARSERS)
vim.cmd('filetype off | filetype plugin indent on | syntax on')
local examples = vim.env.EXAMPLES

test('the parser highlights the file, not the syntax file', function()
  edit(examples .. '/platform/main.initflow')
  assert(vim.treesitter.highlighter.active[vim.api.nvim_get_current_buf()], 'tree-sitter is not started')
  assert(vim.bo.syntax == '', vim.bo.syntax)
  for part, wanted in pairs({
    ['deployment orders'] = 'keyword',
    ['# Two'] = 'comment',
    ['serviceAccountName'] = 'property',
    ['"2026.7.4"'] = 'string',
    ['string = '] = 'type',
    ['512Mi'] = 'number',
  }) do
    local seen = capture(place(part))
    assert(seen == wanted, ('%s is %s'):format(part, seen))
  end
  local path = capture(place('at /srv', #'at '))
  assert(path == 'string.special.path', path)
  local insertion = capture(place('#{tag}', #'#{tag'))
  assert(insertion == 'punctuation.special', insertion)
end)

test('every query is one that Neovim reads', function()
  for _, name in ipairs({ 'highlights', 'folds', 'indents', 'injections', 'locals', 'tags' }) do
    assert(vim.treesitter.query.get('initflow', name), name)
  end
end)

test('blocks fold', function()
  edit(examples .. '/platform/main.initflow')
  local line = place('deployment orders') + 1
  assert(vim.wait(5000, function()
    vim.cmd('normal! zx')
    return vim.fn.foldlevel(line) == 1
  end), 'the level is ' .. vim.fn.foldlevel(line))
  assert(vim.fn.foldlevel(place('image "registry') + 1) == 2)
  vim.api.nvim_win_set_cursor(0, { line, 0 })
  vim.cmd('normal! zc')
  local last = vim.fn.foldclosedend(line)
  assert(vim.fn.getline(last) == '}' and last == place('deployment catalogue') - 1, 'it ends in line ' .. last)
end)

test('a script is shell', function()
  edit(examples .. '/vault-secrets/main.initflow')
  local shell = vim.treesitter.get_parser(0):children().bash
  assert(shell, 'no part is shell')
  local scripts = {}
  for _, tree in pairs(shell:trees()) do
    assert(not tree:root():has_error(), tree:root():sexpr())
    table.insert(scripts, vim.treesitter.get_node_text(tree:root(), 0))
  end
  assert(table.concat(scripts):find('exec ./orders check-schema', 1, true), vim.inspect(scripts))
  local seen, language = capture(place('# DATABASE_URL'))
  assert(seen == 'comment' and language == 'bash', ('%s of %s'):format(seen, language))
end)

test('a script with an interpreter is of its language', function()
  local buffer = vim.api.nvim_create_buf(false, true)
  for interpreter, language in pairs({
    ['bash -euo pipefail -c'] = 'bash',
    ['/bin/sh -c'] = 'bash',
    ['python3 -c'] = 'python',
    ['node -e'] = 'none',
    ['cash -c'] = 'none',
  }) do
    local script = ("pod p {\n  step s {\n    script \"%s\" '''\n      exit\n    '''\n  }\n}\n"):format(interpreter)
    vim.api.nvim_buf_set_lines(buffer, 0, -1, false, vim.split(script, '\n'))
    local tree = vim.treesitter.get_parser(buffer, 'initflow'):parse()[1]
    local query = vim.treesitter.query.get('initflow', 'injections')
    local seen = 'none'
    for _, _, metadata in query:iter_matches(tree:root(), buffer) do
      seen = metadata['injection.language']
    end
    assert(seen == language, ('%s: %s'):format(interpreter, seen))
  end
end)

test('the colors are the classes of the language server', function()
  vim.lsp.config('initflow', { cmd = { vim.env.INITFLOW, 'lsp' } })
  vim.lsp.enable('initflow')
  local compared, differing = 0, {}
  for _, file in ipairs(vim.fn.glob(examples .. '/*/*.initflow', false, true)) do
    edit(file)
    local buffer = vim.api.nvim_get_current_buf()
    assert(vim.wait(30000, function()
      local client = vim.lsp.get_clients({ bufnr = 0 })[1]
      return client and client.initialized
    end, 20), 'no server')
    local client = vim.lsp.get_clients({ bufnr = 0 })[1]
    local document = vim.lsp.util.make_text_document_params(0)
    local answer = assert(client:request_sync('textDocument/semanticTokens/full', { textDocument = document }, 30000, buffer))
    local types = client.server_capabilities.semanticTokensProvider.legend.tokenTypes
    local data, line, column = answer.result.data, 0, 0
    for at = 1, #data, 5 do
      line, column = line + data[at], data[at] == 0 and column + data[at + 1] or data[at + 1]
      local text = vim.api.nvim_buf_get_lines(0, line, line + 1, false)[1]
      local wanted = types[data[at + 3] + 1]
      local seen, language = capture(line, vim.str_byteindex(text, client.offset_encoding, column))
      -- Shell scripts have the colors of the shell's grammar.
      if language ~= 'bash' then
        compared = compared + 1
        if (classes[seen] or seen) ~= wanted then
          table.insert(differing, ('%s:%d:%d: %s, not %s'):format(file, line + 1, column + 1, seen, wanted))
        end
      end
    end
  end
  assert(compared > 1000, 'only ' .. compared)
  assert(#differing == 0, table.concat(differing, '\n'))
end)

for _, client in ipairs(vim.lsp.get_clients()) do
  client:stop(true)
end
print(('%d passed, %d failed'):format(passed, failed))
os.exit(failed == 0 and 0 or 1)
