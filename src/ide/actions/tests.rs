use super::*;
use crate::diagnostic::catalog::Language;
use crate::format::format;
use crate::ide::shape::walk;
use crate::source::SourceFile;
use std::fmt::Write as _;
use std::sync::Arc;

fn analysis(text: &str) -> Analysis {
    Analysis::of(&Parsed::new("a", text), &Workspace::default(), &CompileOptions::default())
}

#[test]
fn a_safe_fix_cures_what_it_is_for_and_breaks_nothing() {
    let mut fixed = 0;
    for code in Code::ALL.iter().filter(|code| code.language() == Language::Initflow) {
        let Some(text) = code.failing() else { continue };
        let before = analysis(text);
        let names = |analysis: &Analysis| {
            let mut names: Vec<&str> = analysis.diagnostics().map(|found| found.code.name()).collect();
            names.sort_unstable();
            names
        };
        let safe = |found: &Diagnostic| {
            let fix = found.fix.as_ref();
            fix.is_some_and(|fix| fix.applicability == Applicability::Safe && is_offered(fix))
        };
        for found in before.diagnostics().filter(safe) {
            let repaired = applied(text, &found.fix.as_ref().unwrap().edits);
            let mut left = names(&before);
            left.remove(left.iter().position(|name| *name == found.code.name()).unwrap());
            assert_eq!(names(&analysis(&repaired)), left, "{} in\n{repaired}", code.name());
            fixed += 1;
        }
        if let Some(edits) = all_safe(&before) {
            let repaired = applied(text, &edits);
            let count = |analysis: &Analysis| analysis.diagnostics().count();
            assert!(count(&analysis(&repaired)) < count(&before), "{} in\n{repaired}", code.name());
        }
    }
    assert!(fixed > 10, "{fixed}");
}

#[test]
fn all_fixes_of_one_name_are_one_change() {
    let text = "pod a {\n  app b { image \"c:1\"; stdin yes; tty on; imagePulPolicy Always }\n}\n";
    let before = analysis(text);
    let code = before.diagnostics().find(|found| found.headline.contains("yes")).unwrap().code;
    let fix = all_of(&before, code).unwrap();
    assert_eq!(fix.title, format!("fix all `{code}` in this file"));
    insta::assert_snapshot!(applied(text, &fix.edits), @r#"
    pod a {
      app b { image "c:1"; stdin true; tty true; imagePulPolicy Always }
    }
    "#);
    assert_eq!(all_of(&before, Code::UnknownStatement), None, "there is only one");
    assert_eq!(all_of(&before, Code::UnknownVolume), None);
}

#[test]
fn fixes_that_touch_are_not_applied_together() {
    let fix = |edits: &[(usize, usize)]| Fix {
        title: String::new(),
        edits: edits
            .iter()
            .map(|(start, end)| Edit { span: Span::new(FileId(0), *start, *end), text: "x".into() })
            .collect(),
        applicability: Applicability::Safe,
    };
    let mut count = 0;
    let fixes = [
        fix(&[(10, 20), (40, 41)]),
        fix(&[(20, 22)]),
        fix(&[(0, 10)]),
        fix(&[(30, 32), (12, 13)]),
        fix(&[(21, 39)]),
        fix(&[(5, 50)]),
    ];
    let edits = apart(fixes.into_iter(), &mut count);
    let places: Vec<_> = edits.iter().map(|edit| (edit.span.start, edit.span.end)).collect();
    assert_eq!((places, count), (vec![(10, 20), (40, 41), (21, 39)], 2));
}

#[test]
fn manifests_become_a_source() {
    let text = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: b, image: c}]}\n";
    let file = Parsed::new("a", text);
    let fix = imported(&file, Range32::from(0..0)).unwrap();
    assert_eq!(applied(text, &fix.edits), "pod a {\n  app b { image \"c\" }\n}\n");
    assert_eq!(imported(&Parsed::new("a", "pod a { app b { image \"c\" } }\n"), Range32::from(0..0)), None);
}

