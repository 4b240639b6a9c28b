/** A network with a certificate authority of its own: downloads of this process trust it, too. */
import tls from "node:tls";
import { givenAuthorities } from "../../../setup/machine/certificates.mjs";

/**
 * Trusts the authorities that the environment names. Node itself reads NODE_EXTRA_CA_CERTS only, and that when it starts.
 *
 * @throws SetupProblem when STREAMBOOK_CA names no file of certificates
 */
export async function trustGivenAuthorities(environment: NodeJS.ProcessEnv = process.env): Promise<void> {
  const given = await givenAuthorities(environment);
  if (given.length > 0) tls.setDefaultCACertificates([...tls.getCACertificates("default"), ...given]);
}
