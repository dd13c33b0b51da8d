//! Tests what the model warns of: texts and blocks that are not what they look like.

use super::{found, passes};
use crate::diagnostic::Code;

fn app(statements: &str) -> String {
    format!("let tag = \"4.2\"\npod p {{ app a {{ image \"a:1\"; {statements} }} }}")
}

fn env(block: &str) -> String {
    app(&format!("env {{ {block} }}"))
}

#[test]
fn texts_with_names_in_scope_are_found() {
    let shown = found(
        Code::IdleInsertion,
        [
            app(r#"env { A "v${tag}"; B '$tag' }"#),
            app(r#"args ["--tag={{ tag }}"]"#),
            app("run \"a '$tag'\""),
            app("script '''\n  echo ${tag}\n'''"),
            app("script '''\n  echo \"#{tag}\"\n'''"),
            app("env { A \"${workload.name}\" }"),
        ],
    );
    insta::assert_snapshot!(shown, @r##"
    …{ image "a:1"; env { A "v«${tag}»"; B '$tag' } } }
      `${tag}` does not insert the let `tag`
      fix (safe): change to `#{tag}`
      - …{ image "a:1"; env { A "v${tag}"; B '$tag' } } }
      + …{ image "a:1"; env { A "v#{tag}"; B '$tag' } } }
    …"; env { A "v${tag}"; B '«$tag»' } } }
      `$tag` does not insert the let `tag`
      fix (safe): put the text in double quotes, with `#{tag}` in it
      - …1"; env { A "v${tag}"; B '$tag' } } }
      + …1"; env { A "v${tag}"; B "#{tag}" } } }
    …mage "a:1"; args ["--tag=«{{ tag }}»"] } }
      `{{ tag }}` does not insert the let `tag`
      fix (safe): change to `#{tag}`
      - …mage "a:1"; args ["--tag={{ tag }}"] } }
      + …mage "a:1"; args ["--tag=#{tag}"] } }
    …a { image "a:1"; run "a '«$tag»'" } }
      `$tag` does not insert the let `tag`
      fix (safe): change to `#{tag}`
      - …a { image "a:1"; run "a '$tag'" } }
      + …a { image "a:1"; run "a '#{tag}'" } }
    echo «${tag}»
      `${tag}` does not insert the let `tag`
      fix (safe): put the text in double quotes, with `#{tag}` in it
      - … a { image "a:1"; script '''
      -   echo ${tag}
      - ''' } }
      + … a { image "a:1"; script """
      +   echo #{tag}
      + """ } }
    echo "«#{tag}»"
      `#{tag}` in single quotes does not insert the let `tag`
    … { image "a:1"; env { A "«${workload.name}»" } } }
      `${workload.name}` does not insert the built-in name `workload.name`
      fix (safe): change to `#{workload.name}`
      - … { image "a:1"; env { A "${workload.name}" } } }
      + … { image "a:1"; env { A "#{workload.name}" } } }
    "##);
}

#[test]
fn what_a_program_replaces_is_left_alone() {
    for statements in [
        r#"env { tag "1"; A "${tag}" }"#,
        r#"env { A "${other} \#{tag} #{tag}" }"#,
        "script '''\n  tag=1\n  echo $tag\n'''",
        "script '''\n  for tag in a b; do echo $tag; done\n'''",
        "script '''\n  . ./settings\n  echo $tag\n'''",
        r#"env { from secret("s") }; script "echo $tag""#,
        r#"script "node -e" "const tag = 1; console.log(`${tag}`)""#,
    ] {
        passes(Code::IdleInsertion, &app(statements));
    }
}

#[test]
fn a_pair_becomes_one_statement() {
    let shown = found(
        Code::ListForm,
        [
            env(r#"name "A"; value "b""#),
            r#"pod p { labels { key "app"; value "shop" }; app a { image "a:1" } }"#.to_owned(),
        ],
    );
    insta::assert_snapshot!(shown, @r#"
    …p a { image "a:1"; env { «name» "A"; value "b" } } }
      `name` and `value` are read as two variables
      fix (safe): write the name and its value: `A "b"`
      - …p a { image "a:1"; env { name "A"; value "b" } } }
      + …p a { image "a:1"; env { A "b" } } }
    pod p { labels { «key» "app"; value "shop" }; …
      `key` and `value` are read as two keys
      fix (safe): write the name and its value: `app "shop"`
      - pod p { labels { key "app"; value "shop" }; app a { image…
      + pod p { labels { app "shop" }; app a { image…
    "#);
}

#[test]
fn other_keys_are_left_alone() {
    for block in [
        r#"name "a""#,
        r#""name" "A"; "value" "b""#,
        r#"name "A"; value "b"; C "d""#,
        r#"value "b"; name "A""#,
    ] {
        passes(Code::ListForm, &env(block));
    }
}
