// Proving a second factor, to sign in or to step up: passkey first, then a code, then (to sign in only) a recovery code.
import { useState, type FormEvent } from 'react';
import { api } from '../../api/client';
import { passkeys_work, prove } from '../../api/passkey';
import { sentence } from '../../api/sentences';
import type { Session } from '../../api/types';
import { Button } from '../../parts/button';
import { Field } from '../../parts/field';
import { words } from '../../parts/texts';
import { t } from './texts';

type Way = 'webauthn' | 'totp' | 'recovery';

export function Factors(props: { session: Session; purpose: 'sign-in' | 'step-up'; on_proven: (session: Session) => void }) {
  const ways = props.session.factors.filter((way) => props.purpose === 'sign-in' || way !== 'recovery');
  const [way, set_way] = useState<Way>(
    ways.includes('webauthn') && passkeys_work() ? 'webauthn' : (ways.find((each) => each !== 'webauthn') ?? 'webauthn'),
  );
  const [code, set_code] = useState('');
  const [error, set_error] = useState<string | null>(null);
  const [busy, set_busy] = useState(false);

  const attempt = async (ask: () => Promise<Session>) => {
    set_busy(true);
    set_error(null);
    try {
      props.on_proven(await ask());
    } catch (failed) {
      if (failed instanceof DOMException) set_error(t.passkey_stopped);
      else {
        const said = sentence(failed);
        set_error([said.title, said.detail, said.hint].filter(Boolean).join(' '));
      }
      set_code('');
    } finally {
      set_busy(false);
    }
  };

  const by_passkey = () =>
    attempt(async () => {
      if (props.purpose === 'sign-in') return api('session_webauthn', { body: await prove(await api('session_webauthn_options')) });
      return api('step_up_webauthn', { body: await prove(await api('step_up_webauthn_options')) });
    });
  const by_code = (given: string) =>
    attempt(() => {
      if (way === 'recovery') return api('session_recovery', { body: { code: given } });
      return props.purpose === 'sign-in' ? api('session_totp', { body: { code: given } }) : api('step_up_totp', { body: { code: given } });
    });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void by_code(code.replace(/\s/g, ''));
  };
  const typed = (text: string) => {
    set_code(text);
    const digits = text.replace(/\s/g, '');
    if (way === 'totp' && /^\d{6}$/.test(digits) && !busy) void by_code(digits);
  };

  return (
    <div className="stack">
      {way === 'webauthn' ? (
        <>
          <p>{t.passkey_lead}</p>
          <Button look="primary" icon="key" isPending={busy} onPress={() => void by_passkey()} autoFocus>
            {t.passkey_use}
          </Button>
        </>
      ) : (
        <form className="stack" onSubmit={submit}>
          <Field
            key={way}
            label={way === 'totp' ? t.code : t.recovery_code}
            hint={way === 'totp' ? t.code_hint : t.recovery_hint}
            value={code}
            onChange={typed}
            autoFocus
            ltr
            isRequired
            autoComplete={way === 'totp' ? 'one-time-code' : 'off'}
            inputMode={way === 'totp' ? 'numeric' : 'text'}
          />
          <Button look="primary" type="submit" isPending={busy}>
            {words.continue}
          </Button>
        </form>
      )}
      {error && (
        <p className="field-error" role="alert">
          {error}
        </p>
      )}
      {ways.length > 1 && (
        <ul className="other-ways">
          {ways
            .filter((each) => each !== way)
            .map((each) => (
              <li key={each}>
                <Button
                  look="quiet"
                  onPress={() => {
                    set_way(each);
                    set_error(null);
                    set_code('');
                  }}
                >
                  {each === 'webauthn' ? t.other_passkey : each === 'totp' ? t.other_code : t.other_recovery}
                </Button>
              </li>
            ))}
        </ul>
      )}
    </div>
  );
}