#[test]
fn a_startup_probe_asks_what_the_other_probe_asks() {
    let probed = |text: &str| {
        let offset = text.find("app").or(text.find("sidecar")).unwrap();
        probe(&Parsed::new("a", text), offset).map(|fix| applied(text, &fix.edits))
    };
    assert_eq!(
        probed("pod a { app b { image \"c\"; port h 80; ready http h /z every 5s } }\n").as_deref(),
        Some(
            "pod a { app b { image \"c\"; port h 80; ready http h /z every 5s; started http h /z every 2s failures 30 } }\n"
        )
    );
    assert_eq!(
        probed("pod a {\n  sidecar b {\n    port 80\n  }\n}\n").as_deref(),
        Some("pod a {\n  sidecar b {\n    port 80\n    started tcp 80 every 2s failures 30\n  }\n}\n")
    );
    assert_eq!(probed("pod a { app b { image \"c\" } }\n"), None);
}

/// The texts that the refactorings of a text make of it, at `$0` or between two of them.
fn refactored(text: &str) -> String {
    let start = text.find("$0").unwrap();
    let text = text.replacen("$0", "", 1);
    let end = text.find("$0").unwrap_or(start);
    let text = text.replacen("$0", "", 1);
    let (file, before) = (Parsed::new("a", text.as_str()), analysis(&text));
    let (workspace, options) = (Workspace::default(), CompileOptions::default());
    let extracted = extracted(&workspace, &file, Range32::from(start..end), &options);
    let moved = moved(&workspace, &file, &before, start, &options);
    let mut shown = String::new();
    for fix in extracted.into_iter().chain(moved) {
        write!(shown, "== {}\n{}", fix.title, applied(&text, &fix.edits)).unwrap();
    }
    if shown.is_empty() { "nothing\n".into() } else { shown }
}

#[test]
fn a_value_becomes_a_constant() {
    insta::assert_snapshot!(
        [
            "# The shop.\npod a {\n  app b { image $0\"x:1\"$0 }\n  app c { image \"x:1\" }\n}\n",
            "use \"std\"\n\npod a {\n  app b { image \"x:$01.2$0\" }\n}\n",
            "let image = \"x:1\" # taken\n\npod a {\n  app b { image image; env { IMAGE $0\"y\"$0 } }\n}\n",
            "pod a {\n  volume v claim \"v\"\n  app b { image \"x:1\"; mounts v at $0/x$0; cpu 1..2 }\n}\n",
            "pod a {\n  app b { image \"x:1\"; cpu 1..$02$0 }\n}\n",
            "pod a {\n  app b {\n    image \"x:1\"\n    script '''\n      $0echo$0 a\n    '''\n  }\n}\n",
            "let tag = \"1\"\n\ntemplate app t(tag: string) { image $0\"x:#{tag}\"$0 }\n",
            "use $0\"std\"$0\n\npod a {\n  app b { image \"x:1\" }\n}\n",
        ]
        .map(refactored)
        .join("----\n"),
        @r#"
        == extract into `let image`
        let image = "x:1"

        # The shop.
        pod a {
          app b { image image }
          app c { image "x:1" }
        }
        == extract into `let image`, in all 2 places
        let image = "x:1"

        # The shop.
        pod a {
          app b { image image }
          app c { image image }
        }
        ----
        == extract into `let tag`
        use "std"
        let tag = "1.2"

        pod a {
          app b { image "x:#{tag}" }
        }
        ----
        == extract into `let image_2`
        let image = "x:1" # taken
        let image_2 = "y"

        pod a {
          app b { image image; env { IMAGE image_2 } }
        }
        ----
        == extract into `let path`
        let path = /x

        pod a {
          volume v claim "v"
          app b { image "x:1"; mounts v at path; cpu 1..2 }
        }
        ----
        == extract into `let limit`
        let limit = 2

        pod a {
          app b { image "x:1"; cpu 1..limit }
        }
        ----
        nothing
        ----
        nothing
        ----
        nothing
        "#
    );
}

