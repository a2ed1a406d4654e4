import { execFile } from 'node:child_process';
import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { LocalStackError } from '../local-stack-error.ts';
import type { Processes } from '../processes.ts';
import { type Progress, withProgress } from '../progress.ts';
import { makeFolder } from './cache.ts';
import {
  type Binary,
  ETCD_VERSION,
  GO_VERSION,
  HELM_VERSION,
  KSTATUS_VERSION,
  KUBERNETES_VERSION,
} from './versions.ts';

const run = promisify(execFile);

/** How a program is built: in which wrapper module, as which package, with which linker flag beside those of all. */
interface Recipe {
  readonly module: string;
  readonly package: string;
  readonly version?: string;
}

const KUBERNETES = `kubernetes-${KUBERNETES_VERSION}`;
/** Clients refuse an API server that can't name its version. */
const KUBERNETES_FLAG = `-X k8s.io/component-base/version.gitVersion=v${KUBERNETES_VERSION}`;
const kubernetes = (command: string): Recipe => ({
  module: KUBERNETES,
  package: `k8s.io/kubernetes/cmd/${command}`,
  version: KUBERNETES_FLAG,
});

/** The Kubernetes that Helm renders for where it has no cluster to ask. */
const [MAJOR, MINOR] = KUBERNETES_VERSION.split('.');
const HELM_KUBERNETES = ['pkg/chartutil', 'pkg/lint/rules']
  .map((name) => `helm.sh/helm/v3/${name}`)
  .map((name) => `-X ${name}.k8sVersionMajor=${MAJOR} -X ${name}.k8sVersionMinor=${MINOR}`)
  .join(' ');

const RECIPES: Readonly<Record<Binary, Recipe>> = {
  'kube-apiserver': kubernetes('kube-apiserver'),
  kubectl: kubernetes('kubectl'),
  'kube-controller-manager': kubernetes('kube-controller-manager'),
  'kube-scheduler': kubernetes('kube-scheduler'),
  kubelet: kubernetes('kubelet'),
  etcd: { module: `etcd-${ETCD_VERSION}`, package: '.' },
  pause: { module: 'pause', package: '.' },
  kstatus: { module: `kstatus-${KSTATUS_VERSION}`, package: '.' },
  helm: {
    module: `helm-${HELM_VERSION}`,
    package: 'helm.sh/helm/v3/cmd/helm',
    version: `-X helm.sh/helm/v3/internal/version.version=v${HELM_VERSION} ${HELM_KUBERNETES}`,
  },
};

/** Builds a program of a cluster from its Go module, in a module of ours that wraps it. */
export async function buildBinary(
  binary: Binary,
  target: string,
  processes: Processes,
  progress: Progress,
): Promise<void> {
  await requireGo();
  const recipe = RECIPES[binary];
  const folder = join(dirname(target), 'build', recipe.module);
  makeFolder(folder);
  const environment = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=mod' };
  const go = (what: string, ...args: string[]) =>
    withProgress(
      progress,
      what,
      processes.run({ name: `build-${binary}`, command: 'go', args, environment, cwd: folder }),
    );

  progress(
    `building ${binary} with Go; the first time this takes minutes, afterwards it is cached in ${dirname(target)}`,
  );
  if (binary === 'etcd') writeEtcdModule(folder);
  else if (binary === 'helm') writeHelmModule(folder, recipe.package);
  else if (binary === 'pause') writePauseModule(folder);
  else if (binary === 'kstatus') writeKstatusModule(folder);
  else await writeKubernetesModule(folder, progress);
  await go(`fetching the Go modules of ${binary}`, 'mod', 'tidy').catch((cause) => {
    throw new LocalStackError(`check the network and GOPROXY: ${cause.message}`, { cause });
  });
  const output = join(folder, binary);
  const flags = `-ldflags=${['-s', '-w', recipe.version].filter(Boolean).join(' ')}`;
  await go(`building ${binary}`, 'build', flags, '-o', output, recipe.package);
  chmodSync(output, 0o755);
  renameSync(output, target);
}

async function requireGo(): Promise<void> {
  const advice = `install Go ${GO_VERSION} or newer, or set KUBEBUILDER_ASSETS to a folder with kube-apiserver, etcd and kubectl`;
  let version: string;
  try {
    version = (await run('go', ['env', 'GOVERSION'])).stdout.trim();
  } catch (cause) {
    throw new LocalStackError(`the control plane has to be built and there is no Go on the PATH: ${advice}`, {
      cause,
    });
  }
  if (!isGoRecent(version))
    throw new LocalStackError(
      `the control plane has to be built and ${version} is too old for it: ${advice}`,
    );
}

