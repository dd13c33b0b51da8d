use crate::compile::{CompileOptions, NoFiles, compile};
use crate::diagnostic::{Code, Diagnostic};
use crate::emit::{YamlDocument, yaml};

/// What a program compiles to, and what is wrong with it.
fn compiled(program: &str) -> (String, Vec<Diagnostic>) {
    let compilation = compile("main.initflow", program.to_owned(), &NoFiles, &CompileOptions::default());
    let objects: Vec<_> = compilation.workloads.iter().map(crate::compile::Compiled::lowered).collect();
    let documents: Vec<YamlDocument> =
        objects.iter().map(|object| YamlDocument { header: None, object }).collect();
    (yaml(&documents), compilation.diagnostics)
}

fn codes(program: &str) -> Vec<Code> {
    compiled(program).1.iter().map(|diagnostic| diagnostic.code).collect()
}

#[test]
fn nearer_defaults_win_and_templates_hand_on_their_arguments() {
    let (made, _) = compiled(
        "defaults { image \"far:1\"; workingDir /far }\n\
         template pod base(image: image) { defaults { image image; tty true }\n defaults app { stdin true } }\n\
         pod x from base(\"mid:1\") { defaults { stdin false; terminationMessagePath /near }\n app a { } }\n\
         pod y from base(\"mid:1\") { defaults { image \"near:1\" }\n app a { } }\n",
    );
    let (first, second) = made.split_once("---\n").unwrap_or_default();
    assert!(first.contains("image: mid:1") && first.contains("workingDir: /far"), "{made}");
    assert!(first.contains("stdin: false") && first.contains("tty: true"), "{made}");
    assert!(second.contains("image: near:1") && second.contains("stdin: true"), "{made}");
}

#[test]
fn defaults_of_a_part_stay_in_it() {
    let program = "template part tools(size: memory) { defaults { image \"in:1\"; memory size }\n\
         sidecar s { started tcp 80 } }\n\
         pod x { part t from tools(1Gi) { defaults { memory 2Gi } }\n app a { run \"x\" } }\n";
    assert_eq!(codes(program), [Code::MissingImage]);
    let (made, _) = compiled(&program.replace("run \"x\"", "image \"own:1\""));
    assert!(made.contains("image: in:1") && made.contains("memory: 2Gi") && made.contains("own:1"), "{made}");
}

/// The implied selector has the name wherever that is written.
#[test]
fn a_name_may_be_a_field() {
    for name in ["x { ", "{ name \"x\"; ", "{ metadata { name \"x\" }; "] {
        let (made, _) = compiled(&format!("deployment {name}app a {{ image \"a:1\" }} }}\n"));
        assert_eq!(made.matches("app.kubernetes.io/name: x").count(), 2, "{made}");
    }
}

/// Neither does the head hide an error in the block, nor does the block lack what the head has.
#[test]
fn statements_in_a_head_leave_the_block_to_be_checked() {
    let program = "deployment x replicas 2 { replicas \"two\"\n\
         step s run \"true\" { after t; image \"a:1\" }\n\
         wait w tcp \"a:80\" { }\n\
         app a image \"a:1\" { imag \"b\" } }\n";
    let found = codes(program);
    let count = |code| found.iter().filter(|known| **known == code).count();
    assert_eq!(count(Code::UnexpectedValue), 4, "{found:?}");
    let others = found.iter().filter(|known| **known != Code::UnexpectedValue).copied();
    assert_eq!(
        others.collect::<Vec<_>>(),
        [Code::TypeMismatch, Code::UnknownContainer, Code::UnknownStatement]
    );
}

