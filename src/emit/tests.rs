use super::literal::fits_block;
use super::*;
use crate::kubernetes::schema;
use k8s_openapi::api::core::v1::{Container, EmptyDirVolumeSource, EnvVar, Pod, PodSpec, Volume};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop_assert_eq, prop_oneof, proptest};
use proptest::sample::select;
use serde::Serializer;
use serde_saphyr::{LitStr, SerializerOptions};
use serde_yaml::Value;

/// A pod with the texts in every place for free text: keys and values of maps, items of lists, and fields of objects in
/// lists.
fn pod(texts: &[String]) -> Pod {
    let map = || Some(texts.iter().map(|text| (text.clone(), text.clone())).collect());
    let variable = |text: &String| EnvVar { name: text.clone(), value: Some(text.clone()), value_from: None };
    Pod {
        metadata: ObjectMeta { name: Some("texts".into()), annotations: map(), ..ObjectMeta::default() },
        spec: Some(PodSpec {
            containers: vec![Container {
                name: "app".into(),
                command: Some(texts.to_vec()),
                env: Some(texts.iter().map(variable).collect()),
                working_dir: texts.last().cloned(),
                ..Container::default()
            }],
            ..PodSpec::default()
        }),
        status: None,
    }
}

fn object(texts: &[String]) -> Object {
    Object::Pod(Box::new(pod(texts)))
}

fn emitted(texts: &[String]) -> String {
    yaml(&[YamlDocument { header: None, object: &object(texts) }])
}

/// The YAML of an item of a list.
fn item(text: &str) -> String {
    let pod = Pod {
        spec: Some(PodSpec {
            containers: vec![Container { command: Some(vec![text.into()]), ..Container::default() }],
            ..PodSpec::default()
        }),
        ..Pod::default()
    };
    let yaml = yaml(&[YamlDocument { header: None, object: &Object::Pod(Box::new(pod)) }]);
    yaml.split_once("command:\n    - ").unwrap().1.to_owned()
}

#[test]
fn fields_are_in_the_order_in_which_people_write_them() {
    let volume =
        Volume { name: "tmp".into(), empty_dir: Some(EmptyDirVolumeSource::default()), ..Volume::default() };
    let mut pod = pod(&["sh".into(), "-c".into(), "sleep 1\nexec \"$@\"\n".into(), "8000".into()]);
    let spec = pod.spec.as_mut().unwrap();
    spec.volumes = Some(vec![volume]);
    spec.containers[0].env.as_mut().unwrap().truncate(1);
    spec.containers[0].image = Some("nginx:1.27".into());
    pod.metadata.annotations = None;
    let object = Object::Pod(Box::new(pod));
    let document = YamlDocument { header: Some("Pod texts\n\n  order: app\n".into()), object: &object };
    insta::assert_snapshot!(yaml(&[document.clone(), document]), @r#"
    # Pod texts
    #
    #   order: app
    apiVersion: v1
    kind: Pod
    metadata:
      name: texts
    spec:
      containers:
      - name: app
        image: nginx:1.27
        command:
        - sh
        - -c
        - |
          sleep 1
          exec "$@"
        - "8000"
        workingDir: "8000"
        env:
        - name: sh
          value: sh
      volumes:
      - name: tmp
        emptyDir: {}
    ---
    # Pod texts
    #
    #   order: app
    apiVersion: v1
    kind: Pod
    metadata:
      name: texts
    spec:
      containers:
      - name: app
        image: nginx:1.27
        command:
        - sh
        - -c
        - |
          sleep 1
          exec "$@"
        - "8000"
        workingDir: "8000"
        env:
        - name: sh
          value: sh
      volumes:
      - name: tmp
        emptyDir: {}
    "#);
}

#[test]
fn documents_keep_their_order() {
    let objects: Vec<Object> = (0..300).map(|at| object(&[at.to_string()])).collect();
    let documents: Vec<_> = objects.iter().map(|object| YamlDocument { header: None, object }).collect();
    let one_by_one: Vec<String> =
        documents.iter().map(|document| yaml(std::slice::from_ref(document))).collect();
    assert_eq!(yaml(&documents), one_by_one.join(SEPARATOR));
}

#[test]
fn several_objects_are_one_list() {
    let object = Object::Pod(Box::default());
    insta::assert_snapshot!(json(&[&object]), @r#"
    {
      "apiVersion": "v1",
      "kind": "Pod",
      "metadata": {}
    }
    "#);
    insta::assert_snapshot!(json(&[&object, &object]), @r#"
    {
      "apiVersion": "v1",
      "kind": "List",
      "items": [
        {
          "apiVersion": "v1",
          "kind": "Pod",
          "metadata": {}
        },
        {
          "apiVersion": "v1",
          "kind": "Pod",
          "metadata": {}
        }
      ]
    }
    "#);
}

#[test]
fn scripts_are_blocks_wherever_all_readers_agree() {
    for text in ["a\n", "a\nb", "  a\nb\n\n", "\n\na\n", " \na\n", "a\t\n b \n", "# a: é\n'b'\n"] {
        assert!(item(text).starts_with('|'), "{text:?}");
    }
    for text in
        ["\n", "a\r\nb\n", "\ta\nb", "\n\ta", "a\u{85}\n", "a\u{2028}\n", "a\u{feff}\n", "a\u{7}\n", "\0\n"]
    {
        assert!(item(text).starts_with('"'), "{text:?}");
    }
    assert_eq!(item(&"word ".repeat(100)).lines().count(), 1, "nothing is folded");
}

/// A value as serde-saphyr itself writes it, apart from the decision which texts are blocks.
struct Whole<'v>(&'v Value);

impl Serialize for Whole<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::String(text) if fits_block(text) => LitStr(text).serialize(serializer),
            Value::Sequence(items) => serializer.collect_seq(items.iter().map(Whole)),
            Value::Mapping(map) => {
                serializer.collect_map(map.iter().map(|(key, value)| (key.as_str().unwrap(), Whole(value))))
            }
            scalar => scalar.serialize(serializer),
        }
    }
}

