" initflow: indents a line by the brackets that are open before it. Lines of multi-line strings are not moved.
if exists('b:did_indent')
  finish
endif
let b:did_indent = 1

setlocal indentexpr=InitflowIndent(v:lnum)
setlocal indentkeys=0{,0},0),0],!^F,o,O
let b:undo_indent = 'setlocal indentexpr< indentkeys<'

if exists('*InitflowIndent')
  finish
endif

function InitflowIndent(line) abort
  let opened = s:Opened(a:line)
  if opened.quotes !=# ''
    return -1
  endif
  if opened.above == 0
    return 0
  endif
  let above = s:Code(getline(opened.above))
  let depth = indent(opened.above)
  " The indentation of the line above already accounts for the brackets that close at its start.
  let rest = substitute(above, '^[ \t\]})]*', '', '')
  let open = s:Count(rest, '[[({]') - s:Count(rest, '[])}]')
  let depth += (open > 0 ? 1 : open) * shiftwidth()
  return getline(a:line) =~# '^\s*[])}]' ? depth - shiftwidth() : depth
endfunction

" The quotes of the multi-line string that contains a line, and the last line above that is outside of any.
function s:Opened(line) abort
  let [quotes, above] = ['', 0]
  for at in range(1, a:line - 1)
    let text = getline(at)
    if quotes ==# ''
      let above = text =~# '^\s*$' ? above : at
      let quotes = matchstr(s:Code(text), '\%(''''''\|"""\)\s*$')[:2]
    elseif stridx(text, quotes) >= 0
      let quotes = ''
    endif
  endfor
  return {'quotes': quotes, 'above': above}
endfunction

" A line without its quoted text and its comment.
function s:Code(text) abort
  let text = substitute(a:text, '"""\s*$\|''''''\s*$', '\=nr2char(1) . submatch(0)', '')
  let [code, tail] = [split(text, nr2char(1), 1)[0], matchstr(text, nr2char(1) . '\zs.*')]
  let code = substitute(code, '"\%([^"\\]\|\\.\)*"\|''[^'']*''', '', 'g')
  let bare = substitute(code, '#.*$', '', '')
  return bare ==# code ? bare . tail : bare
endfunction

function s:Count(text, bracket) abort
  return len(split(a:text, a:bracket, 1)) - 1
endfunction