/// What newcomers write: one mistake gives one message, with the help that fixes it.
#[test]
fn a_slip_gives_one_message() {
    let slips = [
        ("image", Code::MissingValue, ""),
        ("image nginx", Code::UnknownName, "put the text in quotes: `\"nginx\"`"),
        ("image \"a:1\"; tty yes", Code::UnknownName, ""),
        ("image \"a:1\"; port 80 web", Code::UnexpectedValue, ""),
        ("image \"a:1\"; port a 90:91", Code::UnquotedText, "write `91 host 90`"),
        ("image \"a:1\"; run [\"a\"]", Code::TypeMismatch, "use `command […]` for a command as a list"),
        (
            "image \"a:1\"; volumeMount { }",
            Code::UnknownStatement,
            "write `reads VOLUME at /path`, `writes …`, `updates …` or `mounts …`",
        ),
        (
            "image \"a:1\"; healthcheck { }",
            Code::UnknownStatement,
            "write `ready http PORT /path` or `alive http PORT /path`",
        ),
        ("image \"a:1\"; args", Code::MissingValue, "write `args \"arguments\"`"),
    ];
    for (inside, code, help) in slips {
        check_one(&format!("pod x {{ app a {{ {inside} }} }}"), code, help);
    }
    let app = "app a { image \"a:1\" }";
    let slips = [
        ("container a { image \"a:1\" }", Code::UnknownStatement, "write `app NAME { … }`"),
        ("if true { }", Code::UnknownStatement, "write `when CONDITION { … }`"),
        ("backoffLimit 3", Code::MisplacedStatement, ""),
        ("volume v nfs { }", Code::UnexpectedValue, "write it as a block: `volume NAME { nfs { … } }`"),
        ("volume v hostPath /x", Code::UnexpectedValue, "write `host`"),
        ("fetch f { }", Code::MissingStatement, ""),
        ("fetch f { into v; from \"https://a/b\" }\n volume v claim \"x\"", Code::MissingValue, ""),
        ("fetch f { url \"https://a/b\" }", Code::UnknownStatement, "write `from \"https://…\"`"),
        ("clone c { url \"https://a/b\" }", Code::UnknownStatement, "write `repo \"https://…\"`"),
        ("clone c { branch \"main\" }", Code::UnknownStatement, "write `ref \"main\"`"),
        ("wait w { tcp \"a:1\"; args [\"x\"] }", Code::UseTheStatement, ""),
        ("secrets s { from \"secret/shop\" }", Code::MissingValue, ""),
    ];
    for (inside, code, help) in slips {
        check_one(&format!("daemonset x {{ {app}\n {inside} }}"), code, help);
    }
    let slips = [
        (format!("deployment {{ {app} }}"), Code::MissingField),
        (
            format!(
                "template sidecar t(image: image) {{ image image }}\npod x {{ {app}\n sidecar s from t(img: \"b:1\") }}"
            ),
            Code::UnknownArgument,
        ),
        ("apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\n".to_owned(), Code::ForeignSource),
        ("# from kubectl\n---\nkind: Pod\n".to_owned(), Code::ForeignSource),
        (
            "pod x { volume v\n fetch f { from \"https://a/b\"; into v \"c\"; reads v at /v }\n app a { image \"a:1\"; reads v at /v } }".to_owned(),
            Code::ReadOnlyVolume,
        ),
    ];
    for (program, name) in slips {
        check_one(&program, name, "");
    }
}

