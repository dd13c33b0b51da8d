use super::{Typed, edits, format, typed};
use crate::diagnostic::applied;
use crate::source::{FileId, SourceFile};
use crate::syntax::parse;
use proptest::prelude::*;
use std::ops::Range;

fn formatted(text: &str) -> String {
    format(&SourceFile::new(FileId(0), "a", text))
}

/// The tree of a text without its places, its comments, and the names of its errors.
fn meaning(text: &str) -> (String, Vec<String>, Vec<&'static str>) {
    let source = SourceFile::new(FileId(0), "a", text);
    let parse = parse(&source);
    let comments = parse.document.comments.iter().map(|span| source.slice(*span).trim_end().to_owned());
    let tree = format!("{:?}", parse.document.statements);
    let mut places = tree.split("Span {");
    let mut bare = places.next().unwrap_or_default().to_owned();
    bare.extend(places.map(|piece| piece.split_once('}').map_or(piece, |(_, rest)| rest)));
    (bare, comments.collect(), parse.errors.iter().map(|error| error.code.name()).collect())
}

/// Neither formatting a part of a text nor typing at its end changes its tree or its comments.
fn holds_in_part(text: &str, within: &Range<usize>) {
    let source = SourceFile::new(FileId(0), "a", text);
    let parse = parse(&source);
    let part = applied(text, &edits(&source, &parse, Some(within)));
    let after = |what: Typed| applied(text, &typed(&source, &parse, within.end, what));
    let after = [after(Typed::Brace), after(Typed::Newline)];
    if parse.errors.is_empty() {
        assert_eq!(formatted(&part), formatted(text));
        for changed in after.iter().chain([&part]) {
            assert!(
                meaning(text) == meaning(changed),
                "the tree differs, from {within:?} of\n{text}\nto\n{changed}"
            );
        }
    }
}

fn holds(text: &str) {
    let once = formatted(text);
    assert!(formatted(&once) == once, "not idempotent, from\n{text}\nto\n{once}\nto\n{}", formatted(&once));
    assert!(meaning(text) == meaning(&once), "the tree differs, from\n{text}\nto\n{once}");
}

/// The sources of the examples, and the library.
fn sources() -> Vec<String> {
    let examples = std::fs::read_dir("examples").unwrap();
    let files = examples.flat_map(|entry| std::fs::read_dir(entry.unwrap().path())).flatten();
    let paths = files.map(|entry| entry.unwrap().path());
    let sources = paths.filter(|path| path.extension().is_some_and(|extension| extension == "initflow"));
    let texts = sources.map(|path| std::fs::read_to_string(path).unwrap());
    texts.chain([crate::source::std().text.clone()]).collect()
}

#[test]
fn spaces_follow_the_style_and_lines_the_author() {
    insta::assert_snapshot!(
        formatted(
            "\n\n\nlet   a='x'\nparam b :int=3\n\n\n\npod  shop{\n\n\tvolume  v ; volume w;\n app web {image a;;run \"x\" ; }\n    \
             # about the step\n\n  step s{ # here\n   args [\"a\",\n 'b' # b\n , \"c\"\n]\n  after  x   y\n\n}\n  \
             when a==\"x\"&&!( b!=1 ){ }\n      else { budget{cpu 1} }   \n}# end"
        ),
        @r#"
        let a = 'x'
        param b: int = 3

        pod shop {
          volume v; volume w
          app web { image a; run "x" }
          # about the step

          step s {  # here
            args ["a",
              'b'  # b
              , "c",
            ]
            after x y
          }
          when a == "x" && !(b != 1) { }
          else { budget { cpu 1 } }
        }  # end
        "#
    );
}

#[test]
fn multi_line_texts_move_with_their_statement() {
    insta::assert_snapshot!(
        formatted("pod a {\nstep b {\n script '''\n        one\n          two\n\n        three\n    '''\n script \"sh\" '''\n    x'''\n}\n}\n"),
        @r#"
        pod a {
          step b {
            script '''
              one
                two

              three
            '''
            script "sh" '''
              x'''
          }
        }
        "#
    );
}

