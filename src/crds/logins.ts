import { z } from 'zod';

/** Where a Secret is: the fields of a reference. */
export const secretRef = {
  name: z.string().min(1).max(253).describe('Name of the Secret, 1 to 253 characters. Example: kafka-operator.'),
  namespace: z
    .string()
    .min(1)
    .max(63)
    .optional()
    .describe(
      'Where the Secret is: one of the namespaces that SLUICE_SECRET_NAMESPACES of the operator lists. ' +
        'Default: the operator’s own. Example: kafka.',
    ),
};

export const caSecretRef = z
  .object({
    ...secretRef,
    key: z
      .string()
      .min(1)
      .max(253)
      .default('ca.crt')
      .describe('Key of the Secret that holds the certificates, in PEM. Default: ca.crt. Example: ca.crt.'),
  })
  .optional()
  .describe(
    'The CA that signed the certificates of the servers. Default: the public authorities. Example: {name: kafka-ca, key: ca.crt}.',
  );

export const tls = z
  .object({
    caSecretRef,
    clientSecretRef: z
      .object(secretRef)
      .optional()
      .describe(
        'The certificate that the operator shows to the brokers: keys tls.crt and tls.key, in PEM. Default: none. ' +
          'Example: {name: kafka-client}.',
      ),
  })
  .optional()
  .describe('Encrypts the connections; {} trusts the public authorities. Default: no TLS.');

export const sasl = z
  .object({
    mechanism: z
      .enum(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])
      .describe(
        'How the operator logs in. PLAIN sends the password as it is: use it with tls. Example: SCRAM-SHA-512.',
      ),
    secretRef: z
      .object(secretRef)
      .describe('The user of the operator: keys username and password. Example: {name: kafka-operator}.'),
  })
  .optional()
  .describe('How the operator logs in to the brokers. Default: not at all.');