#[test]
fn a_block_becomes_a_template() {
    insta::assert_snapshot!(
        [
            "let tag = \"1\"\n\n# The shop.\npod a {\n  volume v\n  step s {\n    image \"x:1\"\n    writes v at /v\n  }\n\n  a$0pp b { # web\n    image \"x:#{tag}\"\n    reads v at /v # as written\n    script '''\n      echo a\n        b\n    '''\n  } # the last\n}\n",
            "template app b() { image \"x\" }\n\npod a {\n  app $0b { image \"x:1\" }\n}\n",
            "template pod t(tag: string) {\n  app $0b { image tag }\n}\n\npod a from t(tag: \"x\")\n",
            "pod a {\n  app b {$0 image \"x:1\" }\n}\n",
            "pod a {\n$0  app b { image \"x:1\" }\n$0}\n",
        ]
        .map(refactored)
        .join("----\n"),
        @r#"
        == extract into `template app b`
        let tag = "1"

        template app b() { # web
          image "x:#{tag}"
          reads v at /v # as written
          script '''
            echo a
              b
          '''
        }

        # The shop.
        pod a {
          volume v
          step s {
            image "x:1"
            writes v at /v
          }

          app b from b() # the last
        }
        ----
        == extract into `template app b_2`
        template app b() { image "x" }

        template app b_2() { image "x:1" }

        pod a {
          app b from b_2()
        }
        ----
        nothing
        ----
        nothing
        ----
        == extract into `template app b`
        template app b() { image "x:1" }

        pod a {
          app b from b()
        }
        "#
    );
}

#[test]
fn a_step_moves_to_where_it_runs() {
    let steps = |text: &str| {
        let step = |name: &str, rest: &str| format!("  step {name} {{\n    image \"x:1\"\n{rest}  }}\n");
        let (first, second) = (step("first", "    after se$0cond\n"), step("second", ""));
        text.replace("FIRST\n", &first).replace("SECOND\n", &second)
    };
    insta::assert_snapshot!(
        [
            "pod a {\nFIRST\nSECOND\n  app b { image \"x:1\" }\n}\n",
            "pod a {\n  # Behind it.\nFIRST\n\n  # Before it.\nSECOND\n\n  app b { image \"x:1\" }\n}\n",
            "pod a {\nSECOND\nFIRST\n  app b { image \"x:1\" }\n}\n",
        ]
        .map(|text| refactored(&steps(text)))
        .join("----\n"),
        @r#"
        == move `first` to where it runs
        pod a {
          step second {
            image "x:1"
          }
          step first {
            image "x:1"
            after second
          }
          app b { image "x:1" }
        }
        ----
        == move `first` to where it runs
        pod a {
          # Before it.
          step second {
            image "x:1"
          }

          # Behind it.
          step first {
            image "x:1"
            after second
          }

          app b { image "x:1" }
        }
        ----
        nothing
        "#
    );
}

#[test]
fn refactored_sources_are_formatted_and_compile_to_the_same() {
    let examples = std::fs::read_dir("examples").unwrap();
    let paths = examples.map(|folder| folder.unwrap().path().join("main.initflow"));
    let (mut constants, mut templates) = (0, 0);
    for path in paths {
        let text = std::fs::read_to_string(&path).unwrap();
        let mut workspace = Workspace::default();
        workspace.set("std", Arc::new(Parsed::new("std", crate::source::std().text.as_str())));
        if let Ok(library) = std::fs::read_to_string(path.with_file_name("platform.initflow")) {
            workspace.set("platform.initflow", Arc::new(Parsed::new("platform.initflow", library)));
        }
        let file = Parsed::new("main.initflow", text.as_str());
        let options = CompileOptions::default();
        let before = Analysis::of(&file, &workspace, &options);
        let check = |fix: &Fix| {
            let after = applied(&text, &fix.edits);
            assert_eq!(format(&SourceFile::new(FileId(0), "a", after.as_str())), after, "{}", fix.title);
        };
        walk(file.document(), |shaped, _| {
            let start = shaped.statement.span.range().start;
            let values = shaped.statement.values.iter().map(|value| Range32::from(value.span));
            for range in values.chain([Range32::from(start..start)]) {
                let fixes = extracted(&workspace, &file, range, &options);
                fixes.iter().for_each(check);
                *if range.start == range.end { &mut templates } else { &mut constants } += fixes.len();
            }
            moved(&workspace, &file, &before, start, &options).iter().for_each(check);
        });
    }
    assert!(constants > 100 && templates > 20, "{constants} {templates}");
}