#[test]
fn only_spaces_and_tabs_make_a_line_of_a_text_blank() {
    let text = "script '''\n  \u{a0}\n \t\n  a\r\r\n'''\n";
    assert_eq!(formatted(text), "script '''\n  \u{a0}\n\n  a\r\n'''\n");
    holds("script '''\r\n\t\tb\r\n\r\n\t c'''");
}

#[test]
fn comments_keep_their_columns_when_what_is_before_them_changes() {
    insta::assert_snapshot!(
        formatted("pod a {\n\tlet  b=1      # one\n\tlet cc=2      # two\n\tlet ddddddddd=3 # three\n}"),
        @r"
        pod a {
          let b = 1     # one
          let cc = 2    # two
          let ddddddddd = 3  # three
        }
        "
    );
}

#[test]
fn lists_on_several_lines_end_in_a_comma_also_before_comments() {
    insta::assert_snapshot!(
        formatted("args [\n'a'   # one\n# two\n]\nargs [ 1 , 2 , ]\nargs [ # c\n]"),
        @r"
        args [
          'a',  # one
          # two
        ]
        args [1, 2]
        args [  # c
        ]
        "
    );
}

#[test]
fn a_removed_semicolon_leaves_no_blank_line() {
    assert_eq!(formatted("a\n;\nb ;\n\n;c;d\n"), "a\nb\n\nc; d\n");
}

#[test]
fn operators_stay_separate() {
    for text in
        ["a b :: c\n", "a /b : c\n", "a b ! = c\n", "a b ! == c\n", "a (b : : /c :1)\n", "a 1 : | |b\n"]
    {
        holds(text);
    }
}

#[test]
fn broken_statements_are_not_changed() {
    insta::assert_snapshot!(
        formatted("pod a {\n     app   b { image  \"c }\n  app   d {   image \"e\" }\n}\npod   f {\n  app g {\n     image   \"h\"\n\npod   i { app j { } }\n"),
        @r#"
        pod a {
             app   b { image  "c }
          app d { image "e" }
        }
        pod   f {
          app g {
             image   "h"

        pod i { app j { } }
        "#
    );
}

#[test]
fn lines_end_as_most_do_and_files_end_with_a_line_end() {
    assert_eq!(formatted("let  a = 1\r\n\r\n\r\nlet b = 2"), "let a = 1\r\n\r\nlet b = 2\r\n");
    assert_eq!(formatted("a{b{#\r \r\nc{}}#\r\n}#\r"), "a { b {  #\r\n  c { } }  #\r\n}  #\r\n");
    let script = "step a {\r\n  script '''\r\n    b\r\n\r\n    c\r\n  '''\r\n}\r\n";
    assert_eq!(formatted(script), script);
    assert_eq!(formatted(&script.replace("  ", "\t").replace("b\r", "b")), script);
    assert_eq!(formatted("let a = 1\r\nlet b = 2\nlet c = 3\n"), "let a = 1\nlet b = 2\nlet c = 3\n");
    assert_eq!(formatted("let a = 1\r\nlet b = 2\n"), "let a = 1\r\nlet b = 2\r\n");
    assert_eq!(formatted("let a = 1\nlet b = 2\r\n"), "let a = 1\nlet b = 2\n");
    assert_eq!(formatted(""), "");
    assert_eq!(formatted("\n \n"), "");
    assert_eq!(formatted("# a  \n\n\n"), "# a\n");
}

#[test]
fn the_examples_and_the_library_are_formatted() {
    for text in sources() {
        assert_eq!(formatted(&text), text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_source_keeps_its_tree_and_its_comments(
        at in any::<prop::sample::Index>(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), "[ \\t\r\n\u{a0}é;,#a\"'{}\\[\\]()=:!.|-]{0,3}", 0usize..4), 0..4),
        within in any::<(prop::sample::Index, prop::sample::Index)>(),
    ) {
        let mut text = at.get(&sources()).clone();
        for (place, inserted, deleted) in edits {
            let boundaries: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let from = place.index(boundaries.len());
            let to = (from + deleted).min(boundaries.len() - 1);
            text.replace_range(boundaries[from]..boundaries[to], &inserted);
        }
        holds(&text);
        let (start, end) = (within.0.index(text.len() + 1), within.1.index(text.len() + 1));
        holds_in_part(&text, &(start.min(end)..start.max(end)));
    }
}
