//! Tests the messages about typical mistakes in YAML.

use super::check;

const MISTAKES: &[&str] = &[
    "spec:\n\treplicas: 1\n",
    "metadata:\n  name: web: 1\n",
    "metadata:\n  name:web\n  namespace: x\n",
    "metadata:\n  name: web\n    namespace: x\n",
    "metadata:\n   name: web\n  namespace: x\n",
    "containers:\n- name: a\n  image: b\n image: c\n",
    "containers:\n- name: a\nimage: b\n- name: c\n",
    "command:\n  - a\n  args: b\n",
    "image: web\n- name: a\n",
    "image: {{ .Values.image }}\n",
    "{{- if .Values.on }}\na: 1\n{{- end }}\n",
    "image: {name}/web:1.0 # c\n",
    "a: \"x\" y\n",
    "a: 'x\nb: 1\n",
    "a: [x, y\nb: 1\n",
    "a: [x}\n",
    "a: @x\n",
    "a: *.log\n",
    "a: *\n",
    "a: \"C:\\dir\"\n",
    "a: \"\\n\\ud800\"\n",
    "a: - b\n",
    "a: \u{7}\n",
    "a: 1\nb: \u{feff}x\n",
    "spec:\n  ...\n  template:\n",
    "a: |\nb\n",
    "command\nargs: x\n",
    "  a: 1\nb: 2\n",
    "a: 1\n-----BEGIN KEY-----\n",
    "%YAML 1.1\n---\na: 1\n",
    "a: 1\nb: 2\na: 3\n",
    "a: .inf\n",
    "a: !!int x\n",
    "~: x\n",
    "{a: b}: c\n",
    "a: &a [*a]\n",
];

