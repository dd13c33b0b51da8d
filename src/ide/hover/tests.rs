use super::*;
use crate::compile::CompileOptions;
use std::sync::Arc;

/// What is shown at each `$0` of a text.
fn shown(text: &str) -> String {
    shown_beside(text, "")
}

/// The same where a file `lib` has another text.
fn shown_beside(text: &str, library: &str) -> String {
    let mut marks = Vec::new();
    let mut plain = String::new();
    for piece in text.split("$0") {
        plain.push_str(piece);
        marks.push(plain.len());
    }
    marks.pop();
    let mut workspace = Workspace::default();
    workspace.set("lib", Arc::new(Parsed::new("lib", library)));
    workspace.set("a", Arc::new(Parsed::new("a", plain)));
    let analysis = Analysis::of(workspace.get("a").unwrap(), &workspace, &CompileOptions::default());
    let at = |offset| {
        hover(&workspace, &analysis, "a", offset).map_or_else(|| "nothing".into(), |hover| hover.markdown)
    };
    marks.into_iter().map(at).collect::<Vec<_>>().join("\n---\n")
}

#[test]
fn a_place_is_explained() {
    insta::assert_snapshot!(
        shown(
            "# The version.\nlet tag = \"1\"\npod a$0 {\n  volume v\n  step $0make { image \"i:#{t$0ag}\"; writes v at /v; cpu 1; memory 1Gi }\n  \
             app web { image$0Pull$0Policy Al$0ways; image \"w\"; rea$0ds v a$0t /v; cpu 250m; memory 64Mi; ready tcp 80 every$0 5s }\n}\n"
        ),
        @r#"
    QoS class Burstable.

    | effective | requests | limits | set by |
    |---|---|---|---|
    | cpu | 1 | none | step `make` |
    | memory | 1Gi | none | step `make` |

    ---
    Starts as 1 of 2: as written.

    It requests cpu 1, memory 1Gi.

    While it runs, the pod needs cpu 1, memory 1Gi.
    ---
    ```initflow
    let tag = "1"
    ```
    The version.
    ---
    `Container.imagePullPolicy`: `Always`, `IfNotPresent`, `Never`.

    Image pull policy. Defaults to Always if :latest tag is specified, or IfNotPresent otherwise. Cannot be updated. More info: https://kubernetes.io/docs/concepts/containers/images#updating-images
    ---
    `Container.imagePullPolicy`: `Always`, `IfNotPresent`, `Never`.

    Image pull policy. Defaults to Always if :latest tag is specified, or IfNotPresent otherwise. Cannot be updated. More info: https://kubernetes.io/docs/concepts/containers/images#updating-images
    ---
    `Always` of `Container.imagePullPolicy`, which is `Always`, `IfNotPresent`, `Never`
    ---
    ```initflow
    reads volume at path [sub folder]
    ```
    Mounts a volume read-only; whatever writes it runs before.

    Allowed in a container.

    Example:
    ```initflow
    step settings from checked("settings") {
      reads config at /config
    }
    ```
    ---
    `at` of
    ```initflow
    reads volume at path [sub folder]
    ```
    ---
    `every` of
    ```initflow
    ready (http [port] [path] | https [port] [path] | tcp [port] | grpc [port] [service] | exec command) [every time] [timeout time] [delay time] [failures count] [successes count]
    ```
    "#
    );
}

