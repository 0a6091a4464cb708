// WebAuthn between the API's JSON (level 3, section 5.1) and the browser's buffers.
import type { Assertion, NewCredential, PublicKeyCreation, PublicKeyRequest } from './types';

export function from_base64url(text: string): ArrayBuffer {
  const plain = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
  const bytes = new Uint8Array(plain.length);
  for (let i = 0; i < plain.length; i++) bytes[i] = plain.charCodeAt(i);
  return bytes.buffer;
}

export function to_base64url(buffer: ArrayBuffer): string {
  let plain = '';
  for (const byte of new Uint8Array(buffer)) plain += String.fromCharCode(byte);
  return btoa(plain).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

export const passkeys_work = (): boolean => typeof window !== 'undefined' && 'PublicKeyCredential' in window;

type Described = { type: 'public-key'; id: string; transports?: string[] };
const described = (each: Described): PublicKeyCredentialDescriptor => ({
  type: 'public-key',
  id: from_base64url(each.id),
  ...(each.transports ? { transports: each.transports as AuthenticatorTransport[] } : {}),
});

export async function prove(options: PublicKeyRequest): Promise<Assertion> {
  const credential = (await navigator.credentials.get({
    publicKey: {
      challenge: from_base64url(options.challenge),
      timeout: options.timeout,
      rpId: options.rpId,
      allowCredentials: options.allowCredentials.map(described),
      userVerification: options.userVerification,
    },
  })) as PublicKeyCredential | null;
  if (!credential) throw new DOMException('no credential', 'NotAllowedError');
  const response = credential.response as AuthenticatorAssertionResponse;
  return {
    id: credential.id,
    rawId: to_base64url(credential.rawId),
    type: 'public-key',
    response: {
      clientDataJSON: to_base64url(response.clientDataJSON),
      authenticatorData: to_base64url(response.authenticatorData),
      signature: to_base64url(response.signature),
      userHandle: response.userHandle ? to_base64url(response.userHandle) : null,
    },
    authenticatorAttachment: credential.authenticatorAttachment ?? null,
    clientExtensionResults: {},
  };
}

export async function create(options: PublicKeyCreation, name: string): Promise<NewCredential> {
  const credential = (await navigator.credentials.create({
    publicKey: {
      rp: options.rp,
      user: { ...options.user, id: from_base64url(options.user.id) },
      challenge: from_base64url(options.challenge),
      pubKeyCredParams: options.pubKeyCredParams,
      timeout: options.timeout,
      excludeCredentials: options.excludeCredentials.map(described),
      authenticatorSelection: options.authenticatorSelection,
      attestation: options.attestation,
    },
  })) as PublicKeyCredential | null;
  if (!credential) throw new DOMException('no credential', 'NotAllowedError');
  const response = credential.response as AuthenticatorAttestationResponse;
  return {
    name,
    credential: {
      id: credential.id,
      rawId: to_base64url(credential.rawId),
      type: 'public-key',
      response: {
        clientDataJSON: to_base64url(response.clientDataJSON),
        attestationObject: to_base64url(response.attestationObject),
        transports: response.getTransports?.() ?? [],
      },
      authenticatorAttachment: credential.authenticatorAttachment ?? null,
      clientExtensionResults: {},
    },
  };
}
