//! Tests `initflow test`: which cases run, and how they are reported.

use super::Folder;

const SHOP: &str = "deployment shop {
  sidecar proxy { image \"envoyproxy/envoy:v1.31\"; memory 64Mi; started tcp 80 }
  step warm-up { image \"shop:1\"; memory 64Mi; run \"shop warm-up\"; after proxy }
  app web { image \"shop:1\"; memory 64Mi }
  app metrics { image \"shop:1\"; memory 64Mi }
}
";

const CASES: &str = "[[case]]
name = \"what is before the apps\"
order = [\"proxy\", \"warm-up\"]

[[case]]
name = \"the whole order\"
order = [\"proxy\", \"warm-up\", \"web\", \"metrics\"]

[[case]]
name = \"prod <costs>\"
requests = { memory = \"1Gi\" }
";

fn shop() -> Folder {
    Folder::new().with("apps/shop.initflow", SHOP).with("apps/shop.test.toml", CASES)
}

#[test]
fn an_order_may_have_the_apps() {
    let folder = shop();
    let ran = folder.runs("test .").ends_with(1);
    ran.prints("ok    ./apps/shop.test.toml: what is before the apps\n")
        .prints("ok    ./apps/shop.test.toml: the whole order\n")
        .prints("FAIL  ./apps/shop.test.toml:9: prod <costs>\n")
        .prints("\n2 passed, 1 failed\n");
    let wrong = "[[case]]\nname = \"x\"\norder = [\"proxy\", \"warm-up\", \"web\"]\n";
    let folder = folder.with("apps/shop.test.toml", wrong);
    folder
        .runs("test .")
        .ends_with(1)
        .prints("expected the order proxy, warm-up, web, found proxy, warm-up, web, metrics");
}

#[test]
fn a_filter_chooses_cases() {
    let folder = shop();
    folder
        .runs("test --filter whole .")
        .ends_with(0)
        .prints("\n1 passed, 0 failed, 2 left out by --filter\n");
    folder
        .runs("test --filter what* --filter *order .")
        .ends_with(0)
        .prints("\n2 passed, 0 failed, 1 left out");
    folder.runs("test --filter apps/shop .").ends_with(1).prints("\n2 passed, 1 failed\n");
    let ran = folder.runs("test --filter nothing .").ends_with(2).prints_nothing();
    ran.says("error: no case matches --filter\n");
    folder.runs("test --filter [ .").ends_with(2).says("--filter");
}

#[test]
fn tests_are_reported_in_every_format() {
    let folder = shop();
    let report = |format: &str| folder.runs(&format!("test --format {format} .")).ends_with(1).stdout;
    let json: serde_json::Value = serde_json::from_str(&report("json")).expect("JSON");
    let passed: Vec<_> =
        json["tests"].as_array().expect("tests").iter().map(|test| &test["passed"]).collect();
    assert_eq!(passed, [true, true, false]);
    assert_eq!(json["diagnostics"][0]["name"], "failed-test");
    assert_eq!(json["diagnostics"][0]["place"]["start"]["line"], 11);
    let junit = report("junit");
    assert!(
        junit.contains("<testsuite name=\"initflow\" tests=\"3\" failures=\"1\" errors=\"0\">"),
        "{junit}"
    );
    assert!(
        junit.contains("<testcase classname=\"apps/shop.test.toml\" name=\"the whole order\"/>"),
        "{junit}"
    );
    assert!(junit.contains("name=\"prod &lt;costs&gt;\">\n      <failure type=\"failed-test\""), "{junit}");
    assert!(
        report("short").starts_with("apps/shop.test.toml:11:14: error[failed-test]: test `prod <costs>`: ")
    );
    assert!(report("github").starts_with("::error file=apps/shop.test.toml,line=11,"));
    assert!(report("gitlab").contains("\"check_name\": \"failed-test\""));
    assert!(report("sarif").contains("\"ruleId\": \"failed-test\""));
    folder.runs("test --format junit --report out.xml .").ends_with(1).prints("2 passed, 1 failed\n");
    assert!(folder.text("out.xml").contains("tests=\"3\""));
}
