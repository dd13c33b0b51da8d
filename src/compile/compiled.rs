//! Gives the forms of a compiled workload: its object, its YAML and JSON, and its plan.

use crate::admission::NamespaceOf;
use crate::check::Checked;
use crate::emit::{self, YamlDocument};
use crate::kubernetes::version::Version;
use crate::lower::{Object, lower};
use crate::order::Order;
use crate::plan::{Plan, header};

/// A workload that compiled, or the Job of one of its steps.
#[derive(Debug)]
pub struct Compiled {
    /// The workload.
    pub(crate) workload: Checked,
    /// The version of Kubernetes that must accept it.
    pub version: Version,
    /// The order in which its containers start.
    pub(crate) order: Order,
    /// The objects that must be applied before it: the permissions that its pods need.
    pub(crate) access: Vec<Object>,
    /// What its namespace does to its pods, as far as the context says.
    pub(crate) namespace: Option<NamespaceOf>,
}

impl Compiled {
    /// The Kubernetes object, to be serialized.
    ///
    /// ```
    /// # use initflow::compile::{CompileOptions, NoFiles, compile};
    /// let source = r#"pod hello { app web { image "nginx:1.29" } }"#;
    /// let hello = compile("hello.initflow", source.into(), &NoFiles, &CompileOptions::default());
    /// let object = serde_json::to_value(hello.workloads[0].object())?;
    /// assert_eq!(object["kind"], "Pod");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn object(&self) -> impl serde::Serialize + use<> {
        self.lowered()
    }

    pub(crate) fn lowered(&self) -> Object {
        lower(&self.workload, self.order.init_containers())
    }

    /// What starts when and why, and what it costs.
    ///
    /// ```
    /// # use initflow::compile::{CompileOptions, NoFiles, compile};
    /// let source = r#"pod hello { app web { image "nginx:1.29"; memory 64Mi } }"#;
    /// let hello = compile("hello.initflow", source.into(), &NoFiles, &CompileOptions::default());
    /// let plan = hello.workloads[0].plan();
    /// assert_eq!(plan.requests[0].quantity.to_string(), "64Mi");
    /// assert_eq!(plan.qos.to_string(), "Burstable");
    /// ```
    pub fn plan(&self) -> Plan {
        self.plan_in(self.version)
    }

    /// The plan for another version of Kubernetes, which may compute other totals.
    pub fn plan_in(&self, version: Version) -> Plan {
        Plan::of(&self.workload, &self.order, version, self.namespace.as_ref())
    }

    /// The YAML of the object, after that of the objects that must be applied before it. With the name of the source, the
    /// plan is a comment at the top.
    ///
    /// ```
    /// # use initflow::compile::{CompileOptions, NoFiles, compile};
    /// let source = r#"pod hello { app web { image "nginx:1.29"; memory 64Mi } }"#;
    /// let hello = compile("hello.initflow", source.into(), &NoFiles, &CompileOptions::default());
    /// let yaml = hello.workloads[0].yaml(Some("hello.initflow"));
    /// assert!(yaml.starts_with("# Pod hello, compiled by initflow from hello.initflow"));
    /// ```
    pub fn yaml(&self, source: Option<&str>) -> String {
        self.documents(source, emit::yaml)
    }

    /// The same as KYAML, in which each document begins with `---`.
    ///
    /// ```
    /// # use initflow::compile::{CompileOptions, NoFiles, compile};
    /// let source = r#"pod hello { app web { image "nginx:1.29"; memory 64Mi } }"#;
    /// let hello = compile("hello.initflow", source.into(), &NoFiles, &CompileOptions::default());
    /// let kyaml = hello.workloads[0].kyaml(None);
    /// assert!(kyaml.starts_with("---\n{\n  apiVersion: \"v1\",\n  kind: \"Pod\",\n"));
    /// ```
    pub fn kyaml(&self, source: Option<&str>) -> String {
        self.documents(source, emit::kyaml)
    }

    fn documents(&self, source: Option<&str>, emit: impl Fn(&[YamlDocument]) -> String) -> String {
        let object = self.lowered();
        let header = source.map(|source| header(&self.workload, &self.order, self.version, source));
        let access = self.access.iter().map(|object| YamlDocument { header: None, object });
        let documents: Vec<YamlDocument> = access.chain([YamlDocument { header, object: &object }]).collect();
        emit(&documents)
    }

    /// The JSON of the object, or of a `List` with the objects that must be applied before it.
    ///
    /// ```
    /// # use initflow::compile::{CompileOptions, NoFiles, compile};
    /// let source = r#"pod hello { app web { image "nginx:1.29"; memory 64Mi } }"#;
    /// let hello = compile("hello.initflow", source.into(), &NoFiles, &CompileOptions::default());
    /// let object: serde_json::Value = serde_json::from_str(&hello.workloads[0].json())?;
    /// assert_eq!(object["spec"]["containers"][0]["image"], "nginx:1.29");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn json(&self) -> String {
        let object = self.lowered();
        let objects: Vec<&Object> = self.access.iter().chain([&object]).collect();
        emit::json(&objects)
    }
}
