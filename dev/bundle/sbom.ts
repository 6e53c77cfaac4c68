import { createHash } from 'node:crypto';

/** What a lock file says of one package, by the folder that it is installed in. */
interface LockedPackage {
  version?: string;
  license?: string;
  integrity?: string;
}

export interface LockFile {
  name: string;
  version: string;
  packages: Readonly<Record<string, LockedPackage>>;
}

export interface SpdxPackage {
  SPDXID: string;
  name: string;
  versionInfo: string;
  downloadLocation: 'NOASSERTION';
  filesAnalyzed: false;
  licenseConcluded: 'NOASSERTION';
  licenseDeclared: string;
  copyrightText: 'NOASSERTION';
  /** Of the archive that the package came in. */
  checksums?: readonly { algorithm: string; checksumValue: string }[];
  externalRefs?: readonly { referenceCategory: string; referenceType: string; referenceLocator: string }[];
}

/** A software bill of materials, SPDX 2.3. */
export interface SpdxDocument {
  spdxVersion: 'SPDX-2.3';
  dataLicense: 'CC0-1.0';
  SPDXID: 'SPDXRef-DOCUMENT';
  name: string;
  documentNamespace: string;
  creationInfo: { created: string; creators: readonly string[] };
  packages: readonly SpdxPackage[];
  relationships: readonly { spdxElementId: string; relationshipType: string; relatedSpdxElement: string }[];
}

const SLUICE = 'SPDXRef-sluice';
const FOLDER_OF_PACKAGE = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//;

/**
 * Says of what the bundles are made: the packages whose code is in them, and the Node that runs them, as the lock file
 * pins both. The same content gives the same document, so it names no time of its own.
 * @param files the files whose code is in the bundles, relative to the checkout
 * @param node the folder of the package that brings Node, as the lock file calls it
 * @throws when a file is of a package that the lock file does not pin
 */
export function billOfMaterials(lock: LockFile, files: readonly string[], node: string): SpdxDocument {
  const folders = new Set(files.flatMap((file) => FOLDER_OF_PACKAGE.exec(file)?.[1] ?? []));
  const bundled = [...folders].sort().map((folder) => describePackage(lock, folder));
  const runtime = describeNode(lock, node);
  const packages = [describeSluice(lock), ...bundled, runtime];
  const content = createHash('sha256').update(JSON.stringify(packages)).digest('hex');
  const name = `${lock.name}-${lock.version}`;
  return {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name,
    documentNamespace: `https://sluice.dev/spdx/${name}-${content}`,
    creationInfo: { created: '1970-01-01T00:00:00Z', creators: ['Tool: sluice-build'] },
    packages,
    relationships: [
      relate('SPDXRef-DOCUMENT', 'DESCRIBES', SLUICE),
      ...bundled.map(({ SPDXID }) => relate(SLUICE, 'CONTAINS', SPDXID)),
      relate(runtime.SPDXID, 'RUNTIME_DEPENDENCY_OF', SLUICE),
    ],
  };
}

function relate(spdxElementId: string, relationshipType: string, relatedSpdxElement: string) {
  return { spdxElementId, relationshipType, relatedSpdxElement };
}

function describeSluice({ name, version, packages }: LockFile): SpdxPackage {
  return { ...unstated(SLUICE, name, version), licenseDeclared: packages['']?.license ?? 'NOASSERTION' };
}

function describePackage(lock: LockFile, folder: string): SpdxPackage {
  const { version, license, integrity } = lock.packages[folder] ?? {};
  if (!version || !integrity) {
    throw new Error(`${folder} is in a bundle, and package-lock.json does not pin it: run npm install and build again`);
  }
  const name = folder.replace(/^.*node_modules\//, '');
  // Two versions of one package are two elements; an id may hold letters, digits, dots and dashes.
  const id = `SPDXRef-npm-${`${name}-${version}`.replace(/[^a-zA-Z0-9.-]/g, '-')}`;
  const locator = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  return {
    ...unstated(id, name, version),
    licenseDeclared: license ?? 'NOASSERTION',
    checksums: [checksumOf(integrity)],
    externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: locator }],
  };
}

/** Scanners know Node by this name and not by that of the package. */
function describeNode(lock: LockFile, folder: string): SpdxPackage {
  const described = describePackage(lock, folder);
  const referenceLocator = `cpe:2.3:a:nodejs:node.js:${described.versionInfo}:*:*:*:*:*:*:*`;
  const known = { referenceCategory: 'SECURITY', referenceType: 'cpe23Type', referenceLocator };
  return { ...described, externalRefs: [...(described.externalRefs ?? []), known] };
}

function unstated(SPDXID: string, name: string, versionInfo: string): SpdxPackage {
  const nothing = 'NOASSERTION';
  const licences = { licenseConcluded: nothing, licenseDeclared: nothing, copyrightText: nothing } as const;
  return { SPDXID, name, versionInfo, downloadLocation: nothing, filesAnalyzed: false, ...licences };
}

/** `sha512-…` in base 64, as npm writes it, in hexadecimal digits, as SPDX does. */
function checksumOf(integrity: string): { algorithm: string; checksumValue: string } {
  const [algorithm = '', value = ''] = integrity.split(/-(.*)/s);
  return { algorithm: algorithm.toUpperCase(), checksumValue: Buffer.from(value, 'base64').toString('hex') };
}