#[test]
fn values_that_depend_on_a_param_without_a_value_are_not_shown() {
    insta::assert_snapshot!(shown(
            "param n: cpu\npod a$0 {\n  step s$0 { image \"i\"; cpu n }\n  app w { image \"w\"; cpu 250m }\n}\n"
        ), @r#"
        What it reserves is not known: a `param` has no default.
        ---
        When it starts is not known: a `param` has no default.
        "#);
    insta::assert_snapshot!(shown_beside(
            "use \"lib\" as l\ndeployment a$0 from l.web()\n",
            "param n: cpu\ntemplate deployment web() { app w { image \"w\"; cpu n } }\n"
        ), @"What it reserves is not known: a `param` has no default.");
}

#[test]
fn apps_start_together() {
    insta::assert_snapshot!(shown(
            "pod p { step s { image \"s\" }; app a$0 { image \"a\" }; app b { image \"b\" }; app c { image \"c\" } }\n"
        ), @"Starts together with `b`, `c`: after every step and sidecar.");
}

#[test]
fn a_step_of_a_template_is_explained_for_each_workload_that_has_another_place_for_it() {
    let template = "template deployment t() { volume v claim \"c\"; step s$0 { image \"s\"; reads v at /v }; app w { image \"w\" } }\n";
    let other = "deployment c from t() { step z { image \"z\"; writes v at /v } }\n";
    insta::assert_snapshot!(shown(&format!("{template}deployment a from t()\ndeployment b from t()\n")), @"Starts as 1 of 2: as written.");
    insta::assert_snapshot!(shown(&format!("{template}deployment a from t()\n{other}")), @r#"
    In `a`: Starts as 1 of 2: as written.

    In `c`: Starts as 2 of 3: reads `v`, which `z` writes; it is written elsewhere in the source.
    "#);
}

#[test]
fn a_limit_is_shown_as_it_applies() {
    insta::assert_snapshot!(shown(
            "pod p$0 { app a { image \"a\"; cpu 250m..1; memory ..1Gi }; app b { image \"b\"; memory ..1Gi } }\n"
        ), @r#"
        QoS class Burstable.

        | effective | requests | limits | set by |
        |---|---|---|---|
        | cpu | 250m | unbounded by `b` | `a` |
        | memory | 2Gi | 2Gi | `a` and `b` together |
        "#);
}

#[test]
fn amounts_are_shown_in_base_units() {
    insta::assert_snapshot!(shown(
            "pod p { app a { image \"a\"; cpu 25$00m..1.5; memory ..1$0Gi } }\n"
        ), @r#"
        `250m` is 0.25 cores, `1.5` is 1.5 cores

        request..limit: CPU as `request`, `request..limit` or `..limit`, such as `250m..1`
        ---
        `1Gi` is 1073741824 bytes

        request..limit: bytes as `request`, `request..limit` or `..limit`, such as `256Mi..1Gi`
        "#);
}

#[test]
fn the_value_of_a_constant_is_shown_unless_it_is_written_there() {
    insta::assert_snapshot!(shown_beside(
            "use \"lib\" as l\nparam env: \"dev\" | \"prod\" = \"dev\"\nlet server = \"db.#{e$0nv}\"\nlet list = [se$0rver, \"b\"]\nlet quotes = \"`#{server}`\"\n\
             param unset: string\nlet a = \"#{missing}\"\npod p { app w { image \"i:#{l.t$0ag}\"; args li$0st; env { A quo$0tes; B uns$0et; C a$0 } } }\n",
            "let version = 3\n# The tag.\nlet tag = \"v#{version}\"\n"
        ), @r##"
        ```initflow
        param env: "dev" | "prod" = "dev"
        ```
        ---
        ```initflow
        let server = "db.#{env}"
        ```
        Value: `"db.dev"`
        ---
        ```initflow
        let tag = "v#{version}"
        ```
        Value: `"v3"`

        The tag.
        ---
        ```initflow
        let list = [server, "b"]
        ```
        Value: `["db.dev", "b"]`
        ---
        ```initflow
        let quotes = "`#{server}`"
        ```
        Value: ``"`db.dev`"``
        ---
        ```initflow
        param unset: string
        ```
        ---
        ```initflow
        let a = "#{missing}"
        ```
        "##);
}

#[test]
fn a_function_and_its_parameters_are_explained() {
    insta::assert_snapshot!(shown(
            "pod p { app w { image \"i\"; env { A se$0cret(\"s\", \"k\", op$0tional: true); B config$0map(\"c\", \"k\"); C fi$0eld(\"status.podIP\"); \
             D resource(\"limits.cpu\", cont$0ainer: \"w\", div$0isor: \"1m\"); E secret$0(; F unknown$0() } } }\n"
        ), @r#"
        ```initflow
        secret(name, key, [optional: …])
        ```
        The value of a key of a Secret in the namespace of the pod, as it is when the container starts.
        ---
        `optional` of `secret`: with `true`, the container also starts if there is no such value; the variable is then not set
        ---
        ```initflow
        configmap(name, key, [optional: …])
        ```
        The value of a key of a ConfigMap in the namespace of the pod, as it is when the container starts.
        ---
        ```initflow
        field(path, [apiVersion: …])
        ```
        A field of the pod itself, such as `metadata.name` or `status.podIP`.
        ---
        `container` of `resource`: the container whose resource it is; this one if it is left out
        ---
        `divisor` of `resource`: the unit of the value, such as `1m` for CPU or `1Mi` for memory; `1` if it is left out
        ---
        ```initflow
        secret(name, key, [optional: …])
        ```
        The value of a key of a Secret in the namespace of the pod, as it is when the container starts.
        ---
        text, or a source such as `secret("name", "key")`
        "#);
}

#[test]
fn a_half_written_text_is_explained_as_far_as_it_goes() {
    insta::assert_snapshot!(
        ["let a = \"x\"\nlet b = \"#{a$0", "pod p { app w { env { A secret$0(", "pod p { app w { image$0", "let $0", "$0"]
            .map(shown)
            .join("\n===\n"),
        @r#"
        nothing
        ===
        ```initflow
        secret(name, key, [optional: …])
        ```
        The value of a key of a Secret in the namespace of the pod, as it is when the container starts.
        ===
        `Container.image`: text.

        Container image name. More info: https://kubernetes.io/docs/concepts/containers/images This field is optional to allow higher level config management to default or override container images in workload controllers like Deployments and StatefulSets.
        ===
        nothing
        ===
        nothing
        "#
    );
}
