use crate::diagnostic::Code;
use crate::lint::tests::{found, passes};

const CODE: Code = Code::ReplacedData;

fn pod(volume: &str, step: &str, app: &str) -> String {
    format!(
        "pod p {{ volume v {volume}; copy c {{ image \"c:1\"; from /a; {step} }}; app b {{ image \"b:1\"; {app} }} }}"
    )
}

#[test]
fn what_outlives_the_pod_and_is_changed_is_found() {
    let shown = found(
        CODE,
        [
            pod("claim \"c\"", "into v", "updates v at /d"),
            pod("claim \"c\"", "into v \"x/y\"", "mounts v at /d sub \"x\""),
            pod("host \"/data\"", "into v \"x\"", "updates v at /d sub \"x/y\""),
        ],
    );
    insta::assert_snapshot!(shown, @r#"
    …age "c:1"; from /a; into «v» }; app b { image "b:1";…
      the step `c` replaces files in `v` at every start, and with them what `b` changed
      fix (unsafe): add `existing keep`, so that the step changes nothing once the files are there
      - …me v claim "c"; copy c { image "c:1"; from /a; in…
      + …me v claim "c"; copy c { existing keep; image "c:1"; from /a; in…
    …age "c:1"; from /a; into «v» "x/y" }; app b { image …
      the step `c` replaces files in `v` at every start, and with them what `b` changed
      fix (unsafe): add `existing keep`, so that the step changes nothing once the files are there
      - …me v claim "c"; copy c { image "c:1"; from /a; in…
      + …me v claim "c"; copy c { existing keep; image "c:1"; from /a; in…
    …age "c:1"; from /a; into «v» "x" }; app b { image "b…
      the step `c` replaces files in `v` at every start, and with them what `b` changed
      fix (unsafe): add `existing keep`, so that the step changes nothing once the files are there
      - …v host "/data"; copy c { image "c:1"; from /a; in…
      + …v host "/data"; copy c { existing keep; image "c:1"; from /a; in…
    "#);
    passes(CODE, &pod("claim \"c\"", "into v", "reads v at /d"));
    passes(CODE, &pod("", "into v", "updates v at /d"));
    passes(CODE, &pod("claim \"c\"", "into v \"x\"", "updates v at /d sub \"y\""));
    passes(CODE, &pod("claim \"c\"", "into v \"x\"", "updates v at /d sub \"xy\""));
    for word in ["keep", "merge", "replace"] {
        passes(CODE, &pod("claim \"c\"", &format!("into v; existing {word}"), "updates v at /d"));
    }
}

#[test]
fn scripts_replace_too() {
    let pod = |script: &str, volume: &str| {
        format!(
            "pod p {{ volume v {volume}; step c {{ image \"c:1\"; script '{script}'; mounts v at /v }}; app b {{ image \"b:1\"; updates v at /d }} }}"
        )
    };
    let claim = "claim \"c\"";
    let shown = found(
        CODE,
        [
            pod("cp -R /app/data/* /v/", claim),
            pod("tar -xzf /app.tgz -C /v", claim),
            pod("rm -rf /v/*", claim),
            pod("mkdir -p /v/a && cp /etc/defaults.yaml /v/a/config.yaml", claim),
        ],
    );
    insta::assert_snapshot!(shown, @r#"
    …c { image "c:1"; script '«cp -R /app/data/* /v/»'; mounts v at /v }; app…
      the step `c` replaces files in `v` at every start, and with them what `b` changed
    …c { image "c:1"; script '«tar -xzf /app.tgz -C /v»'; mounts v at /v }; app…
      the step `c` replaces files in `v` at every start, and with them what `b` changed
    …c { image "c:1"; script '«rm -rf /v/*»'; mounts v at /v }; app…
      the step `c` deletes the files in `v` at every start, and with them what `b` changed
    …script 'mkdir -p /v/a && «cp /etc/defaults.yaml /v/a/config.yaml»'; mounts v at /v }; app…
      the step `c` replaces files in `v` at every start, and with them what `b` changed
    "#);
    for script in [
        "cp -Rn /app/data/* /v/",
        "[ -f /v/config ] || cp -R /app/data/* /v/",
        "if [ -z \"$(ls -A /v)\" ]; then cp -R /app/data/. /v; fi",
        "test -e /v/done && exit 0; cp -R /app/data/. /v",
        "cp -R /v/a /v/b",
        "rm -rf /v/cache",
    ] {
        passes(CODE, &pod(script, claim));
    }
    passes(CODE, &pod("cp -R /app/data/* /v/", ""));
    passes(CODE, &pod("cp -R /app/data/* /v/", "host \"/opt/cni\""));
}

#[test]
fn other_workloads_change_a_claim_too() {
    let program = |namespace: &str| {
        format!(
            "{} deployment w {{ namespace \"{namespace}\"; volume d claim \"c\"; app b {{ image \"b:1\"; updates d at /d }} }}",
            pod("claim \"c\"", "into v \"x\"", "reads v at /d").replacen('{', "{ namespace \"n\";", 1)
        )
    };
    insta::assert_snapshot!(found(CODE, [program("n")]), @r#"
    …age "c:1"; from /a; into «v» "x" }; app b { image "b…
      the step `c` replaces files in `v` at every start, and with them what `b` changed
      fix (unsafe): add `existing keep`, so that the step changes nothing once the files are there
      - …me v claim "c"; copy c { image "c:1"; from /a; in…
      + …me v claim "c"; copy c { existing keep; image "c:1"; from /a; in…
    "#);
    passes(CODE, &program("m"));
}

#[test]
fn a_file_with_a_checksum_is_what_it_must_be() {
    let sum = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    let fetch = |more: &str| {
        pod("claim \"c\"", "", "updates v at /d").replace(
            "copy c { image \"c:1\"; from /a; ",
            &format!("fetch c {{ from \"https://a.acme.dev/a.tar\"; into v \"x\"; {more} "),
        )
    };
    passes(CODE, &fetch(&format!("sha256 \"{sum}\"")));
    insta::assert_snapshot!(found(CODE, [fetch(""), fetch(&format!("unpack; sha256 \"{sum}\""))]), @r#"
    …/a.acme.dev/a.tar"; into «v» "x";   }; app b { image…
      the step `c` replaces files in `v` at every start, and with them what `b` changed
      fix (unsafe): add `existing keep`, so that the step changes nothing once the files are there
      - …e v claim "c"; fetch c { from "https://a.acme.dev…
      + …e v claim "c"; fetch c { existing keep; from "https://a.acme.dev…
    …/a.acme.dev/a.tar"; into «v» "x"; unpack; sha256 "9f…
      the step `c` replaces files in `v` at every start, and with them what `b` changed
      fix (unsafe): add `existing keep`, so that the step changes nothing once the files are there
      - …e v claim "c"; fetch c { from "https://a.acme.dev…
      + …e v claim "c"; fetch c { existing keep; from "https://a.acme.dev…
    "#);
}

#[test]
fn apps_replace_what_they_changed_themselves() {
    let app = |kind: &str, script: &str| {
        let policy = if kind == "job" { "restartPolicy Never; " } else { "" };
        format!(
            "{kind} p {{ {policy}volume v claim \"c\"; app b {{ image \"b:1\"; script '{script}'; mounts v at /v }} }}"
        )
    };
    let copies = "cp -r /defaults/. /v && exec serve";
    insta::assert_snapshot!(found(CODE, [app("deployment", copies)]), @r#"
    …b { image "b:1"; script '«cp -r /defaults/. /v &&» exec serve'; mounts v a…
      the app `b` replaces files in `v` at every start, and with them what it has changed
    "#);
    passes(CODE, &app("job", copies));
    passes(CODE, &app("deployment", "cp -rn /defaults/. /v && exec serve"));
}
