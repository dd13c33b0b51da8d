use super::*;
use crate::diagnostic::{Applicability, Code};

const TEXT: &str = "pod shop {\n  app web { image \"nginx\" }\n  app web { image \"nginx\" }\n}\n";

fn report(text: &str) -> RunReport {
    let mut sources = Sources::default();
    let id = sources.add("apps/a b,c:d.initflow", text);
    let at = |nth: usize| {
        let start = text.match_indices("\"nginx\"").nth(nth).unwrap().0;
        Span::new(id, start, start + 7)
    };
    let warning =
        |nth: usize| Diagnostic::warning(Code::UnpinnedImage, at(nth), "no <tag> & \"no\" 100%").here("here");
    let first = warning(0).label(at(1), "and there").help("name one\nor two");
    let first = first.fix("add a tag", at(0), "\"nginx:1\"", Applicability::Unsafe);
    let mut report = RunReport {
        sources: vec!["apps/a b,c:d.initflow".into(), "b.initflow".into()],
        ..RunReport::default()
    };
    report.add(&sources, &[first, warning(1)], str::to_owned);
    report.troubles.push("cannot read `x`".into());
    report
}

#[test]
fn fingerprints_stay_when_lines_move_and_never_collide() {
    let prints = |text: &str| -> Vec<String> {
        report(text).findings.into_iter().map(|finding| finding.fingerprint).collect()
    };
    let before = prints(TEXT);
    assert_ne!(before[0], before[1]);
    assert_eq!(prints(&format!("# a comment\n\n{TEXT}")), before);
    assert_ne!(prints(&TEXT.replace("nginx\" }", "nginx\" } # x")), before);
}

#[test]
fn each_format_has_all_findings() {
    let report = report(TEXT);
    let all = [MachineFormat::Short, MachineFormat::Github, MachineFormat::Junit]
        .map(|format| format.render(&report))
        .join("\n");
    insta::assert_snapshot!(all, @r#"
    apps/a b,c:d.initflow:2:19: warning[unpinned-image]: no <tag> & "no" 100%
    apps/a b,c:d.initflow:3:19: warning[unpinned-image]: no <tag> & "no" 100%
    initflow: error: cannot read `x`

    ::warning file=apps/a b%2Cc%3Ad.initflow,line=2,endLine=2,col=19,endColumn=26,title=unpinned-image::no <tag> & "no" 100%25 (here)%0Ahelp: name one%0Aor two
    ::warning file=apps/a b%2Cc%3Ad.initflow,line=3,endLine=3,col=19,endColumn=26,title=unpinned-image::no <tag> & "no" 100%25 (here)
    ::error title=initflow::cannot read `x`

    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="initflow" tests="3" failures="0" errors="1">
      <testsuite name="initflow" tests="3" failures="0" errors="1">
        <testcase classname="initflow" name="apps/a b,c:d.initflow">
          <system-out>apps/a b,c:d.initflow:2:19: warning[unpinned-image]: no &lt;tag&gt; &amp; &quot;no&quot; 100% (here)&#10;help: name one&#10;or two
    apps/a b,c:d.initflow:3:19: warning[unpinned-image]: no &lt;tag&gt; &amp; &quot;no&quot; 100% (here)
    </system-out>
        </testcase>
        <testcase classname="initflow" name="b.initflow"/>
        <testcase classname="initflow" name="initflow">
          <error type="trouble" message="cannot read `x`"/>
        </testcase>
      </testsuite>
    </testsuites>
    "#);
}

#[test]
fn json_formats_are_read_back() {
    let report = report(TEXT);
    for format in [MachineFormat::Json, MachineFormat::Sarif, MachineFormat::Gitlab] {
        let value: serde_json::Value = serde_json::from_str(&format.render(&report)).unwrap();
        assert!(value.to_string().contains("unpinned-image"), "{value}");
    }
    insta::assert_snapshot!(MachineFormat::Gitlab.render(&report), @r#"
    [
      {
        "check_name": "unpinned-image",
        "description": "no <tag> & \"no\" 100% (here)\nhelp: name one\nor two",
        "fingerprint": "a64a69463061f34c",
        "location": {
          "lines": {
            "begin": 2,
            "end": 2
          },
          "path": "apps/a b,c:d.initflow"
        },
        "severity": "minor"
      },
      {
        "check_name": "unpinned-image",
        "description": "no <tag> & \"no\" 100% (here)",
        "fingerprint": "863a6d5f330328ff",
        "location": {
          "lines": {
            "begin": 3,
            "end": 3
          },
          "path": "apps/a b,c:d.initflow"
        },
        "severity": "minor"
      },
      {
        "check_name": "trouble",
        "description": "cannot read `x`",
        "fingerprint": "trouble-0",
        "location": {
          "lines": {
            "begin": 1,
            "end": 1
          },
          "path": "initflow.toml"
        },
        "severity": "blocker"
      }
    ]
    "#);
}

#[test]
fn an_empty_report_is_valid() {
    let report = RunReport::default();
    assert_eq!(MachineFormat::Gitlab.render(&report), "[]\n");
    assert_eq!(MachineFormat::Short.render(&report) + &MachineFormat::Github.render(&report), "");
    assert!(MachineFormat::Sarif.render(&report).contains("\"results\": []"));
    assert!(MachineFormat::Junit.render(&report).contains("tests=\"0\""));
}
