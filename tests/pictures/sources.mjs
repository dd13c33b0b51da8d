// Writes the sources that ./run draws into the current folder: pods of 3, 12 and 30 containers, with and without devices.
import { writeFileSync } from "node:fs";

// Long and short names, as people write them.
const NAMES = ["schema", "fetch-the-weights-of-the-model", "render-settings", "warm-up", "wait", "unpack", "permissions-of-the-uploads-folder"];

function source(containers, devices) {
  const title = `recommender-${containers}${devices ? "-devices" : ""}`;
  const lines = [
    `deployment ${title} {`,
    "  replicas 3",
    "  progressDeadlineSeconds 1200",
    "  volume weights",
    "  volume settings-of-the-service",
    "  volume logs",
    '  sidecar proxy { image "registry.acme.dev/proxy:1"; cpu 200m..400m; memory 128Mi..256Mi; started http 8080 /ready; takes 2s..8s }',
  ];
  const [sidecars, apps] = containers > 20 ? [3, 4] : containers > 5 ? [2, 2] : [1, 1];
  const steps = containers - sidecars - apps;
  for (let nth = 0; nth < steps; nth += 1) {
    const name = `${NAMES[nth % NAMES.length]}${nth < NAMES.length ? "" : `-${nth}`}`;
    const writes = nth === 0 ? "weights" : nth === 2 ? "settings-of-the-service" : "";
    const rest = [
      `cpu ${[100, 250, 1500, 500][nth % 4]}m..2`,
      `memory ${[64, 2048, 256, 512, 3072][nth % 5]}Mi..4Gi`,
      `takes ${1 + (nth % 4)}s..${(nth + 1) * 4}s`,
      ...(writes ? [`writes ${writes} at /out`] : []),
      ...(nth > 2 && nth % 3 === 0 ? ["reads weights at /weights"] : []),
      ...(nth > 3 && nth % 4 === 0 ? [`after ${NAMES[1]}`] : []),
      ...(devices && nth === 1 ? ['resource "nvidia.com/gpu" 2'] : []),
    ];
    lines.push(`  step ${name} { image "registry.acme.dev/tools:1"; run "work"; ${rest.join("; ")} }`);
  }
  for (let nth = 1; nth < sidecars; nth += 1) {
    lines.push(`  sidecar shipper-${nth} { image "registry.acme.dev/shipper:1"; cpu 50m; memory 64Mi; reads logs at /logs }`);
  }
  for (let nth = 0; nth < apps; nth += 1) {
    const devices_ = nth === 0 && devices
      ? '; resource "nvidia.com/gpu" 1; resource "hugepages-2Mi" 512Mi; resource "registry.acme.dev/programmable-network-function" 4; storage 10Gi..20Gi'
      : "";
    const settings = nth === 0 && steps > 2 ? "; reads settings-of-the-service at /settings" : "";
    const logs = sidecars > 1 ? "; writes logs at /logs" : "";
    lines.push(`  app serve-${nth} { image "registry.acme.dev/serve:1"; cpu 2..4; memory 3Gi..${nth === 0 ? 6 : 4}Gi${devices_}; reads weights at /weights${settings}${logs} }`);
  }
  lines.push("}", "");
  // Nothing writes to the volumes of a pod that is too small for it.
  const text = lines.join("\n");
  const unused = ["settings-of-the-service", "logs"].filter((volume) => !text.includes(`s ${volume} at`));
  return unused.reduce((kept, volume) => kept.replace(`  volume ${volume}\n`, ""), text);
}

for (const containers of [3, 12, 30]) {
  for (const devices of [false, true]) {
    writeFileSync(`${devices ? "devices" : "plain"}-${containers}.initflow`, source(containers, devices));
  }
}
