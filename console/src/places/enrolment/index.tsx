// From a link that was given once to an account that can sign in: password, a second factor, recovery codes.
import { useEffect, useRef, useState, type FormEvent } from 'react';
import { api, remember_csrf } from '../../api/client';
import { sentence, wrong_at } from '../../api/sentences';
import { set_session, use_session } from '../../api/session';
import type { Enrolled, Enrolment as State } from '../../api/types';
import { Button } from '../../parts/button';
import { Field } from '../../parts/field';
import { Failed, Skeleton } from '../../parts/loaded';
import { Name } from '../../parts/name';
import { Ago } from '../../parts/time';
import { navigate, use_title } from '../../router/router';
import { Entry } from '../sign_in/entry';
import { RecoveryCodes } from './codes';
import { AddPasskey, AddTotp } from './factor_forms';
import { t } from './texts';
import './enrolment.css';

export default function Enrolment() {
  use_title(t.title);
  const session = use_session();
  const [state, set_state] = useState<State | null>(null);
  const [error, set_error] = useState<unknown>(null);
  const [enrolled, set_enrolled] = useState<Enrolled | null>(null);
  const asked = useRef(false);

  const take = (next: State) => {
    remember_csrf(next.csrf);
    set_state(next);
  };
  useEffect(() => {
    if (asked.current) return;
    asked.current = true;
    const token = window.location.hash.slice(1);
    // The token leaves the address at once: it must not stay in the history, nor in what the browser offers to type.
    if (token) window.history.replaceState(window.history.state, '', '/enrol');
    (token ? api('enrolment_open', { body: { token } }) : api('enrolment_read')).then(take, set_error);
  }, []);

  const finish = async () => {
    set_enrolled(await api('enrolment_finish'));
  };

  return (
    <Entry wide demo={session.demo}>
      {enrolled ? (
        <>
          <h1>{t.codes}</h1>
          <RecoveryCodes
            codes={enrolled.recovery_codes}
            done={t.codes_done}
            on_done={() => {
              navigate('/', { replace: true });
              set_session(enrolled.session);
            }}
          />
        </>
      ) : error !== null ? (
        <Refused error={error} />
      ) : state === null ? (
        <Skeleton lines={5} />
      ) : (
        <Steps state={state} on_state={take} on_finish={finish} />
      )}
    </Entry>
  );
}

function Refused({ error }: { error: unknown }) {
  const said = sentence(error);
  return (
    <>
      <h1>{t.no_link}</h1>
      <p>{t.refused}</p>
      <p className="soft">{t.no_link_lead}</p>
      <Failed error={error} />
      <span className="visually-hidden">{said.title}</span>
    </>
  );
}

function Steps(props: { state: State; on_state: (state: State) => void; on_finish: () => Promise<void> }) {
  const { state } = props;
  const purposes = { owner: t.owner, invitation: t.invitation, recovery: t.recovery };
  const step = state.missing.includes('password') || state.missing.includes('address') ? 1 : state.missing.includes('factor') ? 2 : 3;
  return (
    <>
      <header className="stack">
        <h1>{t.title}</h1>
        <p>
          {purposes[state.purpose]} {state.name && <Name strong>{state.name}</Name>}
        </p>
        <p className="enrolment-step">
          {t.step(step, 3)} · {t.expires} <Ago time={state.expires} />
        </p>
      </header>
      {step === 1 && <Password state={state} on_state={props.on_state} />}
      {step === 2 && <SecondFactor on_state={props.on_state} />}
      {step === 3 && <Finish state={state} on_finish={props.on_finish} on_state={props.on_state} />}
    </>
  );
}

function Password({ state, on_state }: { state: State; on_state: (state: State) => void }) {
  const [password, set_password] = useState('');
  const [again, set_again] = useState('');
  const [name, set_name] = useState('');
  const [shown_name, set_shown_name] = useState('');
  const nameless = state.missing.includes('address');
  const [error, set_error] = useState<unknown>(null);
  const [busy, set_busy] = useState(false);
  const length = [...password].length;
  const left = state.password.min_length - length;
  const differs = again !== '' && again !== password;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (left > 0 || again !== password) return;
    set_busy(true);
    set_error(null);
    try {
      on_state(
        await api('enrolment_password', { body: nameless ? { password, name: name.trim(), shown_name: shown_name.trim() } : { password } }),
      );
    } catch (failed) {
      set_error(failed);
    } finally {
      set_busy(false);
    }
  };
  const wrong =
    error === null ? undefined : (wrong_at(error, 'body.password') ?? (wrong_at(error, 'body.name') ? undefined : sentence(error).title));
  return (
    <form className="stack" onSubmit={(event) => void submit(event)}>
      <h2>{t.password}</h2>
      {nameless ? (
        <>
          <Field
            label={t.name}
            hint={t.name_hint}
            type="email"
            autoComplete="username"
            value={name}
            onChange={set_name}
            error={error === null ? undefined : wrong_at(error, 'body.name')}
            ltr
            isRequired
            autoFocus
          />
          <Field label={t.shown_name} autoComplete="name" value={shown_name} onChange={set_shown_name} />
        </>
      ) : (
        <input type="email" autoComplete="username" value={state.name} readOnly hidden />
      )}
      <Field
        label={t.password_label}
        type="password"
        autoComplete="new-password"
        value={password}
        onChange={set_password}
        hint={length > 0 && left > 0 ? t.password_short(left) : t.password_hint(state.password.min_length)}
        error={wrong}
        maxLength={state.password.max_length}
        ltr
        isRequired
        autoFocus={!nameless}
      />
      <Field
        label={t.password_again}
        type="password"
        autoComplete="new-password"
        value={again}
        onChange={set_again}
        error={differs ? t.password_other : undefined}
        ltr
        isRequired
      />
      <Button look="primary" type="submit" isPending={busy} isDisabled={left > 0 || again !== password}>
        {t.password}
      </Button>
    </form>
  );
}

function SecondFactor({ on_state }: { on_state: (state: State) => void }) {
  return (
    <div className="stack">
      <h2>{t.factor}</h2>
      <p className="soft">{t.factor_lead}</p>
      <section className="factor-choice">
        <h3>{t.passkey}</h3>
        <AddPasskey
          options={() => api('enrolment_webauthn_options')}
          add={async (credential) => on_state(await api('enrolment_webauthn', { body: credential }))}
        />
      </section>
      <section className="factor-choice">
        <h3>{t.totp}</h3>
        <AddTotp
          secret={() => api('enrolment_totp')}
          confirm={async (code) => on_state(await api('enrolment_totp_confirm', { body: { code } }))}
        />
      </section>
    </div>
  );
}

function Finish(props: { state: State; on_finish: () => Promise<void>; on_state: (state: State) => void }) {
  const [error, set_error] = useState<unknown>(null);
  const [busy, set_busy] = useState(false);
  const go = async () => {
    set_busy(true);
    try {
      await props.on_finish();
    } catch (failed) {
      set_error(failed);
    } finally {
      set_busy(false);
    }
  };
  return (
    <div className="stack">
      <p>
        {t.has}{' '}
        <strong>
          {[props.state.has_totp && t.totp, props.state.keys > 0 && t.has_passkeys(props.state.keys)].filter(Boolean).join(', ')}
        </strong>
      </p>
      <h2>{t.finish}</h2>
      <p className="soft">{t.finish_lead}</p>
      {error !== null && <Failed error={error} />}
      <Button look="primary" isPending={busy} onPress={() => void go()}>
        {t.finish_do}
      </Button>
    </div>
  );
}
