//! Tests the messages about typical mistakes of newcomers.

use super::check;
use insta::assert_snapshot;

#[test]
fn colon_and_equals() {
    assert_snapshot!(check(r##"
image: "x"
foo : "y"
image = "z"
env { FOO=bar; "a": 1 }
env:
  A "x"
"##), @r#"
    image: "x"
    foo : "y"
    image = "z"
    env { FOO=bar; "a": 1 }
    env:
      A "x"
    ---
    image "x"
    foo "y"
    image "z"
    env {
      FOO bar
      "a" 1
    }
    !env
    A "x"
    1:6 stray-colon: unexpected `:` between a name and its value [:] not needed
      Safe: remove the `:` => image "x"
    2:5 stray-colon: unexpected `:` between a name and its value [:] not needed
      Safe: remove the `:` => foo "y"
    3:7 stray-equals: unexpected `=` between a name and its value [=] not needed
      Safe: remove the `=` => image "z"
    4:10 stray-equals: unexpected `=` between a name and its value [=] not needed
      Safe: remove the `=` => env { FOO bar; "a": 1 }
    4:19 stray-colon: unexpected `:` between a name and its value [:] not needed
      Safe: remove the `:` => env { FOO=bar; "a" 1 }
    5:4 stray-colon: unexpected `:` between a name and its value [:] not needed
    "#);
}

#[test]
fn commas() {
    assert_snapshot!(check(r##"
image "x",
after a, b
env { A "x", }
args ["a",, "b"]
args ["a" "b"]
x f(a b: 1)
args [
  "a"
  "b",
]
"##), @r#"
    image "x",
    after a, b
    env { A "x", }
    args ["a",, "b"]
    args ["a" "b"]
    x f(a b: 1)
    args [
      "a"
      "b",
    ]
    ---
    image "x"
    after a b
    env {
      A "x"
    }
    args ["a", "b"]
    args ["a", "b"]
    x f(a, b: 1)
    args ["a", "b"]
    1:10 stray-comma: unexpected comma [,] not needed
      Safe: remove the comma => image "x"
    2:8 stray-comma: unexpected comma [,] not needed
      Safe: remove the comma => after a  b
    3:12 stray-comma: unexpected comma [,] not needed
      Safe: remove the comma => env { A "x"  }
    4:11 stray-comma: unexpected comma [,] not needed
      Safe: remove the comma => args ["a",  "b"]
    5:7 missing-comma: a comma is missing between two items ["a"] expected a comma after this
      Safe: insert the comma => args ["a", "b"]
    6:5 missing-comma: a comma is missing between two items [a] expected a comma after this
      Unsafe: insert the comma => x f(a, b: 1)
    8:3 missing-comma: a comma is missing between two items ["a"] expected a comma after this
      Safe: insert the comma => "a",
    "#);
}

#[test]
fn unquoted_text() {
    assert_snapshot!(check(r##"
image nginx:1.27
image registry.acme.dev/shop:1
run ./start.sh --port 80
repo https://github.com/acme/site.git # x
host *.acme.dev {
}
args [nginx:1, --flag=x]
app.kubernetes.io/name "x"
kubernetes.io "y"
80 "z"
day 2024-01-01
user a@b.c
x f(a:b)
param p:int
"##), @r#"
    image nginx:1.27
    image registry.acme.dev/shop:1
    run ./start.sh --port 80
    repo https://github.com/acme/site.git # x
    host *.acme.dev {
    }
    args [nginx:1, --flag=x]
    app.kubernetes.io/name "x"
    kubernetes.io "y"
    80 "z"
    day 2024-01-01
    user a@b.c
    x f(a:b)
    param p:int
    ---
    image "nginx:1.27"
    image "registry.acme.dev/shop:1"
    run "./start.sh --port 80"
    repo "https://github.com/acme/site.git"
    host "*.acme.dev" {}
    args ["nginx:1", "--flag=x"]
    "app.kubernetes.io/name" "x"
    "kubernetes.io" "y"
    "80" "z"
    day "2024-01-01"
    user "a@b.c"
    x f(a: b)
    param p Colon int
    1:7 unquoted-text: text without quotes: `nginx:1.27` [nginx:1.27] not a word, a number or a path
      Safe: write `"nginx:1.27"` => image "nginx:1.27"
    2:7 unquoted-text: text without quotes: `registry.acme.dev/shop:1` [registry.acme.dev/shop:1] not a word, a number or a path
      Safe: write `"registry.acme.dev/shop:1"` => image "registry.acme.dev/shop:1"
    3:5 unquoted-text: text without quotes: `./start.sh --port 80` [./start.sh --port 80] not a word, a number or a path
      Safe: write `"./start.sh --port 80"` => run "./start.sh --port 80"
    4:6 unquoted-text: text without quotes: `https://github.com/acme/site.git` [https://github.com/acme/site.git] not a word, a number or a path
      Safe: write `"https://github.com/acme/site.git"` => repo "https://github.com/acme/site.git" # x
    5:6 unquoted-text: text without quotes: `*.acme.dev` [*.acme.dev] not a word, a number or a path
      Safe: write `"*.acme.dev"` => host "*.acme.dev" {
    7:7 unquoted-text: text without quotes: `nginx:1` [nginx:1] not a word, a number or a path
      Safe: write `"nginx:1"` => args ["nginx:1", --flag=x]
    7:16 unquoted-text: text without quotes: `--flag=x` [--flag=x] not a word, a number or a path
      Unsafe: write `"--flag=x"` => args [nginx:1, "--flag=x"]
    8:1 unquoted-text: text without quotes: `app.kubernetes.io/name` [app.kubernetes.io/name] not a word, a number or a path
      Safe: write `"app.kubernetes.io/name"` => "app.kubernetes.io/name" "x"
    9:1 unquoted-text: text without quotes: `kubernetes.io` [kubernetes.io] not a word, a number or a path
      Safe: write `"kubernetes.io"` => "kubernetes.io" "y"
    10:1 unquoted-text: the name `80` needs quotes [80] not a word, which has letters, digits, `_` and `-` and begins with a letter or `_`
      Safe: write `"80"` => "80" "z"
    11:5 unquoted-text: text without quotes: `2024-01-01` [2024-01-01] not a word, a number or a path
      Unsafe: write `"2024-01-01"` => day "2024-01-01"
    12:6 unquoted-text: text without quotes: `a@b.c` [a@b.c] not a word, a number or a path
      Safe: write `"a@b.c"` => user "a@b.c"
    "#);
}

#[test]
fn comments_of_other_languages() {
    assert_snapshot!(check(r##"
// a comment {
image "x" // note {
/* a
  b */
image "y" /* z */
"##), @r#"
    // a comment {
    image "x" // note {
    /* a
      b */
    image "y" /* z */
    ---
    image "x"
    image "y"
    1:1 foreign-comment: this comment does not start with `#` [// a comment {] not a comment in initflow
      Safe: start the comment with `#` => # a comment {
    2:11 foreign-comment: this comment does not start with `#` [// note {] not a comment in initflow
      Safe: start the comment with `#` => image "x" # note {
    3:1 foreign-comment: this comment does not start with `#` [/* a] not a comment in initflow
    5:11 foreign-comment: this comment does not start with `#` [/* z */] not a comment in initflow
    "#);
}

#[test]
fn insertions() {
    assert_snapshot!(check(r##"
path /srv/#{name}
image #{tag} # x
a "#{x y}" "#{" "#{}"
"#{x}" "y"
"##), @r##"
    path /srv/#{name}
    image #{tag} # x
    a "#{x y}" "#{" "#{}"
    "#{x}" "y"
    ---
    !path /srv/
    !image
    !a "" "" ""
    !"" "y"
    1:11 unquoted-insertion: `#{name}` is outside quotes [#{name}] read as a comment, because `#` starts one outside quotes
      Safe: put the text in quotes => path "/srv/#{name}"
    2:7 unquoted-insertion: `#{tag}` is outside quotes [#{tag}] read as a comment, because `#` starts one outside quotes
    3:4 bad-insertion: `x y` is not a name that can be inserted [#{x y}] expected one name and nothing else
    3:13 bad-insertion: this insertion is never closed [#{] a `}` is missing
    3:18 bad-insertion: `` is not a name that can be inserted [#{}] expected one name and nothing else
    4:1 insertion-in-name: a name cannot hold an insertion ["#{x}"] has no fixed value
    "##);
}

#[test]
fn yaml_lists() {
    assert_snapshot!(check(r##"
args
  - "a"
  - name: "b"
x - y
"##), @r#"
    args
      - "a"
      - name: "b"
    x - y
    ---
    args
    !"a"
    !name "b"
    !x y
    2:3 list-dash: unexpected `-`: initflow has no dashed lists [-] not needed
    3:3 list-dash: unexpected `-`: initflow has no dashed lists [-] not needed
    4:3 list-dash: unexpected `-`: initflow has no dashed lists [-] not needed
    "#);
}

#[test]
fn reserved_characters() {
    assert_snapshot!(check(r##"
a $HOME
b @x
c ^
d ?
e `ls -l`
$x 1
"##), @r#"
    a $HOME
    b @x
    c ^
    d ?
    e `ls -l`
    $x 1
    ---
    !a
    !b
    !c
    !d
    !e
    !"$x" 1
    1:3 reserved-character: `$` has no meaning outside quotes [$] reserved
    2:3 reserved-character: `@` has no meaning outside quotes [@] reserved
    3:3 reserved-character: `^` has no meaning outside quotes [^] reserved
    4:3 reserved-character: `?` has no meaning outside quotes [?] reserved
    5:3 reserved-character: a backtick has no meaning outside quotes [`] reserved
    6:1 reserved-character: `$` has no meaning outside quotes [$] reserved
    "#);
}

#[test]
fn unseen_characters() {
    assert_snapshot!(check("a\u{a0}\"x\"\nb \"x\"\0 \"y\"\nc \u{c}\n/a\u{200b}\nd x\u{200b}\ne\rf\n"), @r#"
    a\u{a0}"x"
    b "x"\u{0} "y"
    c \u{c}
    /a\u{200b}
    d x\u{200b}
    e\u{d}f
    ---
    !a "x"
    !b "x" "y"
    !c
    !"/a\u{200b}"
    !d x
    !e
    1:2 unexpected-character: unexpected invisible character U+00A0 [\u{a0}] not a space, a tab or a line break
      Safe: replace it with a space => a "x"
    2:6 unexpected-character: unexpected invisible character U+0000 [\u{0}] not a space, a tab or a line break
    3:3 unexpected-character: unexpected invisible character U+000C [\u{c}] not a space, a tab or a line break
    4:3 unexpected-character: unexpected invisible character U+200B [\u{200b}] not a space, a tab or a line break
    5:4 unexpected-character: unexpected invisible character U+200B [\u{200b}] not a space, a tab or a line break
    6:2 unexpected-character: unexpected invisible character U+000D [\u{d}] not a space, a tab or a line break
    "#);
}

#[test]
fn quotes() {
    assert_snapshot!(check(r##"
a “hello world” b
c ‘x’
d "x"y"
e 'don't'
f "a"b
"##), @r#"
    a “hello world” b
    c ‘x’
    d "x"y"
    e 'don't'
    f "a"b
    ---
    a "hello world" b
    c "x"
    !d "x" y ""
    !e "don" t ""
    !f "a" b
    1:3 smart-quotes: this text is in typographic quotes [“hello world”] expected `"` or `'`
      Safe: use plain quotes => a "hello world" b
    2:3 smart-quotes: this text is in typographic quotes [‘x’] expected `"` or `'`
      Safe: use plain quotes => c "x"
    3:7 unclosed-string: this string is never closed ["] opened here
      3:8 its line ends here
      Unsafe: add the closing `"` => d "x"y""
    4:9 unclosed-string: this string is never closed ['] opened here
      4:10 its line ends here
      Unsafe: add the closing `'` => e 'don't''
    5:6 missing-space: a space is missing between two values [b] begins directly after the value before it
      Unsafe: insert a space => f "a" b
    "#);
}

#[test]
fn escapes() {
    assert_snapshot!(check(r##"
a "\d \' \u{110000} \u{x} \"
b """
  x \
  """
"##), @r#"
    a "\d \' \u{110000} \u{x} \"
    b """
      x \
      """
    ---
    !a "   {x} \""
    !b "x \n"
    1:3 unclosed-string: this string is never closed ["] opened here
      1:29 its line ends here
    1:4 unknown-escape: unknown escape `\d` [\d] not an escape
      Unsafe: double the backslash => a "\\d \' \u{110000} \u{x} \"
    1:7 unknown-escape: unknown escape `\'` [\'] not an escape
      Safe: remove the backslash => a "\d ' \u{110000} \u{x} \"
    1:10 unknown-escape: unknown escape `\u{110000}` [\u{110000}] not an escape
      Unsafe: double the backslash => a "\d \' \\u{110000} \u{x} \"
    1:21 unknown-escape: unknown escape `\u` [\u] not an escape
      Unsafe: double the backslash => a "\d \' \u{110000} \\u{x} \"
    3:5 unknown-escape: unexpected backslash at the end of a line [\] escapes nothing
      Safe: double the backslash => x \\
    "#);
}

#[test]
fn ranges() {
    assert_snapshot!(check(r##"
cpu 1..
cpu 1 .. 2
cpu ..
cpu 1..2..3
cpu a..b(x)
"##), @r#"
    cpu 1..
    cpu 1 .. 2
    cpu ..
    cpu 1..2..3
    cpu a..b(x)
    ---
    !cpu 1
    !cpu 1 2
    !cpu
    !cpu <..3>
    cpu <a..b(x)>
    1:6 incomplete-range: incomplete range [..] expected the upper end directly after the dots
    2:7 incomplete-range: incomplete range [..] expected the upper end directly after the dots
      Safe: remove the spaces around the dots => cpu 1..2
    3:5 incomplete-range: incomplete range [..] expected the upper end directly after the dots
    4:9 incomplete-range: incomplete range [..] expected the upper end directly after the dots
    "#);
}

#[test]
fn brackets() {
    assert_snapshot!(check(r##"
args ["a", "b"
image "x"
args "a"]
x f("a", "b"
y [a)
z [{ a 1 }]
list [a = 1]
c f(a:)
d [
  "a",
  "b",
image "x"
env {
  A "x"
}
"##), @r#"
    args ["a", "b"
    image "x"
    args "a"]
    x f("a", "b"
    y [a)
    z [{ a 1 }]
    list [a = 1]
    c f(a:)
    d [
      "a",
      "b",
    image "x"
    env {
      A "x"
    }
    ---
    !args ["a", "b"]
    image "x"
    !args "a"
    !x f("a", "b")
    !y [a]
    !z [] {
      a 1
    }
    !list [a, 1]
    !c f(a:)
    !d ["a", "b"]
    image "x"
    env {
      A "x"
    }
    1:6 unclosed-bracket: this bracket is never closed [[] opened here
      1:15 assumed to end here
      Unsafe: add the `]` => args ["a", "b"]
    3:9 stray-bracket: this `]` has no matching `[` []] no bracket is open here
      Unsafe: remove the `]` => args "a"
    4:4 unclosed-bracket: this bracket is never closed [(] opened here
      4:13 assumed to end here
      Unsafe: add the `)` => x f("a", "b")
    5:3 unclosed-bracket: this bracket is never closed [[] opened here
      5:5 `)` does not close it
      Unsafe: add the `]` => y [a])
    6:4 block-in-list: a list cannot hold a block [{] a block
      6:3 in this list
    7:9 operator-in-list: `=` is not allowed in a list [=] not a value
    8:5 missing-value: the argument `a` has no value [a] expected a value after the colon
    9:3 unclosed-bracket: this bracket is never closed [[] opened here
      11:7 assumed to end here
      Unsafe: add the `]` => d [
    "#);
}

#[test]
fn braces_on_their_own_line() {
    assert_snapshot!(check(r##"
app web
{
  image "x"
}
{ a }
a { } { b }
"##), @r#"
    app web
    {
      image "x"
    }
    { a }
    a { } { b }
    ---
    app web {
      image "x"
    }
    ! {
      a
    }
    a {}
    ! {
      b
    }
    2:1 misplaced-brace: this `{` is not on the line of its statement [{] the statement ended with its line
      1:1 the statement
      Safe: move the `{` to the end of the statement's line => image "x"
    5:1 nameless-block: this block has no name [{] expected the name of a statement before this
    6:7 nameless-block: this block has no name [{] expected the name of a statement before this
    "#);
}

#[test]
fn multi_line_strings() {
    assert_snapshot!(check(r##"
a '''text
  b
  '''
b """x"""
c '''
text
'''
d ''
  text
'''
e """
  text
""
f
"##), @r#"
    a '''text
      b
      '''
    b """x"""
    c '''
    text
    '''
    d ''
      text
    '''
    e """
      text
    ""
    f
    ---
    !a "b\n"
    !b "x"
    !c ""
    !d ""
    !e "text\n"
    f
    1:6 text-beside-quotes: unexpected text after the opening `'''` [text] expected a line break before this
    4:3 text-beside-quotes: `"""` around text of one line ["""x"""] expected one quote at each end
      Safe: use one quote => b "x"
    6:1 shallow-text: the text of a string is not indented deeper than its opening line [text] not deeper
      5:3 opened here
    8:3 unclosed-string: this multi-line text opens with two quotes, not three [''] one quote is missing
      Safe: add the third quote => d '''
    13:1 unclosed-string: this multi-line text ends with fewer than three quotes [""] expected three quotes
      11:3 opened here
      Safe: write `"""` => """
    "#);
}

#[test]
fn other_junk() {
    assert_snapshot!(check(r##"
a > b
b -> c
c + d
= 3
[a] b
) c
"##), @r#"
    a > b
    b -> c
    c + d
    = 3
    [a] b
    ) c
    ---
    !a b
    !b c
    !c d
    !"=" 3
    !"[a" b
    c
    1:3 unexpected-character: `>` is not a value or a name [>] not understood
    2:3 unexpected-character: `->` is not a value or a name [->] not understood
    3:3 unexpected-character: `+` is not a value or a name [+] not understood
    4:1 unexpected-character: `=` is not a value or a name [=] not understood
    5:1 unexpected-character: `[a` is not a value or a name [[a] not understood
    6:1 stray-bracket: this `)` has no matching `(` [)] no bracket is open here
      Unsafe: remove the `)` => c
    "#);
}
