//! Tests that one mistake does not affect what comes after it.

use super::check;
use insta::assert_snapshot;

#[test]
fn unclosed_strings() {
    assert_snapshot!(check(r##"
app web {
  image "x
  env { A "x }
  env { B 'y; C "z"
  }
  run "y
}
app "b {
  x
}
"##), @r#"
    app web {
      image "x
      env { A "x }
      env { B 'y; C "z"
      }
      run "y
    }
    app "b {
      x
    }
    ---
    app web {
      !image "x"
      env {
        !A "x }"
      }
      env {
        !B "y; C \"z\""
      }
      !run "y"
    }
    !app "b {" {
      x
    }
    2:9 unclosed-string: this string is never closed ["] opened here
      2:11 its line ends here
      Unsafe: add the closing `"` => image "x"
    3:11 unclosed-string: this string is never closed ["] opened here
      3:15 its line ends here
    4:11 unclosed-string: this string is never closed ['] opened here
      4:20 its line ends here
    6:7 unclosed-string: this string is never closed ["] opened here
      6:9 its line ends here
      Unsafe: add the closing `"` => run "y"
    8:5 unclosed-string: this string is never closed ["] opened here
      8:9 its line ends here
    "#);
}

#[test]
fn unclosed_multi_line_strings() {
    assert_snapshot!(check(r##"
step a {
  script '''
    one
  image "x"
}
step b {
  script """
    two
    """
}
step c {
  script '''
    three
"##), @r#"
    step a {
      script '''
        one
      image "x"
    }
    step b {
      script """
        two
        """
    }
    step c {
      script '''
        three
    ---
    step a {
      !script "one\n"
      image "x"
    }
    step b {
      script "two\n"
    }
    step c {
      !script "three\n"
    }
    2:10 unclosed-string: this string is never closed ['''] opened here
      4:3 assumed to end before this line, which is not deeper than the opening line
    11:8 unclosed-block: this block is never closed [{] opened here
      11:1 the statement that the block belongs to
    12:10 unclosed-string: this string is never closed ['''] opened here
    "#);
}

#[test]
fn missing_end() {
    assert_snapshot!(check(r##"
deployment shop {
  app web {
    image "x"

  app api {
    image "y"
  }
}
job x { }
"##), @r#"
    deployment shop {
      app web {
        image "x"

      app api {
        image "y"
      }
    }
    job x { }
    ---
    deployment shop {
      app web {
        image "x"
      }
      app api {
        image "y"
      }
    }
    job x {}
    2:11 unclosed-block: this block is never closed [{] opened here
      2:3 the statement that the block belongs to
      5:3 assumed to end before this
      Unsafe: add a `}` where the block ends => app web {
    "#);
}

#[test]
fn missing_last_end() {
    assert_snapshot!(check(r##"
deployment shop {
  app web {
    image "x"
  }

job x { }
"##), @r#"
    deployment shop {
      app web {
        image "x"
      }

    job x { }
    ---
    deployment shop {
      app web {
        image "x"
      }
    }
    job x {}
    1:17 unclosed-block: this block is never closed [{] opened here
      1:1 the statement that the block belongs to
      6:1 assumed to end before this
      Unsafe: add a `}` where the block ends => deployment shop {
    "#);
}

#[test]
fn missing_end_on_one_line() {
    assert_snapshot!(check(r##"
app web {
  env { A "x"
  image "y"
}
"##), @r#"
    app web {
      env { A "x"
      image "y"
    }
    ---
    app web {
      env {
        A "x"
      }
      image "y"
    }
    2:7 unclosed-block: this block is never closed [{] opened here
      2:3 the statement that the block belongs to
      3:3 assumed to end before this
      Unsafe: add a `}` where the block ends => env { A "x"
    "#);
}

#[test]
fn missing_start() {
    assert_snapshot!(check(r##"
deployment shop {
  app web
    image "x"
    env { A "x" }
  }
  app api { }
}
"##), @r#"
    deployment shop {
      app web
        image "x"
        env { A "x" }
      }
      app api { }
    }
    ---
    deployment shop {
      app web {
        image "x"
        env {
          A "x"
        }
      }
      app api {}
    }
    2:3 missing-brace: this block has no `{` [app web] a `{` is missing after this
      5:3 the block ends here
      Unsafe: add a `{` at the end of this line => app web {
    "#);
}

#[test]
fn missing_start_at_the_edge() {
    assert_snapshot!(check(r##"
deployment shop
  app web { }
}
job x { }
"##), @r#"
    deployment shop
      app web { }
    }
    job x { }
    ---
    deployment shop {
      app web {}
    }
    job x {}
    1:1 missing-brace: this block has no `{` [deployment shop] a `{` is missing after this
      3:1 the block ends here
      Unsafe: add a `{` at the end of this line => deployment shop {
    "#);
}

#[test]
fn missing_start_on_one_line() {
    assert_snapshot!(check(r##"
app web {
  env A "x" }
  image "y"
}
"##), @r#"
    app web {
      env A "x" }
      image "y"
    }
    ---
    app web {
      env A "x"
      image "y"
    }
    2:13 stray-brace: this `}` has no matching `{` [}] no block is open here
      Unsafe: remove the `}` => env A "x"
    "#);
}

#[test]
fn stray_end() {
    assert_snapshot!(check(r##"
app web {
  image "x"
  }
  run "y"
}
job x { }
}
"##), @r#"
    app web {
      image "x"
      }
      run "y"
    }
    job x { }
    }
    ---
    app web {
      image "x"
      run "y"
    }
    job x {}
    3:3 stray-brace: this `}` has no matching `{` [}] no block is open here
      Unsafe: remove the `}` => 
    7:1 stray-brace: this `}` has no matching `{` [}] no block is open here
      Unsafe: remove the `}` =>
    "#);
}

#[test]
fn not_indented() {
    assert_snapshot!(check(r##"
app web {
image "x"
env {
A "x"
}
job x {
}
"##), @r#"
    app web {
    image "x"
    env {
    A "x"
    }
    job x {
    }
    ---
    app web {
      image "x"
      env {
        A "x"
      }
    }
    job x {}
    1:9 unclosed-block: this block is never closed [{] opened here
      1:1 the statement that the block belongs to
      Safe: add a `}` at the end of the block => app web {
    "#);
}

#[test]
fn bad_indentation_is_accepted() {
    assert_snapshot!(check(r##"
   app web {
image "x"
     env {
 A "x"
         } }
job x {
}
"##), @r#"
       app web {
    image "x"
         env {
     A "x"
             } }
    job x {
    }
    ---
    app web {
      image "x"
      env {
        A "x"
      }
    }
    job x {}
    "#);
}

#[test]
fn too_deep_brackets() {
    assert_snapshot!(check(r##"
a [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]
b
"##), @r#"
    a [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]
    b
    ---
    !a [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]
    b
    1:67 too-deep: brackets nest more than 64 deep [[] the first one that is too deep
    "#);
}

#[test]
fn left_open_then_closed() {
    assert_snapshot!(check(r##"
args ["a",
image "x"
]
b (c]
"##), @r#"
    args ["a",
    image "x"
    ]
    b (c]
    ---
    !args ["a"]
    image "x"
    !b (c)
    1:6 unclosed-bracket: this bracket is never closed [[] opened here
      1:11 assumed to end here
      Unsafe: add the `]` => args ["a",]
    4:3 unclosed-bracket: this bracket is never closed [(] opened here
      4:5 `]` does not close it
      Unsafe: add the `)` => b (c)]
    "#);
}
