-- Edits examples/platform in a Neovim with nothing but its own client for language servers, and checks what an author would
-- see. This script plays the author: it runs in its own Neovim, types into the other one and reads what it shows.

local limit = 30000
local passed, failed = 0, 0
local editor = vim.fn.jobstart({ vim.v.progpath, '--embed', '--headless', '--clean' }, { rpc = true })

-- Presses keys.
local function press(keys)
  vim.rpcrequest(editor, 'nvim_input', keys)
end

-- Runs Lua in the editor, and returns the result.
local function run(code, ...)
  return vim.rpcrequest(editor, 'nvim_exec_lua', code, { ... })
end

-- Waits until code in the editor returns something other than nil and false, and returns that.
local function wait(what, code, ...)
  local arguments, found = { ... }, nil
  local came = vim.wait(limit, function()
    found = run(code, unpack(arguments))
    return found ~= nil and found ~= vim.NIL and found ~= false
  end, 20)
  assert(came, ('timed out waiting for %s; the text:\n%s\nmessages: %s'):format(what,
    run([[return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n')]]), run([[return vim.fn.execute('messages')]])))
  return found
end

local function text()
  return table.concat(run([[return vim.api.nvim_buf_get_lines(0, 0, -1, false)]]), '\n') .. '\n'
end

local function until_text(what, holds)
  local came = vim.wait(limit, function() return holds(text()) end, 20)
  assert(came, 'timed out waiting for ' .. what .. ':\n' .. text())
end

local function contains(whole, part)
  assert(whole:find(part, 1, true), ('no %q in:\n%s'):format(part, whole))
end

-- Puts the cursor on the first occurrence of `part`, `ahead` bytes into it, and returns the number of the line.
local function go(part, ahead)
  for number, line in ipairs(vim.split(text(), '\n')) do
    local column = line:find(part, 1, true)
    if column then
      run([[vim.api.nvim_win_set_cursor(0, { ... })]], number, column - 1 + (ahead or 0))
      return number
    end
  end
  error(('no %q in:\n%s'):format(part, text()), 2)
end

-- Waits until there are `count` diagnostics.
local function diagnostics(count)
  return wait(count .. ' diagnostics', [[
    local found = vim.diagnostic.get(0)
    for _, one in ipairs(found) do one.user_data, one.namespace = nil, nil end
    return #found == ... and found
  ]], count)
end

local function test(name, check)
  local ok, message = xpcall(check, debug.traceback)
  passed, failed = passed + (ok and 1 or 0), failed + (ok and 0 or 1)
  print((ok and 'ok   ' or 'FAIL ') .. name .. (ok and '' or '\n' .. message))
end

run([[
  vim.o.swapfile, vim.o.more = false, false
  local command, folder = ...
  vim.opt.runtimepath:append(folder .. '/nvim')
  vim.opt.runtimepath:append(folder .. '/vim')
  vim.lsp.config('initflow', {
    cmd = { command, 'lsp' },
    on_exit = function(code) vim.schedule(function() vim.g.ended = code end) end,
  })
  vim.lsp.enable('initflow')
  vim.cmd('filetype off | filetype on')
  vim.cmd.edit('main.initflow')
]], vim.env.INITFLOW, vim.env.EDITORS)
local original = text()

test('the server is attached', function()
  wait('the server', [[
    local client = vim.lsp.get_clients({ bufnr = 0 })[1]
    return client ~= nil and client.initialized
  ]])
  diagnostics(0)
end)

test('without a parser for tree-sitter, Vim\'s syntax highlights', function()
  local syntax, active = unpack(run([[
    local buffer = vim.api.nvim_get_current_buf()
    return { vim.bo.syntax, vim.treesitter.highlighter.active[buffer] ~= nil }
  ]]))
  assert(syntax == 'initflow' and not active, syntax)
end)

test('an error appears where it is typed, and disappears when it is undone', function()
  go('after db', #'after ')
  press('cwdatabase<Esc>')
  local found = diagnostics(1)[1]
  contains(found.message, 'database')
  assert(found.severity == vim.diagnostic.severity.ERROR)
  local line = vim.split(text(), '\n')[found.lnum + 1]
  assert(line:sub(found.col + 1, found.end_col) == 'database', vim.inspect(found))
  press('u')
  until_text('the text before', function(now) return now == original end)
  diagnostics(0)
end)

test('a quick fix corrects an error', function()
  go('serviceAccountName "orders"', 0)
  press('cwserviceAccountNam<Esc>')
  diagnostics(1)
  run([[
    local taken = false
    vim.lsp.buf.code_action({
      context = { only = { 'quickfix' } },
      apply = true,
      filter = function() local first = not taken; taken = true; return first end,
    })
  ]])
  until_text('what is right', function(now) return now == original end)
  diagnostics(0)
end)

test('completion completes what is typed', function()
  go('app api from platform', 0)
  press('Oterm<C-x><C-o>')
  wait('the menu', [[return vim.fn.pumvisible() == 1]])
  local words = wait('its entries', [[
    local words = vim.tbl_map(function(item) return item.abbr end, vim.fn.complete_info({ 'items' }).items)
    return #words > 0 and table.concat(words, ' ')
  ]])
  contains(words, 'terminationGracePeriodSeconds')
  press('<C-e><Esc>u')
  until_text('the text before', function(now) return now == original end)
end)

test('a chosen completion is inserted', function()
  go('after db', 0)
  press('A te<C-x><C-o>')
  wait('the word', [[return vim.fn.pumvisible() == 1 or vim.api.nvim_get_current_line():find('telemetry') ~= nil]])
  press('<Esc>')
  run([[vim.cmd('earlier 1f')]])
  until_text('the text before', function(now) return now == original end)
end)

test('hover explains', function()
  go('serviceAccountName', 3)
  press('K')
  local shown = wait('the window of the hover', [[
    local window = vim.b.lsp_floating_preview
    local buffer = window and vim.api.nvim_win_is_valid(window) and vim.api.nvim_win_get_buf(window)
    return buffer and table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), '\n')
  ]])
  contains(shown, 'ServiceAccount')
  run([[vim.api.nvim_win_close(vim.b.lsp_floating_preview, true)]])
end)

test('inlay hints are drawn', function()
  run([[vim.lsp.inlay_hint.enable(true)]])
  wait('hints', [[return #vim.lsp.inlay_hint.get({ bufnr = 0 }) > 0]])
end)

test('semantic tokens highlight the text', function()
  local number = go('migrate schema')
  local class = wait('tokens', [[
    local tokens = vim.lsp.semantic_tokens.get_at_pos(0, ..., 2)
    return tokens and tokens[1] and tokens[1].type
  ]], number - 1)
  assert(class == 'keyword', class)
end)

test('the definition is found in the other file', function()
  go('platform.http_api', #'platform.h')
  press('<C-]>')
  wait('the other file', [[return vim.fn.expand('%:t') == 'platform.initflow']])
  contains(run([[return vim.fn.getline('.')]]), 'template app http_api')
  run([[vim.cmd.buffer('main.initflow')]])
end)

test('the settings of the project are checked and completed; nothing is said of other TOML', function()
  run([[
    vim.fn.writefile({ 'kubee = "1.34"' }, 'initflow.toml')
    vim.fn.writefile({ 'kubee = "1.34"' }, 'Cargo.toml')
    vim.cmd.edit('Cargo.toml')
    vim.cmd.edit('initflow.toml')
  ]])
  contains(diagnostics(1)[1].message, 'kubee')
  press('ggcwku<C-x><C-o>')
  wait('the key', [[return vim.fn.pumvisible() == 1 or vim.fn.getline(1):find('kube ') ~= nil]])
  press('<C-e><Esc>')
  assert(run([[return #vim.lsp.get_clients({ bufnr = vim.fn.bufnr('Cargo.toml') })]]) == 0)
  run([[
    vim.cmd('bwipeout! initflow.toml')
    vim.cmd('bwipeout! Cargo.toml')
    vim.fn.delete('initflow.toml')
    vim.fn.delete('Cargo.toml')
    vim.cmd.buffer('main.initflow')
  ]])
end)

test('references are listed', function()
  go('db from', 0)
  press('grr')
  wait('the list', [[return #vim.fn.getqflist() == 2]])
  run([[vim.cmd.cclose()]])
end)

test('symbols are those of the file', function()
  press('gO')
  local names = wait('the list', [[
    local names = vim.tbl_map(function(item) return item.text end, vim.fn.getloclist(0))
    return #names > 0 and table.concat(names, ' ')
  ]])
  contains(names, 'orders')
  contains(names, 'catalogue')
  run([[vim.cmd.lclose()]])
end)

test('rename renames, in both files', function()
  go('platform.http_api', #'platform.h')
  run([[vim.lsp.buf.rename('web_api')]])
  until_text('the new name', function(now)
    return now:find('platform.web_api', 1, true) and not now:find('http_api', 1, true)
  end)
  run([[vim.cmd('silent wall')]])
  local library = table.concat(vim.fn.readfile('platform.initflow'), '\n')
  contains(library, 'template app web_api')
  assert(not library:find('http_api', 1, true), library)
  contains(table.concat(vim.fn.readfile('main.initflow'), '\n'), 'platform.web_api')
  diagnostics(0)
end)

test('a name changed in one file only is an error in the other', function()
  run([[
    vim.cmd.edit('platform.initflow')
    vim.cmd('%s/web_api/other/')
    vim.cmd.buffer('main.initflow')
  ]])
  diagnostics(2)
  run([[
    vim.cmd.buffer('platform.initflow')
    vim.cmd('%s/\\<other\\>/web_api/')
    vim.cmd.buffer('main.initflow')
  ]])
  diagnostics(0)
end)

test('formatting lays out', function()
  local before = text()
  go('namespace "shop"')
  press('I      <Esc>')
  until_text('a change', function(now) return now ~= before end)
  run([[vim.lsp.buf.format({ timeout_ms = ... })]], limit)
  assert(text() == before, text())
end)

test('the preview is the compiled YAML', function()
  local yaml = run([[
    local params = { textDocument = vim.lsp.util.make_text_document_params(0) }
    local answer, problem = vim.lsp.get_clients({ bufnr = 0 })[1]:request_sync('initflow/preview', params, ..., 0)
    return answer and (answer.err and vim.inspect(answer.err) or answer.result.yaml) or problem
  ]], limit)
  contains(yaml, 'kind: Deployment')
end)

test('the server ends when it is stopped', function()
  run([[vim.lsp.get_clients({ bufnr = 0 })[1]:stop()]])
  local code = wait('the end', [[return vim.g.ended]])
  assert(code == 0, 'it ended with ' .. code)
end)

vim.fn.jobstop(editor)
print(('%d passed, %d failed'):format(passed, failed))
os.exit(failed == 0 and 0 or 1)
