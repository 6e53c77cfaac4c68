import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  type HeldCertificates,
  issueIdentity,
  nextCertificates,
  type RotationTerms,
  trustedBy,
} from '../../../../src/adapters/webhook/rotation.ts';

const terms: RotationTerms = {
  names: ['sluice-webhook.sluice-system.svc', '127.0.0.1'],
  lifetimeMs: 90_000,
  overlapMs: 9_000,
};
const start = new Date('2026-06-01T00:00:00Z');
const startPlus = (ms: number) => new Date(start.getTime() + ms);
const first = nextCertificates(undefined, true, terms, start) as HeldCertificates;

describe('a certificate of our own', () => {
  const { ca, certificate, key } = issueIdentity(terms, start);
  const server = new X509Certificate(certificate);
  const authority = new X509Certificate(ca);

  it('is signed by the authority that comes with it', () => {
    expect(server.checkIssued(authority)).toBe(true);
    expect(server.verify(authority.publicKey)).toBe(true);
    expect([authority.ca, server.ca]).toEqual([true, false]);
  });

  it('is for the names and addresses under which the server is reached, and no others', () => {
    expect(server.checkHost('sluice-webhook.sluice-system.svc')).toBeDefined();
    expect(server.checkIP('127.0.0.1')).toBeDefined();
    expect(server.checkHost('evil.sluice-system.svc')).toBeUndefined();
  });

  it('is good from a moment before now, for clocks that are behind, to the end of its life', () => {
    expect(Date.parse(server.validFrom)).toBe(startPlus(-300_000).getTime());
    expect(Date.parse(server.validTo)).toBe(startPlus(90_000).getTime());
  });

  it('has a key of its own, and its authority has another', () => {
    expect(key).toContain('PRIVATE KEY');
    expect(server.publicKey.equals(authority.publicKey)).toBe(false);
  });
});

describe('certificates', () => {
  const step = (held: HeldCertificates, ms: number, isTrusted = true) =>
    nextCertificates(held, isTrusted, terms, startPlus(ms));

  it('are issued where there are none, and left for two thirds of their life', () => {
    expect(first).toMatchObject({ next: undefined, previousCa: undefined, changedAt: start });
    expect(step(first, 60_000)).toBeUndefined();
  });

  it('are changed in three steps, none of which leaves out what is shown', () => {
    const prepared = step(first, 60_001) as HeldCertificates;
    expect(prepared.serving).toEqual(first.serving);
    expect(trustedBy(prepared)).toBe(first.serving.ca + prepared.next?.ca);

    const promoted = step(prepared, 69_001) as HeldCertificates;
    expect(promoted).toEqual({
      serving: prepared.next,
      next: undefined,
      previousCa: first.serving.ca,
      changedAt: startPlus(69_001),
    });
    expect(trustedBy(promoted)).toBe(promoted.serving.ca + first.serving.ca);

    const retired = step(promoted, 78_001) as HeldCertificates;
    expect(trustedBy(retired)).toBe(promoted.serving.ca);
    expect(step(retired, 78_002)).toBeUndefined();
  });

  const prepared = step(first, 60_001) as HeldCertificates;
  const promoted = step(prepared, 69_001) as HeldCertificates;
  it.each([
    { it: 'shows no certificate that the API server was not told of', held: prepared, ms: 80_000, isTrusted: false },
    {
      it: 'shows none of which the last API server may not have heard yet',
      held: prepared,
      ms: 69_000,
      isTrusted: true,
    },
    {
      it: 'forgets no authority whose certificate a replica may still show',
      held: promoted,
      ms: 78_000,
      isTrusted: true,
    },
  ])('$it', ({ held, ms, isTrusted }) => {
    expect(step(held, ms, isTrusted)).toBeUndefined();
  });

  it('are issued anew at once when they are over', () => {
    const anew = step(prepared, 90_000, false) as HeldCertificates;
    expect(anew).toMatchObject({ next: undefined, previousCa: undefined });
    expect(anew.serving.ca).not.toBe(first.serving.ca);
  });

  it('are changed when the server is reached under another name', () => {
    const elsewhere = { ...terms, names: ['sluice.example'] };
    expect(nextCertificates(first, true, elsewhere, startPlus(1))?.next).toBeDefined();
  });
});