#[test]
#[allow(clippy::too_many_lines)] // Nearly all of them are the messages.
fn typical_mistakes_have_messages() {
    let mut shown = String::new();
    for text in MISTAKES {
        let (_, message) = check(text);
        assert_eq!(message.matches("error[").count(), 1, "{text}{message}");
        shown += &message;
    }
    insta::assert_snapshot!(shown, @r#"
    error[invalid-yaml]: unexpected tab: only spaces are allowed here
      ┌─ pod.yaml:2:1
      │
    2 │     replicas: 1
      │ ^^^^ a tab
      │
      = help: use spaces

    error[invalid-yaml]: unexpected second `: ` on one line
      ┌─ pod.yaml:2:9
      │
    2 │   name: web: 1
      │         ^^^^^^ a value without quotes cannot contain `: `
      │
      = help: put the value in quotes: `"web: 1"`

    error[invalid-yaml]: a space is missing after the colon
      ┌─ pod.yaml:2:3
      │
    2 │   name:web
      │   ^^^^^^^^ read as one text that continues on the next line
      │
      = help: write `name: web`

    error[invalid-yaml]: this line is indented deeper than its key
      ┌─ pod.yaml:3:5
      │
    2 │   name: web
      │   --------- already has a value
    3 │     namespace: x
      │     ^^^^^^^^^^^^ continues the text of the line above
      │
      = help: give both lines the same indentation, or remove the value from the line above

    error[invalid-yaml]: the indentation of this line does not match any line above it
      ┌─ pod.yaml:3:3
      │
    2 │    name: web
      │    --------- keys here are indented by 3
    3 │   namespace: x
      │   ^^^^^^^^^^^^ indented by 2
      │
      = help: indent it by 0 or 3, like the lines it belongs to

    error[invalid-yaml]: the indentation of this line does not match any line above it
      ┌─ pod.yaml:4:2
      │
    3 │   image: b
      │   -------- keys here are indented by 2
    4 │  image: c
      │  ^^^^^^^^ indented by 1
      │
      = help: indent it by 2, like the lines it belongs to

    error[invalid-yaml]: unexpected list item among the keys of a map
      ┌─ pod.yaml:4:1
      │
    3 │ image: b
      │ -------- a key
    4 │ - name: c
      │ ^^^^^^^^^ a list item
      │
      = help: put the list below a key of its own, or remove the `-`

    error[invalid-yaml]: unexpected key among the items of a list
      ┌─ pod.yaml:3:3
      │
    2 │   - a
      │   --- a list item
    3 │   args: b
      │   ^^^^^^^ a key
      │
      = help: write `- ` before it, or indent it by two more spaces to make it part of the item above

    error[invalid-yaml]: unexpected list item among the keys of a map
      ┌─ pod.yaml:2:1
      │
    1 │ image: web
      │ ---------- a key
    2 │ - name: a
      │ ^^^^^^^^^ a list item
      │
      = help: put the list below a key of its own, or remove the `-`

    error[invalid-yaml]: `{{ .Values.image }}` is a template, not YAML
      ┌─ pod.yaml:1:8
      │
    1 │ image: {{ .Values.image }}
      │        ^^^^^^^^^^^^^^^^^^^ a template's placeholder
      │
      = help: import what the chart renders: `helm template NAME CHART | initflow import -`

    error[invalid-yaml]: `{{- if .Values.on }}` is a template, not YAML
      ┌─ pod.yaml:1:1
      │
    1 │ {{- if .Values.on }}
      │ ^^^^^^^^^^^^^^^^^^^^ a template's placeholder
      │
      = help: import what the chart renders: `helm template NAME CHART | initflow import -`

    error[invalid-yaml]: unexpected text after a value
      ┌─ pod.yaml:1:14
      │
    1 │ image: {name}/web:1.0 # c
      │              ^^^^^^^^ not part of the value
      │
      = help: put the whole value in quotes: `"{name}/web:1.0"`

    error[invalid-yaml]: unexpected text after a value
      ┌─ pod.yaml:1:8
      │
    1 │ a: "x" y
      │        ^ not part of the value
      │
      = help: put the whole value in quotes: `'"x" y'`

    error[invalid-yaml]: this `'` is never closed
      ┌─ pod.yaml:1:4
      │
    1 │ a: 'x
      │    ^ opened here
      │
      = help: close it with `'`

    error[invalid-yaml]: expected `,` or a closing bracket
      ┌─ pod.yaml:2:2
      │
    2 │ b: 1
      │  ^ unexpected
      │
      = help: write `,` between the items, and `]` or `}` after the last one

    error[invalid-yaml]: this `[` is closed by `}`
      ┌─ pod.yaml:1:4
      │
    1 │ a: [x}
      │    ^ opened here
      │
      = help: close it with `]`

    error[invalid-yaml]: text without quotes cannot begin with `@`
      ┌─ pod.yaml:1:4
      │
    1 │ a: @x
      │    ^^ begins with `@`
      │
      = help: put it in quotes: `"@x"`

    error[invalid-yaml]: no value above has the anchor `&.log`
      ┌─ pod.yaml:1:4
      │
    1 │ a: *.log
      │    ^^^^^ repeats the value of this anchor
      │
      = help: add `&.log` before the value to repeat, or put text in quotes: `"*.log"`

    error[invalid-yaml]: text without quotes cannot begin with `*`
      ┌─ pod.yaml:1:4
      │
    1 │ a: *
      │    ^ begins with `*`
      │
      = help: put it in quotes: `"*"`

    error[invalid-yaml]: unknown escape `\d` in double quotes
      ┌─ pod.yaml:1:7
      │
    1 │ a: "C:\dir"
      │       ^^ not an escape
      │
      = help: write `\\` for a backslash, or use single quotes, which have no escapes

    error[invalid-yaml]: unknown escape `\ud800` in double quotes
      ┌─ pod.yaml:1:7
      │
    1 │ a: "\n\ud800"
      │       ^^^^^^ not an escape
      │
      = help: write `\\` for a backslash, or use single quotes, which have no escapes

    error[invalid-yaml]: a list begins on the line of its key
      ┌─ pod.yaml:1:4
      │
    1 │ a: - b
      │    ^ the first item
      │
      = help: move the list below its key, or put the text in quotes

    error[invalid-yaml]: the character U+0007 is not allowed here
      ┌─ pod.yaml:1:4
      │
    1 │ a: ␇
      │    ^ this character
      │
      = help: remove it, or write it as an escape in double quotes

    error[invalid-yaml]: invisible byte order mark inside a document
      ┌─ pod.yaml:2:4
      │
    2 │ b: �x
      │    ^ the character U+FEFF
      │
      = help: remove it: it is only allowed at the start of a file

    error[invalid-yaml]: `...` has no content
      ┌─ pod.yaml:2:3
      │
    2 │   ...
      │   ^^^ a placeholder
      │
      = help: replace the placeholder with its content, or remove the line

    error[invalid-yaml]: this line is neither a key nor a list item
      ┌─ pod.yaml:2:1
      │
    2 │ b
      │ ^ has no `: `
      │
      = help: write `b: …`, or indent text that continues the line above deeper than its key

    error[invalid-yaml]: this line is neither a key nor a list item
      ┌─ pod.yaml:1:1
      │
    1 │ command
      │ ^^^^^^^ has no `: `
      │
      = help: write `command: …`, or indent text that continues the line above deeper than its key

    error[invalid-yaml]: the indentation of this line does not match any line above it
      ┌─ pod.yaml:2:1
      │
    1 │   a: 1
      │   ---- keys here are indented by 2
    2 │ b: 2
      │ ^^^^ indented by 0
      │
      = help: indent it by 2, like the lines it belongs to

    error[invalid-yaml]: unexpected text on the line of a `---` between two documents
      ┌─ pod.yaml:2:1
      │
    2 │ -----BEGIN KEY-----
      │ ^^^^^^^^^^^^^^^^^^^ `---` ends a document
      │
      = help: indent the line to make it part of the value above

    error[invalid-yaml]: kubectl does not support directives, which begin with `%`
      ┌─ pod.yaml:1:1
      │
    1 │ %YAML 1.1
      │ ^^^^^^^^^ a directive
      │
      = help: remove the line

    error[duplicate-key]: duplicate key `a` in one map
      ┌─ pod.yaml:3:1
      │
    1 │ a: 1
      │ - the first time
    2 │ b: 2
    3 │ a: 3
      │ ^ the second time
      │
      = help: remove one of the two, or merge their values

    error[invalid-yaml]: `.inf` is not a number in JSON
      ┌─ pod.yaml:1:4
      │
    1 │ a: .inf
      │    ^^^^ not a finite number
      │
      = help: write a number, or text in quotes: `".inf"`

    error[invalid-yaml]: this value is not of the type `!!int`
      ┌─ pod.yaml:1:10
      │
    1 │ a: !!int x
      │          ^ does not match its tag
      │
      = help: change the value, or remove the tag

    error[invalid-yaml]: this value cannot be a key
      ┌─ pod.yaml:1:1
      │
    1 │ ~: x
      │ ^ not read as text
      │
      = help: write the key in quotes

    error[invalid-yaml]: a list or a map cannot be a key
      ┌─ pod.yaml:1:1
      │
    1 │ {a: b}: c
      │ ^ begins here
      │
      = help: use text as the key, in quotes if it begins with a bracket

    error[invalid-yaml]: `*a` is inside the value that it repeats
      ┌─ pod.yaml:1:8
      │
    1 │ a: &a [*a]
      │        ^^ would repeat forever
      │
      = help: repeat another value, or write this one out
    "#);
}
