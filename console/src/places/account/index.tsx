import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, api_with, base } from '../../api/client';
import { ask_session_again, queries } from '../../api/session';
import type { OwnAccount } from '../../api/types';
import { Button } from '../../parts/button';
import { Dialog } from '../../parts/dialog';
import { Field } from '../../parts/field';
import { FormDialog, Sure, use_act } from '../../parts/form';
import { Failed, Loaded } from '../../parts/loaded';
import { Name, Words } from '../../parts/name';
import { Page, Section } from '../../parts/page';
import { role_may, role_words, scope_words } from '../../parts/people';
import { State } from '../../parts/state';
import { words } from '../../parts/texts';
import { Ago, Day } from '../../parts/time';
import { LanguageChoice, ThemeChoice } from '../../shell/language_choice';
import { RecoveryCodes } from '../enrolment/codes';
import { AddPasskey, AddTotp } from '../enrolment/factor_forms';
import { t } from './texts';
import './account.css';

export default function Account() {
  const account = useQuery({ queryKey: ['own-account'], queryFn: () => api_with('account_read', {}) });
  return (
    <Page title={t.title}>
      <Loaded query={account}>{({ data, etag }) => <Profile account={data} etag={etag} />}</Loaded>
      <Section title={t.look}>
        <div className="row">
          <LanguageChoice
            on_language={(language) =>
              void api('account_change', { body: { language }, if_match: account.data?.etag ?? null }).catch(() => undefined)
            }
          />
          <ThemeChoice />
        </div>
      </Section>
      <Factors />
      <Password />
      <Sessions />
      <Providers />
    </Page>
  );
}

function Profile({ account, etag }: { account: OwnAccount; etag: string | null }) {
  const [name, set_name] = useState(account.shown_name);
  const { busy, error, act } = use_act();
  const save = () =>
    act(async () => {
      await api('account_change', { body: { shown_name: name.trim() }, if_match: etag });
      await queries.invalidateQueries({ queryKey: ['own-account'] });
      await ask_session_again();
    });
  return (
    <Section title={t.profile}>
      <div className="stack">
        <dl className="facts">
          <dt>{t.name}</dt>
          <dd>
            <Name>{account.name}</Name>
          </dd>
          <dt>{t.role}</dt>
          <dd>
            {role_words[account.role]} <span className="soft">({role_may[account.role]})</span>
          </dd>
          <dt>{t.scope}</dt>
          <dd>
            <Words>{scope_words(account.scope)}</Words>
          </dd>
        </dl>
        <div className="row own-name">
          <Field label={t.shown_name} value={name} onChange={set_name} />
          <Button isPending={busy} isDisabled={name.trim() === account.shown_name} onPress={() => void save()}>
            {words.save}
          </Button>
        </div>
        {error !== null && <Failed error={error} />}
      </div>
    </Section>
  );
}

function Factors() {
  const factors = useQuery({ queryKey: ['factors'], queryFn: () => api('factors_list') });
  const [adding, set_adding] = useState<'webauthn' | 'totp' | null>(null);
  const [codes, set_codes] = useState<readonly string[] | null>(null);
  const again = async () => {
    await queries.invalidateQueries({ queryKey: ['factors'] });
    await ask_session_again();
  };
  const added = async () => {
    set_adding(null);
    await again();
  };
  return (
    <Section title={t.factors} note={t.factors_lead}>
      <Loaded query={factors}>
        {(data) => (
          <>
            <ul className="own-list">
              {data.items.map((factor) => (
                <li key={factor.id}>
                  <span className="own-list-text">
                    <strong>
                      <Words>{factor.name}</Words>
                    </strong>{' '}
                    <span className="soft">
                      {factor.kind === 'totp' ? t.app : t.passkey}
                      {factor.synced && `, ${t.synced}`}, {t.added} <Day time={factor.added} />, {t.used} <Ago time={factor.last_used} />
                    </span>{' '}
                    {factor.suspect && <State kind="bad">{t.suspect}</State>}
                  </span>
                  <Sure
                    quiet
                    name={t.remove}
                    sure={t.remove_sure}
                    act={async () => {
                      await api('factors_remove', { path: { id: factor.id } });
                      await again();
                    }}
                  />
                </li>
              ))}
            </ul>
            <div className="row own-acts">
              <Button icon="key" onPress={() => set_adding('webauthn')}>
                {t.add_passkey}
              </Button>
              <Button icon="phone" onPress={() => set_adding('totp')}>
                {t.add_app}
              </Button>
            </div>
            <div className="row own-acts">
              {data.recovery_codes_left < 4 ? (
                <State kind="warn">{t.codes_left(data.recovery_codes_left)}</State>
              ) : (
                <span>{t.codes_left(data.recovery_codes_left)}</span>
              )}
              <Sure
                name={t.codes_new}
                sure={t.codes_sure}
                act={async () => set_codes((await api('account_recovery_codes')).recovery_codes)}
              />
            </div>
          </>
        )}
      </Loaded>
      {adding === 'webauthn' && (
        <Dialog title={t.add_passkey} open on_close={() => set_adding(null)}>
          <AddPasskey
            options={() => api('account_webauthn_options')}
            add={async (credential) => {
              await api('account_webauthn', { body: credential });
              await added();
            }}
          />
        </Dialog>
      )}
      {adding === 'totp' && (
        <Dialog title={t.add_app} open on_close={() => set_adding(null)}>
          <AddTotp
            secret={() => api('account_totp')}
            confirm={async (code) => {
              await api('account_totp_confirm', { body: { code } });
              await added();
            }}
          />
        </Dialog>
      )}
      {codes && (
        <Dialog title={t.codes} open on_close={() => undefined} alert>
          <RecoveryCodes
            codes={codes}
            done={words.done}
            on_done={() => {
              set_codes(null);
              void again();
            }}
          />
        </Dialog>
      )}
    </Section>
  );
}

