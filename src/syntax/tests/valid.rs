//! Tests how valid sources are read.

use super::check;
use insta::assert_snapshot;

#[test]
fn statements() {
    assert_snapshot!(check(r##"
use "platform.initflow"
param replicas: int = 3; param stage: "dev" | "prod" = "dev"
let image = "registry.acme.dev/shop:#{tag}" # the image
deployment shop {
  volume creds memory 1Mi
  env { A "x"; B "y" }
  "app.kubernetes.io/part-of" "shop"
  empty { }
}
"##), @r#"
    use "platform.initflow"
    param replicas: int = 3; param stage: "dev" | "prod" = "dev"
    let image = "registry.acme.dev/shop:#{tag}" # the image
    deployment shop {
      volume creds memory 1Mi
      env { A "x"; B "y" }
      "app.kubernetes.io/part-of" "shop"
      empty { }
    }
    ---
    use "platform.initflow"
    param replicas Colon int Assign 3
    param stage Colon "dev" Bar "prod" Assign "dev"
    let image Assign "registry.acme.dev/shop:<tag>"
    deployment shop {
      volume creds memory 1Mi
      env {
        A "x"
        B "y"
      }
      "app.kubernetes.io/part-of" "shop"
      empty {}
    }
    "#);
}

#[test]
fn values() {
    assert_snapshot!(check(r##"
cpu 250m..1; memory ..512Mi; x -1 0.5 1.5Gi 1h30m 25% 0644
mount at /etc/shop/a-b_c.conf
ready http web /
args ["a", b, 3, [4], ] []
call f() secret("a", optional: true, size: 1..2) platform.proxy(instance: "x")
when a == "x" && !b || (c != 2) { }
"##), @r#"
    cpu 250m..1; memory ..512Mi; x -1 0.5 1.5Gi 1h30m 25% 0644
    mount at /etc/shop/a-b_c.conf
    ready http web /
    args ["a", b, 3, [4], ] []
    call f() secret("a", optional: true, size: 1..2) platform.proxy(instance: "x")
    when a == "x" && !b || (c != 2) { }
    ---
    cpu <250m..1>
    memory <..512Mi>
    x -1 0.5 1.5Gi 1h30m 25% 0644
    mount at /etc/shop/a-b_c.conf
    ready http web /
    args ["a", b, 3, [4]] []
    call f() secret("a", optional: true, size: <1..2>) platform.proxy(instance: "x")
    when a Equal "x" And Not b Or (c NotEqual 2) {}
    "#);
}

#[test]
fn templates() {
    assert_snapshot!(check(r##"
template app web(port: int = 8080, tier: "a" | "b" = "a") { }
template part vault(
  path: string, # where it is
  size: memory
) { }
when dev { a } else { b }
else(x) { }
"##), @r#"
    template app web(port: int = 8080, tier: "a" | "b" = "a") { }
    template part vault(
      path: string, # where it is
      size: memory
    ) { }
    when dev { a } else { b }
    else(x) { }
    ---
    template app web(port: int Assign 8080, tier: "a" Bar "b" Assign "a") {}
    template part vault(path: string, size: memory) {}
    when dev {
      a
    }
    else {
      b
    }
    else (x) {}
    "#);
}

#[test]
fn strings() {
    assert_snapshot!(check(r##"
a "" '' "a\n\t\r\\\"\#{x}\u{e9}" 'raw \n #{x}' "#{a}-#{ b.c }!"
"##), @r##"
    a "" '' "a\n\t\r\\\"\#{x}\u{e9}" 'raw \n #{x}' "#{a}-#{ b.c }!"
    ---
    a "" "" "a\n\t\r\\\"#{x}é" "raw \\n #{x}" "<a>-<b.c>!"
    "##);
}

#[test]
fn multi_line_strings() {
    assert_snapshot!(check(r##"
step a {
  script '''
    one \n #{x}

      two
    '''
  script """
      a #{x}
    b\tc""" after
  x '''
  '''
}
"##), @r#"
    step a {
      script '''
        one \n #{x}

          two
        '''
      script """
          a #{x}
        b\tc""" after
      x '''
      '''
    }
    ---
    step a {
      script "one \\n #{x}\n\n  two\n"
      script "  a <x>\nb\tc" after
      x ""
    }
    "#);
}

#[test]
fn line_ends_and_byte_order_mark() {
    assert_snapshot!(check("\u{feff}a 1\r\nb '''\r\n  x\r\n  y\r\n'''\r\nc\r\n"), @r#"
    \u{feff}a 1\u{d}
    b '''\u{d}
      x\u{d}
      y\u{d}
    '''\u{d}
    c
    ---
    a 1
    b "x\ny\n"
    c
    "#);
}

#[test]
fn brackets_span_lines() {
    assert_snapshot!(check(r##"
args [
  "a", # one
  # two
  "b",
]
x f(
  a: 1,
  b: "c"
) tail
when (a
  && b) { }
"##), @r#"
    args [
      "a", # one
      # two
      "b",
    ]
    x f(
      a: 1,
      b: "c"
    ) tail
    when (a
      && b) { }
    ---
    args ["a", "b"]
    x f(a: 1, b: "c") tail
    when (a And b) {}
    "#);
}
