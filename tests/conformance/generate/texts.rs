//! Lists valid texts of fields, which the schema does not have.

/// An object and a field (`*` means any), with texts that are valid there.
const KNOWN: &[(&str, &str, &[&str])] = &[
    ("*", "matchLabelKeys", &["pod-template-hash", "acme.dev/version"]),
    ("*", "mismatchLabelKeys", &["acme.dev/tenant", "mis"]),
    ("AppArmorProfile", "*", &["profiles/shop.json"]),
    ("AzureDiskVolumeSource", "diskURI", &["https://acme.blob/x.vhd"]),
    ("CSIVolumeSource", "driver", &["csi.acme.dev", "secrets-store.csi.k8s.io"]),
    ("Capabilities", "add", &["NET_BIND_SERVICE", "SYS_TIME", "CAP_CHOWN", "SYS_ADMIN"]),
    ("Capabilities", "drop", &["ALL", "NET_RAW", "KILL"]),
    ("ClusterTrustBundleProjection", "signerName", &["acme.dev/signer"]),
    ("ConfigMapKeySelector", "key", &["key", "a.json", "A_B-c", ".x"]),
    ("Container", "terminationMessagePath", &["/dev/log", "relative", "/a b"]),
    ("Container", "workingDir", &["/srv", "relative", "/a b"]),
    ("CronJobSpec", "timeZone", &["Europe/Berlin", "Etc/UTC", "UTC", "America/Argentina/Buenos_Aires"]),
    ("FileKeySelector", "key", &["KEY"]),
    ("FlexVolumeSource", "driver", &["acme.dev/driver", "driver"]),
    ("GitRepoVolumeSource", "directory", &["a", ".", "a/b"]),
    ("HTTPGetAction", "path", &["/healthz", "/a?b=c", "/", "relative"]),
    ("HTTPHeader", "name", &["Host", "X-Probe", "accept"]),
    ("HostPathVolumeSource", "path", &["/var/lib/shop", "/", "/a b", "relative"]),
    ("ISCSIVolumeSource", "initiatorName", &["iqn.2001-04.com.example:disk1"]),
    (
        "ISCSIVolumeSource",
        "iqn",
        &["iqn.2001-04.com.example:disk1", "eui.0123456789ABCDEF", "naa.52004567BA64678D"],
    ),
    ("JobSpec", "managedBy", &["acme.dev/controller"]),
    ("KeyToPath", "key", &["key", "a.json", "A_B-c", ".x"]),
    ("LabelSelectorRequirement", "values", &["a", "B-1", "shop"]),
    ("Lifecycle", "stopSignal", &["SIGTERM", "SIGUSR1", "SIGRTMIN+3"]),
    ("ManagedFieldsEntry", "apiVersion", &["apps/v1"]),
    ("ManagedFieldsEntry", "fieldsType", &["FieldsV1"]),
    ("NFSVolumeSource", "path", &["/srv/data"]),
    ("NodeSelectorRequirement", "values", &["a", "B-1", "shop"]),
    ("ObjectFieldSelector", "apiVersion", &["v1"]),
    ("ObjectMeta", "generateName", &["shop-"]),
    ("OwnerReference", "apiVersion", &["apps/v1"]),
    ("OwnerReference", "kind", &["ReplicaSet"]),
    ("PersistentVolumeClaim", "apiVersion", &["v1"]),
    ("PersistentVolumeClaim", "kind", &["PersistentVolumeClaim"]),
    ("PodAffinityTerm", "topologyKey", &["kubernetes.io/hostname", "topology.kubernetes.io/zone"]),
    ("PodCertificateProjection", "signerName", &["acme.dev/signer"]),
    ("PodDNSConfig", "searches", &["acme.dev", "svc.cluster.local.", "_tcp.acme.dev", "."]),
    ("PodDNSConfigOption", "name", &["ndots", "timeout", "edns0"]),
    ("PodDNSConfigOption", "value", &["2", "", "5"]),
    ("PodFailurePolicyOnExitCodesRequirement", "containerName", &["web"]),
    ("PodFailurePolicyOnPodConditionsPattern", "type", &["DisruptionTarget", "Acme", "a.b/C"]),
    ("QuobyteVolumeSource", "registry", &["quobyte:7861"]),
    ("ResourceFieldSelector", "containerName", &["web"]),
    (
        "ResourceFieldSelector",
        "resource",
        &[
            "limits.cpu",
            "limits.memory",
            "limits.ephemeral-storage",
            "requests.cpu",
            "requests.memory",
            "requests.ephemeral-storage",
            "limits.hugepages-2Mi",
        ],
    ),
    ("SeccompProfile", "*", &["profiles/shop.json"]),
    ("SecretKeySelector", "key", &["key", "a.json", "A_B-c", ".x"]),
    ("SuccessPolicyRule", "succeededIndexes", &["0", "0-1", "0,1"]),
    (
        "Sysctl",
        "name",
        &["kernel.shm_rmid_forced", "net.ipv4.tcp_syncookies", "net/core/somaxconn", "vm.a_b"],
    ),
    ("Sysctl", "value", &["1", ""]),
    ("Toleration", "value", &["a", "B-1", "shop"]),
    ("TopologyConstraint", "key", &["kubernetes.io/hostname", "topology.kubernetes.io/zone"]),
    ("TopologySpreadConstraint", "topologyKey", &["kubernetes.io/hostname", "topology.kubernetes.io/zone"]),
    ("TypedLocalObjectReference", "apiGroup", &[""]),
    ("TypedLocalObjectReference", "kind", &["PersistentVolumeClaim"]),
    ("TypedObjectReference", "apiGroup", &[""]),
    ("TypedObjectReference", "kind", &["PersistentVolumeClaim"]),
    ("VolumeDevice", "devicePath", &["/dev/xvda"]),
    ("WindowsSecurityContextOptions", "gmsaCredentialSpec", &["{}"]),
    ("WindowsSecurityContextOptions", "runAsUserName", &["ContainerUser", "ACME\\shop"]),
];

/// The fields of a pod that a variable can refer to.
pub(super) const IN_VARIABLE: &[&str] = &[
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "metadata.labels['app']",
    "metadata.annotations['a.b/c']",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];

/// The fields of a pod that a file can have.
pub(super) const IN_FILE: &[&str] = &[
    "metadata.name",
    "metadata.namespace",
    "metadata.labels",
    "metadata.annotations",
    "metadata.uid",
    "metadata.labels['app']",
];

/// The valid texts of a field, if there are only few.
pub(super) fn known(object: &str, field: &str) -> Option<&'static [&'static str]> {
    let fits = |pattern: &str, name: &str| pattern == "*" || pattern == name;
    let found = KNOWN.iter().find(|(of, name, _)| fits(of, object) && fits(name, field));
    found.map(|(_, _, texts)| *texts)
}
