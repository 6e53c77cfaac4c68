import { describe, expect, it } from 'vitest';
import { mountsOf, planVolumes, relocate, volumeVariable } from '../../../../dev/local-node/containers/volumes.ts';
import type { Volume } from '../../../../dev/local-node/pod.ts';
import { referencesOf } from '../../../../dev/local-node/sources.ts';
import { container, placement, pod } from '../pods.ts';
import { sourcesOf } from '../sources.ts';

const sources = sourcesOf({
  'ConfigMap/settings': { 'app.json': '{}', level: 'debug' },
  'Secret/login': { password: 's3cret' },
});

function filesOf(volume: Volume): Record<string, string> {
  const [plan] = planVolumes(pod({ volumes: [volume] }), placement, sources);
  return Object.fromEntries((plan?.files ?? []).map(({ path, content }) => [path, Buffer.from(content).toString()]));
}

describe('planVolumes', () => {
  const rows: readonly { it: string; volume: Volume; files: Record<string, string> }[] = [
    { it: 'makes an emptyDir an empty folder', volume: { name: 'v', emptyDir: {} }, files: {} },
    {
      it: 'makes each key of a ConfigMap a file',
      volume: { name: 'v', configMap: { name: 'settings' } },
      files: { 'app.json': '{}', level: 'debug' },
    },
    {
      it: 'takes only the items asked for, at their paths',
      volume: { name: 'v', configMap: { name: 'settings', items: [{ key: 'level', path: 'deep/level.txt' }] } },
      files: { 'deep/level.txt': 'debug' },
    },
    {
      it: 'makes each key of a Secret a file',
      volume: { name: 'v', secret: { secretName: 'login' } },
      files: { password: 's3cret' },
    },
    {
      it: 'leaves an optional ConfigMap that is not there empty',
      volume: { name: 'v', configMap: { name: 'none', optional: true } },
      files: {},
    },
    {
      it: 'writes fields of the pod',
      volume: { name: 'v', downwardAPI: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] } },
      files: { name: 'web-1' },
    },
    {
      it: 'joins the sources of a projected volume',
      volume: {
        name: 'v',
        projected: {
          sources: [
            { configMap: { name: 'settings', items: [{ key: 'level', path: 'level' }] } },
            { secret: { name: 'login' } },
            { downwardAPI: { items: [{ path: 'ip', fieldRef: { fieldPath: 'status.podIP' } }] } },
          ],
        },
      },
      files: { level: 'debug', password: 's3cret', ip: '127.100.9.10' },
    },
  ];
  it.each(rows)('$it', ({ volume, files }) => {
    expect(filesOf(volume)).toEqual(files);
  });

  it('names a ConfigMap that is not there', () => {
    expect(() => filesOf({ name: 'v', configMap: { name: 'none' } })).toThrow('ConfigMap "none" is not there');
  });

  it('leaves out the token that admission adds by itself', () => {
    const volumes = [{ name: 'kube-api-access-x2x', projected: { sources: [] } }];
    expect(planVolumes(pod({ volumes }), placement, sources)).toEqual([]);
  });
});

describe('referencesOf', () => {
  it('lists each ConfigMap and Secret once, whether it is used as a variable or as files', () => {
    const web = container({
      envFrom: [{ configMapRef: { name: 'settings' } }],
      env: [{ name: 'P', valueFrom: { secretKeyRef: { name: 'login', key: 'password' } } }],
    });
    const volumes = [
      { name: 'a', configMap: { name: 'settings' } },
      { name: 'b', projected: { sources: [{ secret: { name: 'tls' } }] } },
    ];
    expect(referencesOf(pod({ volumes }), web)).toEqual([
      { kind: 'ConfigMap', name: 'settings' },
      { kind: 'Secret', name: 'login' },
      { kind: 'Secret', name: 'tls' },
    ]);
  });
});

describe('relocate', () => {
  const mounts = mountsOf(
    container({
      volumeMounts: [
        { name: 'config', mountPath: '/etc/app/' },
        { name: 'keys', mountPath: '/etc/app/keys' },
        { name: 'kube-api-access-x2x', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' },
      ],
    }),
    (volume) => `/real/${volume}`,
  );
  const rows = [
    { it: 'replaces a mount path', value: '/etc/app', gives: '/real/config' },
    { it: 'replaces a path below a mount path', value: '/etc/app/a.json', gives: '/real/config/a.json' },
    { it: 'prefers the inner of two mounts', value: '/etc/app/keys/tls.key', gives: '/real/keys/tls.key' },
    { it: 'leaves a path alone that only begins alike', value: '/etc/apple', gives: '/etc/apple' },
    { it: 'leaves a path inside a longer text alone', value: '--config=/etc/app/a', gives: '--config=/etc/app/a' },
    {
      it: 'knows no token folder',
      value: '/var/run/secrets/kubernetes.io/serviceaccount',
      gives: '/var/run/secrets/kubernetes.io/serviceaccount',
    },
  ];
  it.each(rows)('$it', ({ value, gives }) => {
    expect(relocate(value, mounts)).toBe(gives);
  });

  it('names the variable of a volume after the volume', () => {
    expect(volumeVariable('app-config.v2')).toBe('SLUICE_VOLUME_APP_CONFIG_V2');
  });
});
