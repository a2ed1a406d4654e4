import { describe, expect, test } from 'vitest';
import { newestArchive } from '../../../../local/tools/envtest-download.ts';
import { isGoRecent, wrapperModule } from '../../../../local/tools/go-build.ts';
import { isWithinSkew } from '../../../../local/tools/kubectl.ts';
import { isPythonRecent } from '../../../../local/tools/python.ts';
import { KUBERNETES_VERSION } from '../../../../local/tools/versions.ts';

describe('the kubectl on the PATH', () => {
  const version = (gitVersion: string) => JSON.stringify({ clientVersion: { gitVersion } });

  test.each(['v1.36.0', 'v1.37.9', 'v1.38.0-alpha.1', 'v1.37.2-dispatcher'])(
    '%s fits API server 1.37',
    (kubectl) => expect(isWithinSkew(version(kubectl), '1.37.2')).toBe(true),
  );

  test.each(['v1.32.4-dispatcher', 'v1.35.9', 'v1.39.0', 'v2.37.0', 'dev'])("%s doesn't", (kubectl) =>
    expect(isWithinSkew(version(kubectl), '1.37.2')).toBe(false),
  );

  test.each(['', '{}', 'command not found', 'null'])("one that answers %j isn't used", (output) =>
    expect(isWithinSkew(output)).toBe(false),
  );
});

test.each([
  ['go1.26.8', true],
  ['go1.26', true],
  ['go1.30rc1', true],
  ['go2.0', true],
  ['go1.25.9', false],
  ['go1.9', false],
  ['devel', false],
])('%s is recent enough to build the control plane: %s', (version, recent) => {
  expect(isGoRecent(version)).toBe(recent);
});

test.each([
  ['3.11.2', true],
  ['3.14.0rc1', true],
  ['3.10.12', false],
  ['2.7.18', false],
])('Python %s runs the emulators: %s', (version, recent) => {
  expect(isPythonRecent(version)).toBe(recent);
});

test('the wrapper module replaces every module that Kubernetes keeps in its own repository', () => {
  const kubernetes = `module k8s.io/kubernetes

go 1.26.0

require (
	github.com/onsi/gomega v1.39.0
	k8s.io/api v0.0.0
	k8s.io/klog/v2 v2.140.0
	k8s.io/kube-openapi v0.0.0-20260127142750-a19766b6e2d4
)

replace (
	k8s.io/api => ./staging/src/k8s.io/api
	k8s.io/client-go => ./staging/src/k8s.io/client-go
)
`;
  const published = `v0.${KUBERNETES_VERSION.replace(/^1\./, '')}`;
  expect(wrapperModule(kubernetes)).toBe(`module kubernetes

go 1.26.0

require k8s.io/kubernetes v${KUBERNETES_VERSION}

replace (
	k8s.io/api => k8s.io/api ${published}
	k8s.io/client-go => k8s.io/client-go ${published}
)
`);
});

describe('the prebuilt archive', () => {
  const archive = (name: string) => ({ [name]: { hash: name, selfLink: `https://example.com/${name}` } });
  const minor = KUBERNETES_VERSION.split('.').slice(0, 2).join('.');
  const releases = {
    [`v${minor}.2`]: archive(`envtest-v${minor}.2-linux-amd64.tar.gz`),
    [`v${minor}.10`]: archive(`envtest-v${minor}.10-linux-amd64.tar.gz`),
    [`v${minor}.11`]: archive(`envtest-v${minor}.11-darwin-arm64.tar.gz`),
    [`v${minor}.12-beta.0`]: archive(`envtest-v${minor}.12-beta.0-linux-amd64.tar.gz`),
    'v1.20.99': archive('envtest-v1.20.99-linux-amd64.tar.gz'),
  };

  test('is the newest release of our minor version for this machine', () => {
    expect(newestArchive(releases, 'linux', 'x64')?.hash).toBe(`envtest-v${minor}.10-linux-amd64.tar.gz`);
    expect(newestArchive(releases, 'darwin', 'arm64')?.hash).toBe(`envtest-v${minor}.11-darwin-arm64.tar.gz`);
  });

  test('may not be there', () => {
    expect(newestArchive(releases, 'linux', 'riscv64')).toBeUndefined();
  });
});