/// Whether the YAML is, byte for byte, what serde-saphyr makes of the same objects as a whole.
fn assert_as_saphyr(yaml: &str) {
    let value = serde_yaml::from_str(yaml).unwrap();
    let mut options = SerializerOptions::default();
    options.prefer_block_scalars = false;
    let mut whole = String::new();
    serde_saphyr::to_fmt_writer_with_options(&mut whole, &Whole(&value), options).unwrap();
    assert_eq!(yaml, whole);
}

/// Tries every text of up to six of the characters that decide the shape of a block.
#[test]
fn texts_of_every_shape_are_read_back() {
    let mut texts = vec![String::new()];
    for _ in 0..6 {
        let longer =
            texts.iter().flat_map(|text| ['x', ' ', '\n', '\t', '#'].map(|next| format!("{text}{next}")));
        texts = longer.chain([String::new()]).collect();
    }
    for texts in texts.chunks(100) {
        let yaml = emitted(texts);
        assert_eq!(serde_yaml::from_str::<Pod>(&yaml).unwrap(), pod(texts));
        assert_as_saphyr(&yaml);
    }
}

/// Tries every text of up to three of the characters that decide whether a text needs quotes.
#[test]
fn short_texts_are_quoted_as_by_saphyr() {
    let letters = "ny0e1x-+.:/$# _~'~T";
    let mut texts = vec![String::new()];
    for _ in 0..3 {
        let longer = texts.iter().flat_map(|text| letters.chars().map(move |next| format!("{text}{next}")));
        texts = longer.chain([String::new()]).collect();
    }
    texts.extend(
        [
            "Null", "TRUE", "false", "Yes", "no", "On", "off", "NaN", "-inf", "+Inf", "-.inf", "---",
            "--- a", "512Mi", "30s", "10.0.0.1", "250m",
        ]
        .map(String::from),
    );
    for texts in texts.chunks(1000) {
        assert_as_saphyr(&emitted(texts));
    }
}

#[test]
fn no_name_of_a_field_needs_quotes() {
    for field in schema::objects().iter().flat_map(|object| object.fields) {
        let mut key = String::new();
        scalar::key(&mut key, field.name, 0);
        assert_eq!(key, format!("{}:", field.name));
    }
}

#[test]
fn long_texts_are_read_back() {
    let texts = ["x", "a: ", "é\u{7}", "a line\n", "\n"].map(|part| part.repeat(2000));
    let yaml = emitted(&texts);
    assert_eq!(serde_yaml::from_str::<Pod>(&yaml).unwrap(), pod(&texts));
    assert_as_saphyr(&yaml);
}

fn any_text() -> impl Strategy<Value = String> {
    let words = [
        "yes",
        "null",
        "~",
        "8000",
        "0400",
        "1e3",
        "1:30",
        "2001-01-01",
        "---",
        "...",
        "<<",
        "{{ x }}",
        "x: y",
    ];
    let marks = [
        " ", "\n", "\n  ", "\t", "# ", ": ", "- ", "'", "\"", "\\", "%", "&", "*", "!", "|", ">", "[", "{",
        ",",
    ];
    let specials = [
        "\r",
        "\0",
        "\u{1b}",
        "\u{7f}",
        "\u{85}",
        "\u{a0}",
        "\u{2028}",
        "\u{feff}",
        "\u{fffe}",
        "\u{10ffff}",
    ];
    let char = any::<char>().prop_map(String::from);
    let piece = prop_oneof![
        select(words.to_vec()).prop_map(String::from),
        select(marks.to_vec()).prop_map(String::from),
        select(specials.to_vec()).prop_map(String::from),
        char
    ];
    vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_text_is_read_back(texts in vec(any_text(), 1..8)) {
        let yaml = emitted(&texts);
        prop_assert_eq!(&serde_yaml::from_str::<Pod>(&yaml).unwrap(), &pod(&texts));
        assert_as_saphyr(&yaml);
        prop_assert_eq!(&serde_json::from_str::<Pod>(&json(&[&object(&texts)])).unwrap(), &pod(&texts));
    }

    #[test]
    fn no_header_breaks_out_of_its_comment(header in any_text()) {
        let yaml = yaml(&[YamlDocument { header: Some(header), object: &object(&[]) }]);
        prop_assert_eq!(&serde_yaml::from_str::<Pod>(&yaml).unwrap(), &pod(&[]));
    }
}
