use super::*;

/// Each statement's name with what it means, and what its values are.
fn shapes(text: &str) -> String {
    let file = Parsed::new("a", text);
    let mut lines = Vec::new();
    walk(file.document(), |shaped, around| {
        let meaning = match shaped.meaning {
            Meaning::Entry(entry) => entry.signature(),
            Meaning::Field(object, field) => format!("{}.{}", object.name, field.name),
            other => format!("{other:?}"),
        };
        let roles = roles(shaped).into_iter().map(|role| match role {
            ValueRole::Keyword(_) => "keyword".to_owned(),
            ValueRole::Slot(name, _) => name.to_owned(),
            ValueRole::Field(_) => "field".to_owned(),
            other => format!("{other:?}"),
        });
        let roles: Vec<String> = roles.collect();
        lines.push(format!(
            "{}{}: {meaning} [{}]",
            "  ".repeat(around.len()),
            shaped.statement.name.text,
            roles.join(", ")
        ));
    });
    lines.join("\n")
}

#[test]
fn every_statement_has_a_meaning_and_every_value_a_role() {
    let text = "use \"std\" as s\nparam tag: string = \"v1\"\ndeployment shop {\n  replicas 3\n  volume a memory 1Mi\n  \
                    step b { writes a at /x sub \"c\" }\n  app web {\n    port http 8080\n    port 90\n    env { A \"x\" }\n    \
                    securityContext { runAsUser 1 }\n  }\n}\n";
    insta::assert_snapshot!(shapes(text), @r#"
    use: use "file.initflow" [as name] ["file.initflow", keyword, Declares]
    param: param name: type [= default] [Declares, Operator, TypeWord, Operator, Expression]
    deployment: deployment [name] [from template(…)] [{ … }] [Declares]
      replicas: DeploymentSpec.replicas [field]
      volume: volume name [scratch [size] | memory [size] | claim name | secret name | configmap name | host path | image reference] [Declares, keyword, size]
      step: step name [from template(…)] [{ … }] [Declares]
        writes: writes volume at path [sub folder] [volume, keyword, path, keyword, folder]
      app: app name [from template(…)] [{ … }] [Declares]
        port: port [name] number [tcp | udp | sctp] [host number] [Declares, number]
        port: port [name] number [tcp | udp | sctp] [host number] [number]
        env: env { … } []
          A: Variable [Variable]
        securityContext: Container.securityContext []
          runAsUser: SecurityContext.runAsUser [field]
    "#);
}

#[test]
fn what_compiles_has_no_statement_and_no_value_without_a_meaning() {
    let library = crate::source::std().text.clone();
    let examples =
        std::fs::read_dir("examples").unwrap().flat_map(|entry| std::fs::read_dir(entry.unwrap().path()));
    let files = examples.flatten().map(|entry| entry.unwrap().path());
    let sources = files.filter(|path| path.extension().is_some_and(|extension| extension == "initflow"));
    let texts: Vec<String> =
        sources.map(|path| std::fs::read_to_string(path).unwrap()).chain([library]).collect();
    assert!(texts.len() > 10, "there are examples");
    for text in texts {
        let file = Parsed::new("a", text);
        walk(file.document(), |shaped, _| {
            let text = file.source.slice(shaped.statement.span);
            assert!(!matches!(shaped.meaning, Meaning::Unknown), "{text}");
            assert!(!roles(shaped).iter().any(|role| matches!(role, ValueRole::Unknown)), "{text}");
        });
    }
}