/** Whether a version as `go env GOVERSION` tells it, such as go1.26.8, can build the control plane. */
export function isGoRecent(version: string): boolean {
  const [major = 0, minor = 0] = version
    .replace(/^go/, '')
    .split('.')
    .map((part) => Number.parseInt(part, 10));
  const [wantedMajor = 0, wantedMinor = 0] = GO_VERSION.split('.').map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

function writeEtcdModule(folder: string): void {
  writeFileSync(
    join(folder, 'go.mod'),
    `module etcd\n\ngo ${GO_VERSION}\n\nrequire go.etcd.io/etcd/server/v3 v${ETCD_VERSION}\n`,
  );
  writeFileSync(
    join(folder, 'main.go'),
    `package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() { etcdmain.Main(os.Args) }
`,
  );
}

/**
 * k8s.io/kubernetes names its sibling modules as folders of its own repository ("=> ./staging/…"), which a module
 * that requires it has to replace by their published versions.
 */
async function writeKubernetesModule(folder: string, progress: Progress): Promise<void> {
  const file = join(folder, 'go.mod');
  writeFileSync(file, `module kubernetes\n\ngo ${GO_VERSION}\n`);
  const download = run('go', ['mod', 'download', '-json', `k8s.io/kubernetes@v${KUBERNETES_VERSION}`], {
    cwd: folder,
  }).catch((cause) => {
    throw new LocalStackError(
      `the Kubernetes sources can't be fetched by Go: check the network and GOPROXY (${String(
        cause.stdout || cause.stderr,
      )
        .trim()
        .split('\n')
        .at(-1)})`,
      { cause },
    );
  });
  const { GoMod } = JSON.parse(
    (await withProgress(progress, 'fetching the Kubernetes sources', download)).stdout,
  );
  writeFileSync(file, wrapperModule(readFileSync(GoMod, 'utf8')));
  const packages = Object.values(RECIPES).filter(({ module }) => module === KUBERNETES);
  writeTools(folder, ...packages.map((recipe) => recipe.package));
}

function writeHelmModule(folder: string, helm: string): void {
  writeFileSync(
    join(folder, 'go.mod'),
    `module helm\n\ngo ${GO_VERSION}\n\nrequire helm.sh/helm/v3 v${HELM_VERSION}\n`,
  );
  writeTools(folder, helm);
}

/** What a pod's sandbox runs: it holds the namespaces that the pod's containers share, and does nothing. */
function writePauseModule(folder: string): void {
  writeFileSync(join(folder, 'go.mod'), `module pause\n\ngo ${GO_VERSION}\n`);
  writeFileSync(
    join(folder, 'main.go'),
    `package main

import (
	"os"
	"os/signal"
	"syscall"
)

func main() {
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGINT, syscall.SIGTERM)
	<-asked
}
`,
  );
}

/** Reads a JSON list of objects, and writes what the library kstatus says of each. */
function writeKstatusModule(folder: string): void {
  writeFileSync(
    join(folder, 'go.mod'),
    `module kstatus\n\ngo ${GO_VERSION}\n\nrequire sigs.k8s.io/cli-utils v${KSTATUS_VERSION}\n`,
  );
  writeFileSync(
    join(folder, 'main.go'),
    `package main

import (
	"encoding/json"
	"log"
	"os"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/cli-utils/pkg/kstatus/status"
)

func main() {
	var given []json.RawMessage
	if err := json.NewDecoder(os.Stdin).Decode(&given); err != nil {
		log.Fatal(err)
	}
	results := []*status.Result{}
	for _, text := range given {
		object := &unstructured.Unstructured{}
		if err := object.UnmarshalJSON(text); err != nil {
			log.Fatal(err)
		}
		result, err := status.Compute(object)
		if err != nil {
			log.Fatal(err)
		}
		results = append(results, result)
	}
	if err := json.NewEncoder(os.Stdout).Encode(results); err != nil {
		log.Fatal(err)
	}
}
`,
  );
}

/** Names packages for "go mod tidy", which else drops what no file of the module imports. */
function writeTools(folder: string, ...packages: string[]): void {
  const imports = packages.map((name) => `\t_ "${name}"\n`).join('');
  writeFileSync(join(folder, 'tools.go'), `//go:build tools\n\npackage tools\n\nimport (\n${imports})\n`);
}

/** The go.mod of a module that requires k8s.io/kubernetes, whose own go.mod is given. */
export function wrapperModule(kubernetesModule: string): string {
  const go = /^go (\S+)$/m.exec(kubernetesModule)?.[1] ?? GO_VERSION;
  const replaced = kubernetesModule.matchAll(/^\s*(?:replace )?(k8s\.io\/\S+) => \.\/staging/gm);
  const unpublished = kubernetesModule.matchAll(/(k8s\.io\/\S+) v0\.0\.0\b(?!-)/g);
  const modules = [...new Set([...replaced, ...unpublished].map(([, name]) => name))].sort();
  const published = `v0.${KUBERNETES_VERSION.split('.').slice(1).join('.')}`;
  return `module kubernetes

go ${go}

require k8s.io/kubernetes v${KUBERNETES_VERSION}

replace (
${modules.map((module) => `\t${module} => ${module} ${published}`).join('\n')}
)
`;
}
