import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { api, base } from '../../api/client';
import { set_session, use_session } from '../../api/session';
import { sentence, type Sentence } from '../../api/sentences';
import { Button } from '../../parts/button';
import { Field } from '../../parts/field';
import { Code } from '../../parts/name';
import { use_query, use_title } from '../../router/router';
import { Entry } from './entry';
import { Factors } from './factors';
import { t } from './texts';

export default function SignIn() {
  const session = use_session();
  use_title(t.title);
  return <Entry demo={session.demo}>{session.state === 'pending' ? <Second /> : session.owner_exists ? <First /> : <FirstStart />}</Entry>;
}

function First() {
  const [name, set_name] = useState('');
  const [password, set_password] = useState('');
  const [error, set_error] = useState<Sentence | null>(null);
  const [busy, set_busy] = useState(false);
  const [query] = use_query();
  const providers = useQuery({ queryKey: ['oidc'], queryFn: () => api('oidc_providers'), staleTime: Infinity });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    set_busy(true);
    set_error(null);
    try {
      set_session(await api('session_sign_in', { body: { name: name.trim(), password } }));
    } catch (failed) {
      set_error(sentence(failed));
      set_password('');
    } finally {
      set_busy(false);
    }
  };
  return (
    <>
      <h1>{t.title}</h1>
      {query.has('oidc_error') && (
        <p className="note note-bad" role="alert">
          {t.oidc_failed}
        </p>
      )}
      <form className="stack" onSubmit={(event) => void submit(event)}>
        <Field label={t.name} value={name} onChange={set_name} type="email" autoComplete="username" ltr isRequired autoFocus />
        <Field label={t.password} value={password} onChange={set_password} type="password" autoComplete="current-password" ltr isRequired />
        {error && (
          <p className="field-error" role="alert">
            {error.detail || error.title} {error.hint}
          </p>
        )}
        <Button look="primary" type="submit" isPending={busy}>
          {t.sign_in}
        </Button>
      </form>
      {providers.data?.providers.map((provider) => (
        <a key={provider.id} className="button" href={`${base}/session/oidc/${encodeURIComponent(provider.id)}/start`}>
          {t.with_provider(provider.name)}
        </a>
      ))}
      <p className="soft small">{t.no_account}</p>
    </>
  );
}

function Second() {
  const session = use_session();
  const again = async () => {
    await api('session_end').catch(() => undefined);
    window.location.reload();
  };
  return (
    <>
      <h1>{t.second}</h1>
      <p className="soft">{t.second_lead}</p>
      <Factors session={session} purpose="sign-in" on_proven={set_session} />
      <div>
        <Button look="quiet" icon="left" onPress={() => void again()}>
          {t.start_again}
        </Button>
      </div>
    </>
  );
}

function FirstStart() {
  return (
    <>
      <h1>{t.first_start}</h1>
      <p>{t.first_start_lead}</p>
      <Code block>{'sudo systemctl restart rampart\nsudo cat /var/lib/rampart/enrolment-link'}</Code>
    </>
  );
}