#[test]
fn conflicting_statements_of_a_fetch_are_reported() {
    let sum = format!("sha256 \"{}\"", "0".repeat(64));
    for (inside, into, code, help) in [
        ("from \"s3://a/b/\"", "c/", None, ""),
        ("from \"https://a/b.tgz\"; unpack", "c", None, ""),
        ("from \"https://a/b\"", "c/", Some(Code::InvalidPath), ""),
        (
            "from \"s3://a/b\"",
            "c/",
            Some(Code::InvalidPath),
            "for everything below a prefix, end the URL with `/`: `s3://a/b/`",
        ),
        ("from \"oci://a.dev/b:1\"", "c/", None, ""),
        (
            &format!("from \"s3://a/b/\"; {sum}"),
            "c",
            Some(Code::MisplacedStatement),
            "remove `sha256`, or fetch one archive and `unpack` it",
        ),
        (&format!("from \"oci://a.dev/b:1\"; {sum}"), "c/", Some(Code::MisplacedStatement), ""),
        (&format!("from \"oci://a.dev/b:1\"; {sum}"), "c", None, ""),
        (
            "from \"gs://a/b/\"; unpack \"zip\"",
            "c",
            Some(Code::MisplacedStatement),
            "name one object, without the `/` at the end",
        ),
        ("from \"s3://a/b\"; header \"X\" \"y\"", "c", Some(Code::MisplacedStatement), ""),
        ("from \"https://a/b\"; header \"X*\" \"y\"", "c", Some(Code::InvalidName), ""),
        (
            "from \"https://a/b\"; header \"X\" secret(\"y\", \"z\"); header \"Y\" \"$(Z)\"; env { Z 1 }",
            "c",
            None,
            "",
        ),
        ("from \"https://a/b\"; unpack", "c", Some(Code::MissingValue), ""),
        (
            "from \"https://a/b\"; max-size 1Gi",
            "c",
            Some(Code::UnmetRequirement),
            "add `unpack`, or remove `max-size`",
        ),
        ("from \"https://a/b.zip\"; unpack; max-size 1Gi; max-files 5", "c", None, ""),
        ("from \"https://a/b\"; unpack \"rar\"", "c", Some(Code::UnknownValue), ""),
        ("from \"https://a/b.tar.zst\"; unpack", "c", Some(Code::MissingImage), ""),
        ("from \"https://a/b.tar.zst\"; unpack; image \"b:1\"", "c", None, ""),
        ("from \"http://a.dev/b\"", "c", Some(Code::UnprotectedDownload), ""),
        (&format!("from \"http://a.dev/b\"; {sum}"), "c", None, ""),
        (
            &format!("from \"http://a.dev/b\"; {sum}; header \"X\" \"y\""),
            "c",
            Some(Code::UnprotectedDownload),
            "use `https://`",
        ),
    ] {
        let program = format!(
            "pod x {{ volume v scratch 1Gi\n fetch f {{ {inside}; into v \"{into}\" }}\n app a {{ image \"a:1\"; reads v at /v }} }}"
        );
        match code {
            Some(code) => check_one(&program, code, help),
            None => assert_eq!(codes(&program), [], "{program}"),
        }
    }
}

fn check_one(program: &str, code: Code, help: &str) {
    let (_, diagnostics) = compiled(program);
    let found: Vec<Code> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    assert_eq!(found, [code], "{program}\n{diagnostics:#?}");
    let helps = diagnostics.iter().flat_map(|diagnostic| &diagnostic.help);
    assert!(help.is_empty() || helps.clone().any(|found| found == help), "{program}\n{diagnostics:#?}");
}

#[test]
fn what_a_step_writes_orders_it_however_it_is_mounted() {
    let (made, diagnostics) = compiled(
        "pod x { volume v\n step s { image \"a:1\"; reads v at /v }\n \
         fetch f { from \"https://a/b\"; into v \"c\"; mounts v at /m }\n app a { image \"a:1\" } }",
    );
    assert!(diagnostics.is_empty(), "{diagnostics:#?}");
    assert!(made.find("name: f\n") < made.find("name: s\n") && made.contains("value: /m/c"), "{made}");
}

#[test]
fn a_range_without_a_request_leaves_no_empty_requests() {
    let (made, _) = compiled("defaults { cpu 1..2 }\npod x { app a { image \"a:1\"; cpu ..3 } }");
    assert!(!made.contains("requests") && made.contains("cpu: \"3\""), "{made}");
}

#[test]
fn an_unused_template_is_checked() {
    let program = "template app x(a: int, v: volume) { imag \"x\"; run \"serve #{a}\"; reads v at /x; cpu a }\n\
         template part p(n: string) { volume v\n sidecar s { image n; writes v at /v; hostNetwork true } }\n\
         template deployment d(on: bool) { when on { replica 2 } }\n";
    assert_eq!(codes(program), [Code::UnknownStatement, Code::MisplacedStatement, Code::UnknownStatement]);
    assert!(
        codes(
            &program
                .replace("imag ", "image ")
                .replace("hostNetwork", "tty")
                .replace("replica ", "replicas ")
        )
        .is_empty()
    );
}