function Password() {
  const [open, set_open] = useState(false);
  return (
    <Section title={t.password}>
      <Button onPress={() => set_open(true)}>{t.password_change}</Button>
      {open && <ChangePassword on_close={() => set_open(false)} />}
    </Section>
  );
}

function ChangePassword({ on_close }: { on_close: () => void }) {
  const [current, set_current] = useState('');
  const [password, set_password] = useState('');
  const [again, set_again] = useState('');
  return (
    <FormDialog
      title={t.password_change}
      lead={t.password_lead}
      submit={t.password_change}
      ready={current !== '' && password !== '' && password === again}
      on_close={on_close}
      on_submit={() => api('account_password', { body: { current, password } })}
    >
      <Field label={t.current} type="password" autoComplete="current-password" value={current} onChange={set_current} ltr autoFocus />
      <Field label={t.next} type="password" autoComplete="new-password" value={password} onChange={set_password} ltr />
      <Field label={t.again} type="password" autoComplete="new-password" value={again} onChange={set_again} ltr />
    </FormDialog>
  );
}

function Sessions() {
  const sessions = useQuery({ queryKey: ['sessions'], queryFn: () => api('sessions_list') });
  const again = () => queries.invalidateQueries({ queryKey: ['sessions'] });
  return (
    <Section
      title={t.sessions}
      actions={
        <Sure
          name={t.end_others}
          sure={t.end_sure}
          act={async () => {
            await api('sessions_end_others');
            await again();
          }}
        />
      }
    >
      <Loaded query={sessions}>
        {(data) => (
          <ul className="own-list">
            {data.items.map((session) => (
              <li key={session.id}>
                <span className="own-list-text">
                  <strong>
                    <Words>{session.browser}</Words>
                  </strong>{' '}
                  {session.current && <State kind="good">{t.this_one}</State>}{' '}
                  <span className="soft">
                    <Name>{session.address}</Name>, {t.began} <Ago time={session.began} />, {t.last} <Ago time={session.last_used} />
                  </span>
                </span>
                {!session.current && (
                  <Sure
                    quiet
                    name={t.end}
                    sure={t.end_sure}
                    act={async () => {
                      await api('sessions_end', { path: { id: session.id } });
                      await again();
                    }}
                  />
                )}
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Section>
  );
}

function Providers() {
  const providers = useQuery({ queryKey: ['own-oidc'], queryFn: () => api('account_oidc') });
  if (!providers.data || providers.data.items.length === 0) return null;
  return (
    <Section title={t.oidc}>
      <ul className="own-list">
        {providers.data.items.map((provider) => (
          <li key={provider.id}>
            <span className="own-list-text">
              <Words>{provider.name}</Words>
            </span>
            {provider.bound ? (
              <Sure
                quiet
                name={t.oidc_unbind}
                sure={t.remove_sure}
                act={async () => {
                  await api('account_oidc_unbind', { path: { provider: provider.id } });
                  await queries.invalidateQueries({ queryKey: ['own-oidc'] });
                }}
              />
            ) : (
              <a className="button" href={`${base}/session/oidc/${encodeURIComponent(provider.id)}/start?purpose=bind`}>
                {t.oidc_bind(provider.name)}
              </a>
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}
