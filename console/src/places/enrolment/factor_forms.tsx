// Setting up a factor; used when enrolling, and later in one's own account.
import { useState, type FormEvent } from 'react';
import { create, passkeys_work } from '../../api/passkey';
import { sentence } from '../../api/sentences';
import type { NewCredential, PublicKeyCreation, TotpSecret } from '../../api/types';
import { Button } from '../../parts/button';
import { Copy } from '../../parts/copy';
import { Field } from '../../parts/field';
import { Code } from '../../parts/name';
import { Qr } from './qr';
import { t } from './texts';
import './enrolment.css';

function said(error: unknown): string {
  if (error instanceof DOMException) return t.passkey_stopped;
  const { title, detail } = sentence(error);
  return detail || title;
}

export function AddPasskey(props: { options: () => Promise<PublicKeyCreation>; add: (credential: NewCredential) => Promise<unknown> }) {
  const [name, set_name] = useState(t.passkey_default);
  const [error, set_error] = useState<string | null>(null);
  const [busy, set_busy] = useState(false);
  if (!passkeys_work()) return <p className="note note-warn">{t.passkey_not_here}</p>;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    set_busy(true);
    set_error(null);
    try {
      await props.add(await create(await props.options(), name.trim() || t.passkey_default));
    } catch (failed) {
      set_error(said(failed));
    } finally {
      set_busy(false);
    }
  };
  return (
    <form className="stack" onSubmit={(event) => void submit(event)}>
      <p className="soft">{t.passkey_lead}</p>
      <Field label={t.passkey_name} value={name} onChange={set_name} error={error} />
      <Button look="primary" icon="key" type="submit" isPending={busy}>
        {t.passkey_add}
      </Button>
    </form>
  );
}

export function AddTotp(props: { secret: () => Promise<TotpSecret>; confirm: (code: string) => Promise<unknown> }) {
  const [secret, set_secret] = useState<TotpSecret | null>(null);
  const [code, set_code] = useState('');
  const [error, set_error] = useState<string | null>(null);
  const [busy, set_busy] = useState(false);
  const attempt = async (ask: () => Promise<unknown>) => {
    set_busy(true);
    set_error(null);
    try {
      await ask();
    } catch (failed) {
      set_error(said(failed));
      set_code('');
    } finally {
      set_busy(false);
    }
  };
  if (!secret) {
    return (
      <div className="stack">
        <Button icon="phone" isPending={busy} onPress={() => void attempt(async () => set_secret(await props.secret()))}>
          {t.start_totp}
        </Button>
        {error && (
          <p className="field-error" role="alert">
            {error}
          </p>
        )}
      </div>
    );
  }
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void attempt(() => props.confirm(code.replace(/\s/g, '')));
      }}
    >
      <p className="soft">{t.totp_lead}</p>
      <Qr svg={secret.qr} label={t.totp_qr} />
      <p className="soft">{t.totp_secret}</p>
      <div className="row">
        <Code>{secret.secret.replace(/(.{4})(?=.)/g, '$1 ')}</Code>
        <Copy text={secret.secret} bare />
      </div>
      <Field
        label={t.totp_code}
        value={code}
        onChange={set_code}
        error={error}
        inputMode="numeric"
        autoComplete="one-time-code"
        ltr
        isRequired
        autoFocus
      />
      <Button look="primary" type="submit" isPending={busy}>
        {t.totp_add}
      </Button>
    </form>
  );
}