/// The security context that a `fetch` gets in a pod, in one line.
fn context_of_a_step(pod: &str, step: &str) -> String {
    let (made, _) = compiled(&format!(
        "pod x {{ {pod}\n volume v\n fetch f {{ from \"https://acme.dev/a\"; into v \"a\"; {step} }}\n\
         app a {{ image \"a:1\"; reads v at /v }} }}"
    ));
    let (_, step) = made.split_once("name: f").unwrap_or_default();
    let (_, context) = step.split_once("securityContext:").unwrap_or_default();
    let (context, _) = context.split_once("terminationMessagePolicy:").unwrap_or_default();
    context.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_step_with_the_compilers_image_passes_restricted_by_itself() {
    let rest = "allowPrivilegeEscalation: false readOnlyRootFilesystem: true capabilities: drop: - ALL";
    let profile = "seccompProfile: type: RuntimeDefault";
    assert_eq!(context_of_a_step("", ""), format!("runAsNonRoot: true runAsUser: 65532 {rest} {profile}"));
    for (pod, step, expected) in [
        ("security restricted", "", format!("runAsUser: 65532 {rest}")),
        ("security restricted; securityContext { runAsUser 1 }", "", rest.into()),
        ("securityContext { runAsUser 1 }", "", format!("runAsNonRoot: true {rest} {profile}")),
        ("securityContext { runAsUser 0 }", "", format!("{rest} {profile}")),
        ("securityContext { runAsNonRoot false }", "", format!("{rest} {profile}")),
        ("", "securityContext { runAsUser 0 }", format!("runAsUser: 0 {rest} {profile}")),
        (
            "",
            "securityContext { readOnlyRootFilesystem false }",
            format!("runAsNonRoot: true runAsUser: 65532 {rest} {profile}")
                .replace("Filesystem: true", "Filesystem: false"),
        ),
        ("os { name windows }", "", String::new()),
    ] {
        assert_eq!(context_of_a_step(pod, step), expected, "{pod} {step}");
    }
}

#[test]
fn restricted_reaches_every_container_and_yields_to_what_is_compatible() {
    let (made, found) = compiled(
        "template part p() { sidecar s { image \"s:1\"; started tcp 80 } }\n\
         template deployment t() { security restricted }\n\
         deployment x from t() {\n part q from p()\n migrate m { image \"m:1\"; django }\n app a { image \"a:1\"\n\
         securityContext { runAsUser 7; capabilities { add [\"NET_BIND_SERVICE\"] } } } }",
    );
    assert!(found.is_empty(), "{found:?}");
    assert_eq!(made.matches("allowPrivilegeEscalation: false").count(), 3, "{made}");
    assert_eq!(made.matches("- ALL").count(), 3, "{made}");
    assert_eq!(made.matches("runAsNonRoot: true").count(), 1, "{made}");
    assert!(made.contains("runAsUser: 7") && made.contains("- NET_BIND_SERVICE"), "{made}");
    assert_eq!(
        codes("pod x { security restricted; security restricted\n app a { image \"a:1\" } }"),
        [Code::DuplicateStatement]
    );
    assert_eq!(codes("pod x { security baseline\n app a { image \"a:1\" } }"), [Code::MissingValue]);
    assert_eq!(
        codes(
            "template part p() { security restricted }\npod x { part q from p()\n app a { image \"a:1\" } }"
        ),
        [Code::MisplacedStatement]
    );
}

#[test]
fn a_condition_compares_what_is_meant() {
    let params = "param s: \"dev\" | \"prod\" = \"prod\"\nparam m: memory = 1Gi\nparam d: duration = 60s\n";
    for (condition, holds) in [
        ("s == prod", true),
        ("s != prod", false),
        ("m == 1024Mi", true),
        ("m == 1G", false),
        ("d == 1m", true),
        ("d == 1m1s", false),
    ] {
        let program = format!(
            "{params}pod x {{ when {condition} {{ hostNetwork true }}\n app a {{ image \"a:1\" }} }}"
        );
        let (objects, diagnostics) = compiled(&program);
        assert!(diagnostics.is_empty(), "{condition}: {diagnostics:#?}");
        assert_eq!(objects.contains("hostNetwork: true"), holds, "{condition}");
    }
    let app = "app a { image \"a:1\" }";
    check_one(
        &format!("{params}let prod = \"x\"\npod x {{ when s == prod {{ }}\n {app} }}"),
        Code::AmbiguousWord,
        "",
    );
    check_one(&format!("{params}pod x {{ when s == staging {{ }}\n {app} }}"), Code::UnknownName, "");
}

#[test]
fn steps_that_ask_for_their_user_find_it() {
    let (made, found) = compiled(
        "deployment x { volume v\n defaults clone { repo \"git@git.acme.dev:s.git\"; key secret(\"k\") }\n\
         clone a { into v }\n clone b { into v \"b\"; securityContext { runAsUser 7; runAsGroup 8 } }\n\
         clone c { into v \"c\"; securityContext { runAsNonRoot false } }\n app d { image \"d:1\"; reads v at /v } }",
    );
    assert!(found.is_empty(), "{found:?}");
    let file = "initflow/passwd: |\n          root:x:0:0::/:/bin/sh\n          user-7:x:7:8::/:/bin/sh\n          \
                user-65532:x:65532:0::/:/bin/sh\n";
    assert!(made.contains(file), "{made}");
    assert_eq!(made.matches("mountPath: /etc/passwd").count(), 2, "{made}");
    assert_eq!(made.matches("metadata.annotations['initflow/passwd']").count(), 1, "{made}");
}

#[test]
fn a_secret_is_requested_by_its_name_in_the_store() {
    for (statements, pod, expected) in [
        ("from vault \"kv/data/a\"; role \"a\"; into v \"a.json\"", "", None),
        ("from vault \"kv/data/a\"; into v \"a.json\"", "", Some(Code::MissingStatement)),
        ("from vault \"kv/data/a\"; role \"a\"; into v \"a\"", "", Some(Code::MissingStatement)),
        (
            "from vault \"kv/data/a\"; role \"a\"; into v \"a.env\"; format raw",
            "",
            Some(Code::MissingStatement),
        ),
        ("from vault \"a\"; role \"a\"; into v \"a.json\"", "", Some(Code::InvalidSecret)),
        ("from aws \"a\"; from gcp \"a\"; into v \"a\"", "", Some(Code::DuplicateStatement)),
        ("from aws \"a\"; into v \"a\"; role \"a\"", "", Some(Code::IdleField)),
        ("from aws \"a\"; into v \"../a\"", "", Some(Code::InvalidPath)),
        ("from aws \"a\"; into v \"a\"; field \"a\"; format dotenv", "", Some(Code::ConflictingFields)),
        ("from vault \"kv/data/a\"; role \"a\"; into v \"a.json\"; ca \"PEM\"", "", Some(Code::TypeMismatch)),
        ("from aws \"a\"; into v \"a\"; mode 0400", "", Some(Code::PrivateFile)),
        ("from aws \"a\"; into v \"a\"; mode 0440", "fsGroup 7", None),
        ("from aws \"a\"; into v \"a\"; mode 0400", "fsGroup 7", Some(Code::PrivateFile)),
        ("from aws \"a\"; into v \"a\"; mode 0400", "runAsUser 7", None),
        ("from aws \"a\"; into v \"a\"; mode 0400; owner 7", "", None),
        ("from aws \"a\"; into v \"a\"; owner 0", "", Some(Code::TypeMismatch)),
        (
            "from aws \"a\"; into v \"a\"; owner 7; securityContext { runAsUser 8 }",
            "",
            Some(Code::ConflictingFields),
        ),
    ] {
        let found = codes(&format!(
            "pod x {{ securityContext {{ {pod} }}\n volume v memory 1Mi\n secrets s {{ {statements} }}\n\
             app a {{ image \"a:1\"; reads v at /v }} }}"
        ));
        assert_eq!(found, expected.into_iter().collect::<Vec<_>>(), "{statements}");
    }
}

#[test]
fn a_secret_is_readable_for_the_users_of_its_pod() {
    for (pod, step, mode) in [
        ("", "", "0444"),
        ("runAsUser 7", "", "0400"),
        ("fsGroup 7", "", "0440"),
        ("runAsUser 7; fsGroup 7", "", "0440"),
        ("", "owner 7", "0400"),
        ("runAsUser 7", "securityContext { runAsUser 8 }", "0444"),
    ] {
        let (made, _) = compiled(&format!(
            "pod x {{ securityContext {{ {pod} }}\n volume v memory 1Mi\n\
             secrets s {{ from aws \"a\"; into v \"a\"; {step} }}\n app a {{ image \"a:1\"; reads v at /v }} }}"
        ));
        assert!(
            made.contains(&format!("name: INITFLOW_MODE\n      value: \"{mode}\"")),
            "{pod} {step}\n{made}"
        );
    }
}

#[test]
fn a_variable_out_of_a_file_names_the_volume_of_its_part() {
    let (made, found) = compiled(
        "template part p() { volume v memory 1Mi\n secrets s { from aws \"a\"; into v \"a.env\" }\n\
         sidecar c { image \"c:1\"; started tcp 80; env { A file(v, \"a.env\", \"A\") } } }\n\
         pod x { step b { image \"b:1\"; run \"true\"; env { A file(q.v, \"a.env\", \"A\") } }\n\
         part q from p()\n app a { image \"a:1\" } }",
    );
    assert!(found.is_empty(), "{found:?}");
    assert_eq!(made.matches("volumeName: q-v").count(), 2, "{made}");
    assert!(made.find("name: q-s") < made.find("name: b"), "{made}");
}

#[test]
fn a_container_is_not_a_volume() {
    let program = "pod x { volume v\n step s { image \"a:1\"; writes v at /v }\n app a { image \"a:1\"; reads v at /v; reads s at /s } }";
    check_one(program, Code::UnknownVolume, "use the volume that the container `s` writes");
}

#[test]
fn a_workload_has_no_more_text_than_an_api_server_stores() {
    let program = |variables: usize| {
        let text = "x".repeat(400_000);
        let variables = (0..variables).map(|at| format!("V{at} a\n")).collect::<Vec<_>>().concat();
        format!("let a = \"{text}\"\npod x {{ app a {{ image \"a:1\"; env {{\n{variables}}} }} }}")
    };
    assert!(compiled(&program(5)).1.is_empty());
    check_one(&program(6), Code::TooLarge, "keep large texts in an image or a volume");
}

#[test]
fn texts_are_bounded_before_they_are_put_into_the_workload() {
    let text = "x".repeat(400_000);
    let variables = (0..200).map(|at| format!("V{at} \"#{{a}}#{{a}}\"\n")).collect::<Vec<_>>().concat();
    let program = format!("let a = \"{text}\"\npod x {{ app a {{ image \"a:1\"; env {{\n{variables}}} }} }}");
    check_one(&program, Code::TooLarge, "");
}

#[test]
fn errors_about_one_workload_are_bounded() {
    let mounts = (0..3_000).map(|at| format!("reads v{at} at /v{at}\n")).collect::<Vec<_>>().concat();
    let statements = (0..3_000).map(|at| format!("bogus{at} 1\n")).collect::<Vec<_>>().concat();
    let program = format!("pod x {{ app a {{ image \"a:1\"\n{mounts}{statements}}} }}");
    let (_, found) = compiled(&program);
    assert!((1_000..5_000).contains(&found.len()), "{}", found.len());
    let declarations = (0..3_000).map(|at| format!("let a{at} = b{at}\n")).collect::<Vec<_>>().concat();
    let (_, found) = compiled(&(declarations + "pod x { app a { image \"a:1\" } }"));
    assert_eq!(found.len(), 1_000);
}

#[test]
fn a_value_that_the_script_takes_anyway_is_left_out() {
    for (env, expected) in [
        ("", [false; 3]),
        ("A \"a\"", [false; 3]),
        // It might be among them.
        ("from secret(\"s\")", [true; 3]),
        ("INITFLOW_EVERY \"0\"", [false, false, true]),
    ] {
        let (made, _) = compiled(&format!(
            "pod x {{ volume t configmap \"c\"\n volume v\n app a {{ image \"a:1\"; reads v at /v }}\n\
             render r {{ from t \"a\"; into v \"b\"; vars [\"B\"]; env {{ B \"b\"; {env} }} }}\n\
             wait w {{ tcp \"db:1\"; env {{ {env} }} }} }}"
        ));
        let set = [("MODE", "\"0644\""), ("TIMEOUT", "\"300\""), ("EVERY", "\"2\"")]
            .map(|(name, value)| made.contains(&format!("- name: INITFLOW_{name}\n      value: {value}\n")));
        assert_eq!(set, expected, "{made}");
    }
}
