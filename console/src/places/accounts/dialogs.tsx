import { useState } from 'react';
import { api } from '../../api/client';
import { queries } from '../../api/session';
import type { Account, EnrolmentLink, InvitedList, Language, Role } from '../../api/types';
import { languages } from '../../i18n/language';
import { Button } from '../../parts/button';
import { Copy } from '../../parts/copy';
import { Dialog } from '../../parts/dialog';
import { Choice, Field } from '../../parts/field';
import { FormDialog, use_act } from '../../parts/form';
import { Failed } from '../../parts/loaded';
import { Name } from '../../parts/name';
import { role_may, roles, role_words } from '../../parts/people';
import { ScopeChoice, scope_is_said, type ScopeValue } from '../../parts/scope_choice';
import { words } from '../../parts/texts';
import { Ago } from '../../parts/time';
import { save_file } from '../enrolment/codes';
import { t } from './texts';

const again = () => queries.invalidateQueries({ queryKey: ['accounts'] });

function RoleChoice({ value, onChange }: { value: Role; onChange: (role: Role) => void }) {
  return (
    <Choice
      label={t.role}
      value={value}
      onChange={(next) => onChange(next as Role)}
      options={roles.map((role) => ({ value: role, name: `${role_words[role]}: ${role_may[role]}` }))}
    />
  );
}

export function ShowLink({ name, link, on_close }: { name: string; link: EnrolmentLink; on_close: () => void }) {
  return (
    <Dialog title={t.link} open on_close={on_close} wide alert>
      <p>
        <Name strong>{name}</Name>
      </p>
      <p className="soft">{t.link_lead}</p>
      <div className="secret">
        <Name>{link.url}</Name>
        <Copy text={link.url} />
      </div>
      <p className="soft">
        {t.link_ends} <Ago time={link.expires} />
      </p>
      <div className="dialog-actions">
        <Button look="primary" onPress={on_close}>
          {words.done}
        </Button>
      </div>
    </Dialog>
  );
}

export function Invite({ on_close, on_link }: { on_close: () => void; on_link: (name: string, link: EnrolmentLink) => void }) {
  const [name, set_name] = useState('');
  const [shown, set_shown] = useState('');
  const [role, set_role] = useState<Role>('analyst');
  const [scope, set_scope] = useState<ScopeValue>({ everything: false, organisations: [] });
  const [language, set_language] = useState<Language>('en');
  return (
    <FormDialog
      title={t.invite}
      lead={t.invite_lead}
      submit={t.invite}
      ready={/.@./.test(name) && (role === 'owner' || scope_is_said(scope))}
      on_close={on_close}
      on_submit={async () => {
        const invited = await api('accounts_invite', {
          body: {
            name: name.trim(),
            shown_name: shown.trim(),
            role,
            scope:
              role === 'owner'
                ? { everything: true }
                : { everything: scope.everything, organisations: scope.everything ? [] : scope.organisations },
            language,
          },
        });
        on_link(invited.account.name, invited.enrolment);
        await again();
      }}
    >
      <Field label={t.name} value={name} onChange={set_name} type="email" ltr isRequired autoFocus />
      <Field label={t.shown_name} value={shown} onChange={set_shown} />
      <RoleChoice value={role} onChange={set_role} />
      {role !== 'owner' && <ScopeChoice value={scope} onChange={set_scope} />}
      <Choice
        label={t.language}
        value={language}
        onChange={(next) => set_language(next as Language)}
        options={languages.map((each) => ({ value: each.code, name: each.name }))}
      />
    </FormDialog>
  );
}

export function Change({ account, etag, on_close }: { account: Account; etag: string | null; on_close: () => void }) {
  const [shown, set_shown] = useState(account.shown_name);
  const [role, set_role] = useState<Role>(account.role);
  const [scope, set_scope] = useState<ScopeValue>({
    everything: account.scope.everything,
    organisations: account.scope.organisations.map((each) => each.id),
  });
  return (
    <FormDialog
      title={t.change}
      submit={words.save}
      ready={role === 'owner' || scope_is_said(scope)}
      on_close={on_close}
      on_submit={async () => {
        await api('accounts_change', {
          path: { id: account.id },
          if_match: etag,
          body: {
            shown_name: shown.trim(),
            role,
            scope: role === 'owner' || scope.everything ? { everything: true } : { everything: false, organisations: scope.organisations },
          },
        });
        await again();
      }}
    >
      <Field label={t.shown_name} value={shown} onChange={set_shown} />
      <RoleChoice value={role} onChange={set_role} />
      {role !== 'owner' && <ScopeChoice value={scope} onChange={set_scope} />}
    </FormDialog>
  );
}

export function InviteMany({ on_close }: { on_close: () => void }) {
  const [csv, set_csv] = useState('');
  const [checked, set_checked] = useState<InvitedList | null>(null);
  const { busy, error, act } = use_act();
  const ask = (dry_run: boolean) =>
    act(async () => {
      set_checked(await api('accounts_invite_many', { query: { dry_run }, body: csv, type: 'text/csv' }));
      if (!dry_run) await again();
    });
  const done = checked !== null && !checked.dry_run && checked.faults.length === 0;
  const links = () =>
    [
      'address,link,expires',
      ...(checked?.rows ?? []).map((row) => `${row.name},${row.enrolment?.url ?? ''},${row.enrolment?.expires ?? ''}`),
    ].join('\n');
  return (
    <Dialog title={t.invite_many} open on_close={on_close} wide alert>
      {!done && (
        <>
          <p className="soft">{t.csv_lead}</p>
          <Field
            label={t.csv}
            value={csv}
            onChange={(text) => {
              set_csv(text);
              set_checked(null);
            }}
            rows={8}
            ltr
          />
          <input
            type="file"
            accept=".csv,text/csv"
            aria-label={t.csv}
            onChange={(event) => void event.target.files?.[0]?.text().then(set_csv)}
          />
        </>
      )}
      {checked && checked.faults.length > 0 && (
        <div className="failed" role="alert">
          <p className="failed-title">{t.csv_faults(checked.faults.length)}</p>
          <ul>
            {checked.faults.map((fault) => (
              <li key={`${fault.line}.${fault.column}`}>
                {t.csv_line(fault.line)}: <span dir="auto">{fault.detail}</span>
              </li>
            ))}
          </ul>
        </div>
      )}
      {checked && checked.faults.length === 0 && checked.dry_run && <p role="status">{t.csv_good(checked.rows.length)}</p>}
      {done && (
        <>
          <p className="soft">{t.link_lead}</p>
          <div className="row">
            <Copy text={links()} />
            <Button icon="down_to" onPress={() => save_file('invitations.csv', links(), 'text/csv')}>
              {t.csv_links}
            </Button>
          </div>
          <ul>
            {checked.rows.map((row) => (
              <li key={row.line}>
                <Name strong>{row.name}</Name> <Name>{row.enrolment?.url ?? ''}</Name>
              </li>
            ))}
          </ul>
        </>
      )}
      {error !== null && <Failed error={error} />}
      <div className="dialog-actions">
        <Button onPress={on_close}>{done ? words.done : words.cancel}</Button>
        {!done &&
          (checked && checked.faults.length === 0 ? (
            <Button look="primary" isPending={busy} onPress={() => void ask(false)}>
              {t.csv_do(checked.rows.length)}
            </Button>
          ) : (
            <Button look="primary" isPending={busy} isDisabled={csv.trim() === ''} onPress={() => void ask(true)}>
              {t.csv_check}
            </Button>
          ))}
      </div>
    </Dialog>
  );
}

export function Leave({
  account,
  etag,
  on_close,
  on_gone,
}: {
  account: Account;
  etag: string | null;
  on_close: () => void;
  on_gone: () => void;
}) {
  return (
    <FormDialog
      title={t.leave_title(account.shown_name || account.name)}
      lead={t.leave_lead}
      submit={t.leave_do}
      danger
      on_close={on_close}
      on_submit={async () => {
        await api('accounts_remove', { path: { id: account.id }, if_match: etag });
        await again();
        on_gone();
      }}
    />
  );
}
